/** The limit alone: its order, its places, and the effect of a 429. */
import * as fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Place } from '../../src/index.ts';
import { connectionLimit, type SharedConnectionLimit } from '../../src/sessions/index.ts';
import { VirtualClock } from '../../src/testing/index.ts';

/** One attempt, and what it was told. */
interface Attempt {
  place: Place;
  isGranted: boolean;
  told: number[];
}

let clock: VirtualClock;
let limit: SharedConnectionLimit;
let granted: Attempt[];

beforeEach(() => begin(2));

function begin(max: number): void {
  clock = new VirtualClock();
  limit = connectionLimit(max);
  granted = [];
}

function ask(onGranted?: () => void): Attempt {
  const attempt: Attempt = { place: { release: () => undefined }, isGranted: false, told: [] };
  attempt.place = limit.request({
    clock,
    awaited: (place) => attempt.told.push(place),
    granted: () => {
      expect(attempt.isGranted, 'granted once').toBe(false);
      attempt.isGranted = true;
      granted.push(attempt);
      onGranted?.();
    },
  });
  return attempt;
}

const askFor = (count: number): Attempt[] => Array.from({ length: count }, () => ask());
const free = ({ place }: Attempt) => place.release(false);
const refuse = ({ place }: Attempt) => place.release(true);

test.each([0, -1, 1.5, NaN, Infinity, '3' as unknown as number])('refuses a limit of %s', (max) => {
  expect(() => connectionLimit(max)).toThrow('Give a whole number from 1 on.');
});

describe('the line', () => {
  test('gives places in the order in which they were requested', () => {
    const all = askFor(4);
    expect(all.map(({ isGranted }) => isGranted)).toEqual([true, true, false, false]);
    free(all[1] as Attempt);
    expect(granted).toEqual(all.slice(0, 3));
    free(all[0] as Attempt);
    expect(granted).toEqual(all);
  });

  test('gives each waiting session its place, and none to one that need not wait', () => {
    const [first, , third, fourth] = askFor(4) as [Attempt, Attempt, Attempt, Attempt];
    free(first);
    expect(first.told).toEqual([]);
    expect(third.told).toEqual([1]);
    expect(fourth.told).toEqual([2, 1]);
  });

  test('a session that leaves the line moves those behind it, and takes no place', () => {
    const [first, , third, fourth] = askFor(4) as [Attempt, Attempt, Attempt, Attempt];
    free(third);
    expect(fourth.told).toEqual([2, 1]);
    free(first);
    expect(granted.at(-1)).toBe(fourth);
    expect({ ...numbers() }).toEqual({ held: 2, waiting: 0, places: 2 });
  });

  test('a place is freed once, however often it is released', () => {
    const [first] = askFor(5) as [Attempt];
    free(first);
    free(first);
    refuse(first);
    expect({ ...numbers() }).toEqual({ held: 2, waiting: 2, places: 2 });
  });

  test('reports only large steps far back in the line, and every step near its head', () => {
    begin(1);
    const all = askFor(200);
    for (const attempt of all.slice(0, 199)) free(attempt);
    const { told } = all[199] as Attempt;
    expect(told.slice(0, 3)).toEqual([199, 179, 161]);
    expect(told.slice(-11)).toEqual([12, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
    expect(told.length).toBeLessThan(45);
  });
});

describe('a 429', () => {
  test('lowers the limit to the connections that are there', () => {
    begin(10);
    const [refused, ...others] = askFor(12) as [Attempt, ...Attempt[]];
    refuse(refused);
    expect({ ...numbers() }).toEqual({ held: 9, waiting: 2, places: 9 });
    free(others[0] as Attempt);
    expect({ ...numbers() }).toEqual({ held: 9, waiting: 1, places: 9 });
  });

  test('leaves one place at least: else nothing would ever be tried again', () => {
    refuse(ask());
    expect(limit.places).toBe(1);
    expect(ask().isGranted).toBe(true);
  });

  test('ends step by step: a tenth more every 10 s, and waiting sessions continue', () => {
    begin(20);
    for (const attempt of askFor(18)) refuse(attempt);
    expect(limit.places).toBe(1);
    askFor(8);
    clock.advance(9_999);
    expect({ ...numbers() }).toEqual({ held: 1, waiting: 7, places: 1 });
    clock.advance(1);
    expect({ ...numbers() }).toEqual({ held: 3, waiting: 5, places: 3 });
    clock.advance(30_000);
    expect({ ...numbers() }).toEqual({ held: 8, waiting: 0, places: 9 });
    expect(clock.pendingTimers, 'nobody waits').toBe(0);
    clock.advance(60_000);
    expect(limit.places).toBe(20);
  });

  test('the timer of a session that leaves the line goes with it, and the next one has its own', () => {
    refuse(ask());
    const [, second, third] = askFor(3) as [Attempt, Attempt, Attempt];
    expect(clock.pendingTimers).toBe(1);
    free(second);
    expect(clock.pendingTimers).toBe(1);
    free(third);
    expect(clock.pendingTimers).toBe(0);
  });
});

test('callbacks may request, leave and release at once, and the numbers stay right', () => {
  begin(1);
  const first = ask();
  const fourth = () => ask();
  const second = ask(() => {
    // As a session that fails at once, and tries again.
    free(second);
    fourth();
  });
  const third = ask();
  free(first);
  expect(granted).toEqual([first, second, third]);
  expect({ ...numbers() }).toEqual({ held: 1, waiting: 1, places: 1 });
});

const numbers = () => ({ held: limit.held, waiting: limit.waiting, places: limit.places });

/** As a plain list would do it. */
test('serves in order, never more than there are places, and leaves none free', () => {
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.constant({ do: 'ask' as const }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('free' as const), which: fc.nat(1_000) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('refuse' as const), which: fc.nat(1_000) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat(25_000) }) },
  );
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), fc.array(step, { maxLength: 80 }), (max, steps) => {
      begin(max);
      let line: Attempt[] = [];
      let asked: Attempt[] = [];
      for (const one of steps) {
        const heldBefore = limit.held;
        if (one.do === 'ask') asked.push(ask());
        else if (one.do === 'wait') clock.advance(one.ms);
        else if (asked.length > 0) {
          const attempt = asked[one.which % asked.length] as Attempt;
          asked = asked.filter((each) => each !== attempt);
          attempt.place.release(one.do === 'refuse' && attempt.isGranted);
        }
        line = asked.filter(({ isGranted }) => !isGranted);
        const held = asked.filter(({ isGranted }) => isGranted);
        expect(held.length).toBe(limit.held);
        expect(line.length).toBe(limit.waiting);
        expect(limit.held).toBeLessThanOrEqual(max);
        if (limit.held > heldBefore) expect(limit.held).toBeLessThanOrEqual(limit.places);
        if (line.length > 0) expect(limit.held).toBeGreaterThanOrEqual(limit.places);
        // Nobody is let in before somebody who asked earlier and is still there.
        expect(asked.slice(0, held.length)).toEqual(held);
        line.forEach(({ told }, ahead) => {
          if (ahead < 10) expect(told.at(-1)).toBe(ahead + 1);
        });
      }
      for (const attempt of asked) free(attempt);
      expect(limit.held).toBe(0);
      expect(clock.pendingTimers).toBe(0);
    }),
    { numRuns: 500 },
  );
});
