/**
 * Estimates the duration of a chunk whose bytes do not show it: the time since the previous chunk, or, for chunks that come at
 * once, the byte rate so far. A long estimate is safer than a short one: audio is then kept and paced a little longer.
 */

/** A chunk that took this many times longer to come than others came after a pause. */
const PAUSE_FACTOR = 4;

/** The first chunk lasts at most this long, when the time until the second one tells its duration. */
const MAX_CHUNK_MS = 5_000;

/** The least duration of the first chunk: most apps configure `MediaRecorder` with a quarter of a second. */
const FIRST_CHUNK_MS = 250;

/** Uncompressed CD quality has 176. Faster audio is a file, not a live source. */
const FASTEST_BYTES_PER_MS = 192;

export class ArrivalTimer {
  /** The observed rate; before the first observation the assumed one. */
  #bytesPerMs: number;
  /** The number of arrivals, and the bytes of the last one. */
  #moments = 0;
  #lastAt = 0;
  #lastBytes = 0;
  #typicalMs = FIRST_CHUNK_MS;
  /** Duration already given to chunks by their bytes since the last arrival; the time until the next one includes it. */
  #aheadMs = 0;
  #believedMs = 0;
  #givenMs = 0;

  /** `assumedBytesPerMs` is for chunks that come at once before a rate was observed. */
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
      // The second arrival shows how long the first chunk was.
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
