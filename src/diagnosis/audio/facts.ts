/** The analysis of a range of audio, for the doctor and the live monitor. */
import { type Level, levelOf } from './level.ts';
import { type Doubt, doubtEncoding } from './plausibility.ts';
import { isSampleEncoding, SAMPLE_READERS } from './samples.ts';
import { type ContainerName, containerAtStart } from './signature.ts';

/** The parameters sent to Deepgram; none for a container. */
export interface DeclaredFormat {
  encoding?: string | undefined;
  /** Samples of one channel in a second. */
  sampleRate?: number | undefined;
  channels?: number | undefined;
}

/** The result of an analysis. */
export interface AudioFacts {
  bytes: number;
  /** Recognised by its first bytes; none for raw audio and unknown formats. */
  container: Exclude<ContainerName, 'unknown'> | undefined;
  /** None for compressed bytes and for an undeclared format. */
  level: Level | undefined;
  /** Of audio, by the declared rate. None if the length in bytes tells no duration. */
  seconds: number | undefined;
  /** The samples do not fit their declaration. */
  doubt: Doubt | undefined;
}

/** About -45 dBFS: quieter speech is hard to understand. */
export const FAINT_RMS = 0.0056;
/** A larger share at full scale is audible. */
export const CLIPPED_SHARE = 0.001;

/**
 * Analyses a range of audio. A pure function; a second of 16 kHz takes a tenth of a millisecond.
 *
 * @param isStart - the range is the beginning of the stream, where a container's signature may be
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
    doubt: doubtEncoding(bytes, encoding, channels, level),
  };
}
