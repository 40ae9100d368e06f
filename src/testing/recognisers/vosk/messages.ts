/** What the thread that owns the emulator and the thread that recognises say to each other. */
import type { VoskFiles } from './files.ts';

/** Given to the worker as it starts; its first message back says that the model is ready. */
export interface VoskWorkerData {
  files: VoskFiles;
  decodingLagSeconds: number;
}

/**
 * How far Vosk's decoder is behind the audio, at most: a chunk of 0.21 s is decoded once 0.15 s more has arrived, in
 * features of 0.03 s. A final speaks for the audio up to there; a word that began in the lag, up to 0.2 s in trials,
 * belongs to the next one. Were a final to claim all that was heard, a client that reconnects and replays from the
 * final's end would lose that word.
 */
export const DECODING_LAG_SECONDS = 0.4;

/**
 * What ends a phrase, besides Vosk itself: a pause that all speech before it is decoded for; a shorter one, where the
 * decoder is made to catch up and forgets the voice it has grown used to; or the wish to know everything now.
 */
export type PhraseEnd = 'pause' | 'short-pause' | 'flush';

/** Streams are numbered by the asker and never share a number. */
export type VoskRequest =
  | { type: 'open'; stream: number; sampleRate: number; vocabulary?: readonly string[] }
  | { type: 'accept'; stream: number; samples: Int16Array }
  | { type: 'end-phrase'; stream: number; by: PhraseEnd }
  | { type: 'close'; stream: number }
  /** To be answered when nothing is left to do. */
  | { type: 'catch-up' };

/** What one stream hears. */
export type StreamReply =
  | { type: 'interim'; stream: number; words: VoskWord[]; heardUntilSeconds: number }
  | { type: 'final'; stream: number; words: VoskWord[]; heardUntilSeconds: number; endpoint: boolean }
  | { type: 'flushed'; stream: number };

export type VoskReply = { type: 'ready' } | { type: 'caught-up' } | StreamReply;

/** A word as Vosk writes it. */
export interface VoskWord {
  word: string;
  /** Seconds since the stream's first sample. */
  start: number;
  end: number;
  conf: number;
}
