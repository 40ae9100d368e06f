/**
 * What the emulator asks of a speech recogniser: one for each channel of each connection. It hears samples and
 * answers with words, whenever it is ready; how often they are sent on is the emulator's business.
 */

/** A word as heard, timed in seconds from the first sample this recogniser was given. */
export interface HeardWord {
  word: string;
  start: number;
  end: number;
  /** 0 to 1. */
  confidence: number;
}

/** What a recogniser will be given. */
export interface RecogniserFormat {
  sampleRate: number;
  /** Milliseconds of silence that end a phrase; `false` leaves phrases to the recogniser's own cadence. */
  endpointingMs: number | false;
  /** Milliseconds of audio between two interims, for a recogniser that can choose; its own cadence where absent. */
  interimMs?: number;
  /**
   * Whether interims may be wrong on purpose at their last word, for a recogniser that computes its words.
   * @defaultValue true
   */
  nearMisses?: boolean;
}

/** Who wants to know what was heard. */
export interface RecogniserListener {
  /** What has been heard since the last final, so far; every call replaces the one before it. */
  interim(words: HeardWord[], heardUntilSeconds: number): void;
  /**
   * The words between the last final and `heardUntilSeconds`, decided for good; may be none.
   * `endpoint` tells that the speaker paused there.
   */
  final(words: HeardWord[], heardUntilSeconds: number, endpoint: boolean): void;
  /** A voice, with words or without, begins or ends here. A recogniser that never says so leaves it to be told by its words. */
  voice?(isSpeaking: boolean, atSeconds: number): void;
}

/** Hears one channel of one connection. */
export interface Recogniser {
  accept(samples: Int16Array): void;
  /** Decides everything accepted so far: reports one final, even an empty one, then calls `flushed`. */
  flush(flushed: () => void): void;
  /** Reports nothing more and lets everything go. */
  close(): void;
}

/** Makes a recogniser for one channel of one connection. */
export type RecogniserFactory = (format: RecogniserFormat, listener: RecogniserListener) => Recogniser;
