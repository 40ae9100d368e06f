/** The times in which nothing of the client runs: its event loop is blocked, or its machine sleeps. */
import type { VirtualClock, VirtualEventLoop } from '../../../src/testing/index.ts';

export class Standstill {
  readonly #clock: VirtualClock;
  readonly #loop: VirtualEventLoop;
  #pastMs = 0;
  #sinceMs: number | undefined;
  readonly #all: { atMs: number; ms: number }[] = [];

  constructor(clock: VirtualClock, loop: VirtualEventLoop) {
    this.#clock = clock;
    this.#loop = loop;
  }

  /** All of it so far, the present one included. */
  get totalMs(): number {
    return this.#sinceMs === undefined ? this.#pastMs : this.#pastMs + this.#clock.now() - this.#sinceMs;
  }

  /** The longest sum of those that begin within any stretch of so many milliseconds. */
  mostWithin(stretchMs: number): number {
    const sums = this.#all.map(({ atMs: from }) =>
      this.#all
        .filter(({ atMs }) => atMs >= from && atMs < from + stretchMs)
        .reduce((sum, { ms }) => sum + ms, 0),
    );
    return Math.max(0, ...sums);
  }

  /** From now on, for so long. */
  begin(how: 'block' | 'sleep', ms: number): void {
    const sinceMs = this.#clock.now();
    this.#sinceMs = sinceMs;
    this.#all.push({ atMs: sinceMs, ms });
    this.#clock.setTimeout(() => {
      this.#pastMs += this.#clock.now() - sinceMs;
      this.#sinceMs = undefined;
    }, ms);
    this.#loop[how](ms);
  }
}
