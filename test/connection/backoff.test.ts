import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { BACKOFF, backoffDelayMs, nextRandom } from '../../src/connection/backoff.ts';

const randoms = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

test('the first retry comes at once, within the first jitter', () => {
  fc.assert(
    fc.property(randoms, (random) => {
      const delayMs = backoffDelayMs(0, false, random);
      expect(delayMs).toBeGreaterThanOrEqual(0);
      expect(delayMs).toBeLessThan(BACKOFF.firstJitterMs);
    }),
  );
  expect(backoffDelayMs(0, false, 0.5)).toBe(BACKOFF.firstJitterMs / 2);
});

test.each([
  [1, 500],
  [2, 1_000],
  [3, 2_000],
  [4, 4_000],
  [5, 8_000],
  [6, 10_000],
  [7, 10_000],
  [1_000, 10_000],
])('after %i failures the jitter is full, from nothing to %i ms', (failures, boundMs) => {
  expect(backoffDelayMs(failures, false, 0)).toBe(0);
  expect(backoffDelayMs(failures, false, 0.5)).toBe(boundMs / 2);
  expect(backoffDelayMs(failures, false, 1)).toBe(boundMs);
});

test.each([
  [0, 2_000],
  [1, 4_000],
  [2, 8_000],
  [3, 10_000],
  [1_000, 10_000],
])(
  'after 429 and 1013 the delay starts longer: with %i failures, half of %i ms at least',
  (failures, boundMs) => {
    expect(backoffDelayMs(failures, true, 0)).toBe(boundMs / 2);
    expect(backoffDelayMs(failures, true, 1)).toBe(boundMs);
  },
);

test('no delay is ever negative, unending or above the cap', () => {
  fc.assert(
    fc.property(fc.nat(), fc.boolean(), randoms, (failures, gently, random) => {
      const delayMs = backoffDelayMs(failures, gently, random);
      expect(delayMs).toBeGreaterThanOrEqual(0);
      expect(delayMs).toBeLessThanOrEqual(BACKOFF.capMs);
    }),
  );
});

test('the random numbers fill their range evenly, and a seed repeats them', () => {
  const draw = (seed: number): number[] =>
    Array.from({ length: 10_000 }, () => {
      const next = nextRandom(seed);
      seed = next.seed;
      return next.random;
    });
  const numbers = draw(42);
  const tenths = numbers.map((random) => Math.floor(random * 10));
  for (let tenth = 0; tenth < 10; tenth += 1) {
    const share = tenths.filter((value) => value === tenth).length;
    expect(share).toBeGreaterThan(850);
    expect(share).toBeLessThan(1_150);
  }
  expect(draw(42)).toEqual(numbers);
  expect(draw(43)).not.toEqual(numbers);
});
