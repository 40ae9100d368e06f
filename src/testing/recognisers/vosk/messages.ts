/** What the thread that owns the emulator and the thread that recognises say to each other. */
import type { VoskFiles } from './files.ts';

/** Given to the worker as it starts; its first message back says that the model is ready. */
export type VoskWorkerData = VoskFiles;

/** Streams are numbered by the asker and never share a number. */
export type VoskRequest =
  | { type: 'open'; stream: number; sampleRate: number }
  | { type: 'accept'; stream: number; samples: Int16Array }
  | { type: 'flush'; stream: number }
  | { type: 'close'; stream: number };

export type VoskReply =
  | { type: 'ready' }
  | { type: 'interim'; stream: number; words: VoskWord[]; heardUntilSeconds: number }
  | { type: 'final'; stream: number; words: VoskWord[]; heardUntilSeconds: number; endpoint: boolean }
  | { type: 'flushed'; stream: number };

/** A word as Vosk writes it. */
export interface VoskWord {
  word: string;
  /** Seconds since the stream's first sample. */
  start: number;
  end: number;
  conf: number;
}
