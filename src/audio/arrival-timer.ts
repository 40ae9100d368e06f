/**
 * How much audio a chunk holds whose bytes do not tell: as much as the time in which it came, or, of chunks that come at once, by
 * the bytes a second that were seen so far. Where it errs it should say too much rather than too little: audio is then
 * kept for replay, and paced, a little longer than it need be.
 */

/** A chunk this many times longer in coming than its fellows came after a pause. */
const PAUSE_FACTOR = 4;

/** The longest chunk believed in, where the second one tells the length of the first. */
const MAX_CHUNK_MS = 5_000;

/** What the first chunk is taken to hold at least: `MediaRecorder` is mostly asked for a quarter of a second. */
const FIRST_CHUNK_MS = 250;

/** CD quality without compression has 176: what comes faster than this is a file and not a live source. */
const FASTEST_BYTES_PER_MS = 192;

export class ArrivalTimer {
  /** As seen; before that as assumed. */
  #bytesPerMs: number;
  /** Moments at which something came, and what came at the last. */
  #moments = 0;
  #lastAt = 0;
  #lastBytes = 0;
  #typicalMs = FIRST_CHUNK_MS;
  /** Given to chunks by their bytes since the last moment: the time until the next one has it, too. */
  #aheadMs = 0;
  #believedMs = 0;
  #givenMs = 0;

  /** `assumedBytesPerMs` is for chunks that come at once before any rate was seen. */
  constructor(assumedBytesPerMs: number) {
    this.#bytesPerMs = assumedBytesPerMs;
  }

  durationMs(bytes: number, now: number): number {
    const gapMs = now - this.#lastAt;
    const isBurst = this.#moments > 0 && this.#lastBytes > gapMs * FASTEST_BYTES_PER_MS;
    if (this.#moments > 0 && (gapMs <= 0 || isBurst)) {
      this.#lastBytes += bytes;
      this.#aheadMs += bytes / this.#bytesPerMs;
      this.#believedMs += bytes / this.#bytesPerMs;
    } else {
      this.#moments += 1;
      this.#come(bytes, gapMs);
      this.#lastAt = now;
      this.#lastBytes = bytes;
    }
    const durationMs = Math.max(0, this.#believedMs - this.#givenMs);
    this.#givenMs += durationMs;
    return durationMs;
  }

  #come(bytes: number, gapMs: number): void {
    if (this.#moments === 1) {
      this.#believedMs = Math.max(FIRST_CHUNK_MS, bytes / this.#bytesPerMs);
      return;
    }
    const isPause = this.#moments > 2 && gapMs > this.#typicalMs * PAUSE_FACTOR;
    let livedMs = isPause ? this.#typicalMs : gapMs;
    if (this.#moments === 2) {
      // Now it is known how long the first one was.
      livedMs = this.#typicalMs = Math.min(gapMs, MAX_CHUNK_MS);
      this.#bytesPerMs = this.#lastBytes / this.#typicalMs;
      if (this.#aheadMs === 0) this.#believedMs = this.#typicalMs;
    } else if (!isPause) {
      this.#typicalMs += (gapMs - this.#typicalMs) / 8;
      this.#bytesPerMs += (this.#lastBytes / gapMs - this.#bytesPerMs) / 8;
    }
    this.#believedMs += Math.max(0, livedMs - this.#aheadMs);
    this.#aheadMs = 0;
  }
}
