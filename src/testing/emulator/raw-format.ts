/**
 * The parameters of raw audio: the encodings, their parameters, and which of them this emulator decodes. Others are refused with
 * a text that names the emulator, not the service.
 */
import type { TimedCodec } from '../media/codec-timing.ts';
import type { PcmEncoding } from '../media/pcm.ts';
import { BadQuery, wholeNumber } from './query-values.ts';

/** The format a query declares. */
export interface RawFormat {
  encoding: PcmEncoding | TimedCodec;
  sampleRate: number;
  channels: number;
}

const DECODED = ['linear16', 'linear32', 'mulaw', 'alaw'] as const satisfies PcmEncoding[];
const TIMED = ['opus', 'amr-nb', 'amr-wb', 'g729'] as const satisfies TimedCodec[];
const UNKNOWN_HERE = ['flac', 'speex'];
/** It is a container: its header has the format. */
const OGG_OPUS = 'ogg-opus';
const ONLY_RATES: Partial<Record<RawFormat['encoding'], number>> = { 'amr-nb': 8_000, 'amr-wb': 16_000 };
/** As documented. */
export const MAX_CHANNELS = 20;
/** Not documented: the highest that sound cards have. */
export const MAX_SAMPLE_RATE = 384_000;

/** Absent for container audio, whose header has the format. */
export function readRawFormat(
  query: URLSearchParams,
  compressedAudio: 'timed' | 'refused',
): RawFormat | undefined {
  const declared = query.get('encoding');
  // Without an encoding the rate and channels mean nothing, and are not even looked at.
  if (declared === null) return undefined;
  const encoding = [...DECODED, ...TIMED].find((name) => name === declared);
  const isTimed = declared === OGG_OPUS || TIMED.some((name) => name === declared);
  if (UNKNOWN_HERE.includes(declared) || (isTimed && compressedAudio === 'refused')) {
    throw new BadQuery(
      `encoding=${declared} is one of Deepgram's, but this emulator has no decoder for it. Use linear16, linear32, mulaw or alaw here.`,
    );
  }
  if (!encoding && declared !== OGG_OPUS) throw new BadQuery(`Unknown encoding: ${declared}.`);
  if (!query.has('sample_rate')) throw new BadQuery('sample_rate is required when encoding is specified.');
  const sampleRate = wholeNumber(query, 'sample_rate', 1, MAX_SAMPLE_RATE);
  const channels = query.has('channels') ? wholeNumber(query, 'channels', 1, MAX_CHANNELS) : 1;
  if (!encoding) return undefined;
  const onlyRate = ONLY_RATES[encoding];
  if (onlyRate !== undefined && sampleRate !== onlyRate) {
    throw new BadQuery(`sample_rate must be ${onlyRate} with encoding=${encoding}.`);
  }
  return { encoding, sampleRate, channels };
}
