import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { BACKOFF, backoffDelayMs, nextRandom } from '../../src/connection/backoff.ts';

const randoms = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

test('the first retry comes at once, within the first jitter', () => {
  fc.assert(
    fc.property(randoms, (random) => {
      const delayMs = backoffDelayMs(0, false, 0, random);
      expect(delayMs).toBeGreaterThanOrEqual(0);
      expect(delayMs).toBeLessThan(BACKOFF.firstJitterMs);
    }),
  );
  expect(backoffDelayMs(0, false, 0, 0.5)).toBe(BACKOFF.firstJitterMs / 2);
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
])('after %i failures of a long outage the delay is between half of %i ms and all', (failures, boundMs) => {
  expect(backoffDelayMs(failures, false, Infinity, 0)).toBe(boundMs / 2);
  expect(backoffDelayMs(failures, false, Infinity, 0.5)).toBe(0.75 * boundMs);
  expect(backoffDelayMs(failures, false, Infinity, 1)).toBe(boundMs);
});

test('no wait is longer than the outage so far, and none shorter for that than the first ones are', () => {
  expect(backoffDelayMs(8, false, 3_000, 1)).toBe(3_000);
  expect(backoffDelayMs(8, false, 100, 1)).toBe(BACKOFF.baseMs);
  expect(backoffDelayMs(2, false, 3_000, 1)).toBe(1_000);
});

test('a server that is back after an outage of a few seconds is tried within as long again, and an outage of 55 s takes fewer than twenty attempts', () => {
  fc.assert(
    fc.property(fc.integer(), fc.constantFrom(500, 3_000, 5_000, 55_000), (seed, outageMs) => {
      let [now, failures] = [0, 0];
      while (now <= outageMs) {
        const next = nextRandom(seed);
        seed = next.seed;
        now += backoffDelayMs(failures, false, now, next.random);
        failures += 1;
      }
      expect(now - outageMs).toBeLessThanOrEqual(outageMs);
      expect(failures).toBeLessThan(20);
    }),
  );
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
    expect(backoffDelayMs(failures, true, 0, 0)).toBe(boundMs / 2);
    expect(backoffDelayMs(failures, true, 0, 1)).toBe(boundMs);
  },
);

test('every delay is finite, not negative, and at most the cap', () => {
  fc.assert(
    fc.property(fc.nat(), fc.boolean(), fc.nat(), randoms, (failures, gently, outageMs, random) => {
      const delayMs = backoffDelayMs(failures, gently, outageMs, random);
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
