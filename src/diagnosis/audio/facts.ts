/** Everything that can be told of a stretch of audio by looking at it: the doctor's examination, and the live monitor's. */
import { type Level, levelOf } from './level.ts';
import { type Doubt, doubtEncoding } from './plausibility.ts';
import { isSampleEncoding, SAMPLE_READERS } from './samples.ts';
import { type ContainerName, containerAtStart } from './signature.ts';

/** What Deepgram is told of the audio; nothing for a container. */
export interface DeclaredFormat {
  encoding?: string | undefined;
  /** Samples of one channel in a second. */
  sampleRate?: number | undefined;
  channels?: number | undefined;
}

/** What was found. */
export interface AudioFacts {
  bytes: number;
  /** Recognised by its first bytes; none for raw audio, and for formats that we do not know. */
  container: Exclude<ContainerName, 'unknown'> | undefined;
  /** None where the bytes are compressed, or nobody says what they are. */
  level: Level | undefined;
  /** Of audio, by the declared rate. None where the bytes do not tell time. */
  seconds: number | undefined;
  /** The samples cannot be what they are declared to be. */
  doubt: Doubt | undefined;
}

/** Below this, about -45 dBFS, speech is hard to make out. */
export const FAINT_RMS = 0.0056;
/** More than this share at full scale is heard. */
export const CLIPPED_SHARE = 0.001;

/**
 * Looks at a stretch of audio. Pure, and one pass over the bytes; a second of 16 kHz takes well below a millisecond.
 *
 * @param isStart - the stretch begins where the stream does, so that a container's signature may stand there
 */
export function audioFacts(bytes: Uint8Array, declared: DeclaredFormat, isStart = true): AudioFacts {
  const { encoding, sampleRate, channels = 1 } = declared;
  const container = isStart ? containerAtStart(bytes) : undefined;
  if (!isSampleEncoding(encoding) || container !== undefined) {
    return { bytes: bytes.byteLength, container, level: undefined, seconds: undefined, doubt: undefined };
  }
  const level = levelOf(bytes, SAMPLE_READERS[encoding], channels);
  return {
    bytes: bytes.byteLength,
    container,
    level,
    seconds: sampleRate === undefined ? undefined : level.samples / sampleRate,
    doubt: doubtEncoding(bytes, encoding, channels),
  };
}
