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

  /** The most of it within any stretch of so many milliseconds that begins at `sinceMs` or later. */
  mostWithin(stretchMs: number, sinceMs: number): number {
    const later = this.#all.filter(({ atMs, ms }) => atMs + ms > sinceMs);
    const within = (fromMs: number) =>
      later.reduce((sum, { atMs, ms }) => {
        const overlapMs = Math.min(atMs + ms, fromMs + stretchMs) - Math.max(atMs, fromMs);
        return sum + Math.max(0, overlapMs);
      }, 0);
    return Math.max(0, ...later.map(({ atMs }) => within(atMs)));
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
