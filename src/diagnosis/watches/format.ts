/** The declared format, for the watches. */
import { isSampleEncoding } from '../audio/samples.ts';
import { bytesPerSecondOf, type RawFormat } from '../audio/plausibility.ts';
import type { ListenParameters } from '../../protocol/listen-v1/parameters.ts';

/** The format of readable raw audio; `undefined` for containers and compressed encodings. */
export function formatOf({ encoding, sample_rate, channels = 1 }: ListenParameters): RawFormat | undefined {
  if (!isSampleEncoding(encoding) || sample_rate === undefined) return undefined;
  return { encoding, sampleRate: sample_rate, channels };
}

/** The duration of this many bytes, if known. */
export function millisecondsOf(bytes: number, format: RawFormat | undefined): number | undefined {
  return format && (bytes * 1000) / bytesPerSecondOf(format);
}
