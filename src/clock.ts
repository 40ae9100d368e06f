/**
 * The port to time. One clock serves the machine, the pacer, the watchdogs and, in tests, the emulator. Nothing else in `src` may
 * read time or wait.
 */
export interface Clock {
  /** Milliseconds on a scale that never runs backwards, from an arbitrary zero. */
  now(): number;
  /** Milliseconds since 1970, for the wall-clock times of words. May jump. */
  wallTime(): number;
  /** Calls `callback` once, `delayMs` from now. The result is for {@link Clock.clearTimeout} only. */
  setTimeout(callback: () => void, delayMs: number): unknown;
  /** Cancels a timer. A timer that has fired or was never set is no error. */
  clearTimeout(timer: unknown): void;
}

/** The clock of this computer. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wallTime: () => Date.now(),
  setTimeout: (callback, delayMs) => globalThis.setTimeout(callback, delayMs),
  clearTimeout: (timer) => globalThis.clearTimeout(timer as number | undefined),
};

/** A timer set for less could fire for ever without any time passing. */
export const TIMER_ROUNDING_MS = 0.5;
