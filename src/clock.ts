/**
 * Time as the library sees it. One clock serves the machine, the pacer, the watchdogs and, in tests, the
 * emulator too: nothing else in `src` may read or wait for time.
 */
export interface Clock {
  /** Milliseconds on a scale that never runs backwards; its zero means nothing. */
  now(): number;
  /** Milliseconds since 1970, for telling people when a word was spoken. May jump. */
  wallTime(): number;
  /** Calls `callback` once, `delayMs` from now; the answer is only good for {@link Clock.clearTimeout}. */
  setTimeout(callback: () => void, delayMs: number): unknown;
  /** Forgets a timer; one that has fired, or was never set, is no error. */
  clearTimeout(timer: unknown): void;
}

/** The clock of the machine we run on. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wallTime: () => Date.now(),
  setTimeout: (callback, delayMs) => globalThis.setTimeout(callback, delayMs),
  clearTimeout: (timer) => globalThis.clearTimeout(timer as number | undefined),
};

/** A timer set for less could fire without time having passed at all, for ever. */
export const TIMER_ROUNDING_MS = 0.5;
