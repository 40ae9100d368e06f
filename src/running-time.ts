/**
 * Time in which the event loop ran. A late timer shows that the loop stood still: input was not read, so the silence of the other
 * side proves nothing. Timers that give a connection up count running time only.
 */
import { type Clock, TIMER_ROUNDING_MS } from './clock.ts';

/** Timers of a running loop are late by less. */
const LATE_MS = 250;

/** After a longer standstill the computer slept, and the other side has given up. */
const SLEEP_MS = 15_000;

export class RunningTime {
  readonly #clock: Clock;
  #stillMs = 0;
  /** Standstills up to this time are counted: timers that are late together show the same one. */
  #countedTo = -Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The time of the clock minus all standstills. */
  at(now: number): number {
    return now - this.#stillMs;
  }

  /** Call it when a timer that was due at `dueAt` fires. */
  fired(dueAt: number, now: number): void {
    const stillMs = now - Math.max(dueAt, this.#countedTo);
    if (now - dueAt < LATE_MS || stillMs <= 0) return;
    this.#countedTo = now;
    if (stillMs < SLEEP_MS) this.#stillMs += stillMs;
  }

  /**
   * Calls `passed` after `delayMs` of running time, once the input that waits then was read. Returns a function that cancels it.
   */
  deadline(delayMs: number, passed: () => void): () => void {
    const clock = this.#clock;
    const endsAt = this.at(clock.now()) + delayMs;
    let timer: unknown;
    const wait = (ms: number) => {
      const dueAt = clock.now() + ms;
      timer = clock.setTimeout(() => {
        const now = clock.now();
        this.fired(dueAt, now);
        const leftMs = endsAt - this.at(now);
        if (leftMs > TIMER_ROUNDING_MS) wait(leftMs);
        else timer = clock.setTimeout(passed, 0);
      }, ms);
    };
    wait(delayMs);
    return () => clock.clearTimeout(timer);
  }
}

const times = new WeakMap<Clock, RunningTime>();

/** The running time shared by all connections with this clock. */
export function runningTimeOf(clock: Clock): RunningTime {
  let time = times.get(clock);
  if (!time) times.set(clock, (time = new RunningTime(clock)));
  return time;
}
