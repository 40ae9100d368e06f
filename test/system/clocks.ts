/** Virtual clocks with timers as coarse as real ones. */
import type { Clock } from '../../src/index.ts';
import { VirtualClock } from '../../src/testing/index.ts';

/** As on every platform, timers have a grain: here one that is exact in binary, so that virtual times can be compared. */
const TIMER_GRAIN_MS = 1 / 64;

export class GrainyClock extends VirtualClock {
  override setTimeout(callback: () => void, delayMs: number): unknown {
    return super.setTimeout(callback, Math.ceil(delayMs / TIMER_GRAIN_MS) * TIMER_GRAIN_MS);
  }
}

/** The clock as one client sees it: knows which timers are that client's own. */
export class OwnClock implements Clock {
  readonly pending = new Set<unknown>();
  readonly #clock: VirtualClock;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  wallTime(): number {
    return this.#clock.wallTime();
  }

  setTimeout(callback: () => void, delayMs: number): unknown {
    const fire = () => {
      this.pending.delete(timer);
      callback();
    };
    const timer = this.#clock.setTimeout(fire, delayMs);
    this.pending.add(timer);
    return timer;
  }

  clearTimeout(timer: unknown): void {
    this.pending.delete(timer);
    this.#clock.clearTimeout(timer);
  }
}

/** Settles promises: those of credentials and of `close()` take several turns. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 8; turn += 1) await Promise.resolve();
}

/** For promises of the platform, such as a Blob's. */
export async function breathe(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
