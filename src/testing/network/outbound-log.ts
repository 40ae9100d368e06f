/**
 * The frames that a client sent on one link, with their times. It observes the client's end, so it includes frames that the
 * network then lost.
 */

/** One frame a client sent. */
export interface OutboundFrame {
  atMs: number;
  kind: 'audio' | 'empty' | 'text' | 'ping';
  bytes: number;
  /** Of a text frame. */
  text?: string;
}

/** Frames listed; beyond it they are only counted and timed. Half an hour of 20 ms frames. */
const MAX_FRAMES = 100_000;

export class OutboundLog {
  readonly frames: OutboundFrame[] = [];
  count = 0;
  #sinceMs: number | undefined;
  #longestSilenceMs = 0;

  opened(atMs: number): void {
    this.#sinceMs = atMs;
  }

  note(frame: OutboundFrame): void {
    this.count += 1;
    if (this.frames.length < MAX_FRAMES) this.frames.push(frame);
    this.#longestSilenceMs = this.longestSilenceMs(frame.atMs);
    this.#sinceMs = frame.atMs;
  }

  ended(atMs: number): void {
    this.#longestSilenceMs = this.longestSilenceMs(atMs);
    this.#sinceMs = undefined;
  }

  /** Longest time the link was open and nothing was sent on it. */
  longestSilenceMs(nowMs: number): number {
    return this.#sinceMs === undefined
      ? this.#longestSilenceMs
      : Math.max(this.#longestSilenceMs, nowMs - this.#sinceMs);
  }
}
