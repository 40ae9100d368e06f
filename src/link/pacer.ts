/**
 * Keeps audio at or below the catch-up rate. Tokens are samples, refilled at that rate up to a small burst; a frame
 * may go while there are any, and may overdraw them. Live audio at real time therefore never waits, and a backlog
 * drains at the catch-up rate, over any window longer than a few seconds.
 */

/** Slack for the jitter of live audio: late frames that come together need not wait. */
const BURST_SECONDS = 0.1;

/** A frame may go when there are more than no tokens, and a timer that is exact would find just none. */
const MARGIN_MS = 0.01;

export class Pacer {
  readonly #samplesPerMs: number;
  readonly #burst: number;
  #tokens: number;
  #at: number;

  /** `catchUpRate` is a multiple of real time. */
  constructor(samplesPerSecond: number, catchUpRate: number, now: number) {
    this.#samplesPerMs = (samplesPerSecond * catchUpRate) / 1000;
    this.#burst = BURST_SECONDS * samplesPerSecond;
    this.#tokens = this.#burst;
    this.#at = now;
  }

  /** Milliseconds until a frame may go; 0 or less: now. */
  waitMs(now: number): number {
    this.#tokens = Math.min(this.#burst, this.#tokens + (now - this.#at) * this.#samplesPerMs);
    this.#at = now;
    return this.#tokens > 0 ? 0 : -this.#tokens / this.#samplesPerMs + MARGIN_MS;
  }

  take(samples: number): void {
    this.#tokens -= samples;
  }
}
