/** The times in which nothing of the client runs: its event loop is blocked, or its machine sleeps. */
import type { VirtualClock, VirtualEventLoop } from '../../../src/testing/index.ts';

export class Standstill {
  longestMs = 0;
  readonly #clock: VirtualClock;
  readonly #loop: VirtualEventLoop;
  #pastMs = 0;
  #sinceMs: number | undefined;

  constructor(clock: VirtualClock, loop: VirtualEventLoop) {
    this.#clock = clock;
    this.#loop = loop;
  }

  /** All of it so far, the present one included. */
  get totalMs(): number {
    return this.#sinceMs === undefined ? this.#pastMs : this.#pastMs + this.#clock.now() - this.#sinceMs;
  }

  /** From now on, for so long. */
  begin(how: 'block' | 'sleep', ms: number): void {
    const sinceMs = this.#clock.now();
    this.#sinceMs = sinceMs;
    this.longestMs = Math.max(this.longestMs, ms);
    this.#clock.setTimeout(() => {
      this.#pastMs += this.#clock.now() - sinceMs;
      this.#sinceMs = undefined;
    }, ms);
    this.#loop[how](ms);
  }
}
