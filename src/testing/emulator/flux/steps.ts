/**
 * The time of Flux. It decodes in steps of 0.08 s, and all its times are multiples, with the errors of 32-bit arithmetic:
 * 1.6800001, or 0.4000000286102295. A client that compares them exactly fails a test.
 */

export const STEPS_PER_SECOND = 12.5;
export const STEP_SECONDS = 1 / STEPS_PER_SECOND;
/** Between two Updates: 0.24 s. */
export const STEPS_PER_UPDATE = 3;

const STEP = Math.fround(STEP_SECONDS);

/** Whole steps in so many seconds. Sums of samples are not exact. */
export function stepsIn(seconds: number): number {
  return Math.floor(seconds * STEPS_PER_SECOND + 1e-6);
}

/** A boundary of a window: the shortest decimal that is the same 32-bit number. */
export function windowTime(step: number): number {
  const value = Math.fround(step * STEP);
  for (let digits = 6; digits <= 9; digits += 1) {
    const shortest = Number(value.toPrecision(digits));
    if (Math.fround(shortest) === value) return shortest;
  }
  return value;
}

/** The time of a word, which Flux counts back from the end of its window. */
export function wordTime(step: number, windowEndStep: number): number {
  return Math.fround(windowEndStep * STEP) - (windowEndStep - step) * STEP_SECONDS;
}
