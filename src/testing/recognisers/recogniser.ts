/**
 * The port to a speech recogniser: one for each channel of each connection. It takes samples and reports words when it is ready;
 * the emulator decides when to send them.
 */

/** A word, with times in seconds from the recogniser's first sample. */
export interface HeardWord {
  word: string;
  start: number;
  end: number;
  /** 0 to 1. */
  confidence: number;
}

/** The format and settings of a recogniser. */
export interface RecogniserFormat {
  sampleRate: number;
  /** Milliseconds of silence that end a phrase; `false`: the recogniser decides. */
  endpointingMs: number | false;
  /** Milliseconds of audio between two interims, for a recogniser that can choose. Default: its own interval. */
  interimMs?: number;
  /**
   * Whether interims may be wrong on purpose at their last word, for a recogniser that computes its words.
   * @defaultValue true
   */
  nearMisses?: boolean;
}

/** The receiver of a recogniser's results. */
export interface RecogniserListener {
  /** The words since the last final; each call replaces the previous one. */
  interim(words: HeardWord[], heardUntilSeconds: number): void;
  /** The final words between the last final and `heardUntilSeconds`; may be none. `endpoint`: the speaker paused there. */
  final(words: HeardWord[], heardUntilSeconds: number, endpoint: boolean): void;
  /** A voice, with or without words, begins or ends here. Without these calls the words show it. */
  voice?(isSpeaking: boolean, atSeconds: number): void;
}

/** Recognises one channel of one connection. */
export interface Recogniser {
  accept(samples: Int16Array): void;
  /** Decides everything accepted so far: reports one final, even an empty one, then calls `flushed`. */
  flush(flushed: () => void): void;
  /** Reports nothing more, and releases everything. */
  close(): void;
}

/** Makes a recogniser for one channel of one connection. */
export type RecogniserFactory = (format: RecogniserFormat, listener: RecogniserListener) => Recogniser;
