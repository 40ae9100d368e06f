/** The messages between the emulator's thread and the recogniser's thread. */
import type { VoskFiles } from './files.ts';

/** The start data of the worker; its first message means that the model is ready. */
export interface VoskWorkerData {
  files: VoskFiles;
  decodingLagSeconds: number;
}

/**
 * How far Vosk's decoder is behind the audio, at most: a chunk of 0.21 s is decoded once 0.15 s more has arrived, in features of
 * 0.03 s. A final covers the audio up to there; a word that began in the lag, up to 0.2 s in trials, belongs to the next one. If
 * a final covered all audio, a client that replays from its end would lose that word.
 */
export const DECODING_LAG_SECONDS = 0.4;

/**
 * Ends of a phrase besides those of Vosk: a pause after which all speech before it is decoded; a shorter pause, for which the
 * decoder is flushed and loses its adaptation to the voice; or a request for all words now.
 */
export type PhraseEnd = 'pause' | 'short-pause' | 'flush';

/** The requester numbers the streams; numbers are not reused. */
export type VoskRequest =
  | { type: 'open'; stream: number; sampleRate: number; vocabulary?: readonly string[] }
  | { type: 'accept'; stream: number; samples: Int16Array }
  | { type: 'end-phrase'; stream: number; by: PhraseEnd }
  | { type: 'close'; stream: number }
  /** Answered when no work is left. */
  | { type: 'catch-up' };

/** The results of one stream. */
export type StreamReply =
  | { type: 'interim'; stream: number; words: VoskWord[]; heardUntilSeconds: number }
  | { type: 'final'; stream: number; words: VoskWord[]; heardUntilSeconds: number; endpoint: boolean }
  | { type: 'flushed'; stream: number };

export type VoskReply = { type: 'ready' } | { type: 'caught-up' } | StreamReply;

/** A word in Vosk's form. */
export interface VoskWord {
  word: string;
  /** Seconds since the stream's first sample. */
  start: number;
  end: number;
  conf: number;
}
