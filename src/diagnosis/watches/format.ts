/** The declared format as the watches need it. */
import { isSampleEncoding } from '../audio/samples.ts';
import { bytesPerSecondOf, type RawFormat } from '../audio/plausibility.ts';
import type { ListenParameters } from '../../protocol/listen-parameters.ts';

/** Raw audio whose samples can be looked at; `undefined` for containers and compressed encodings. */
export function formatOf({ encoding, sample_rate, channels = 1 }: ListenParameters): RawFormat | undefined {
  if (!isSampleEncoding(encoding) || sample_rate === undefined) return undefined;
  return { encoding, sampleRate: sample_rate, channels };
}

/** How long so many bytes last, if that can be known. */
export function millisecondsOf(bytes: number, format: RawFormat | undefined): number | undefined {
  return format && (bytes * 1000) / bytesPerSecondOf(format);
}
