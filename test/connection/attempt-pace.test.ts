/** When attempts may begin: all sessions of a process share a rate, in order; a single session does not wait. */
import { beforeEach, expect, test } from 'vitest';
import { AttemptPace, attemptPaceOf, type WaitingAttempt } from '../../src/connection/attempt-pace.ts';
import { VirtualClock, VirtualEventLoop } from '../../src/testing/index.ts';

let clock: VirtualClock;
let begun: { name: number; atMs: number }[];

beforeEach(() => {
  clock = new VirtualClock();
  begun = [];
});

const attempt = (name: number, hasAudio: () => boolean = () => true): WaitingAttempt => ({
  hasAudio,
  begin: () => begun.push({ name, atMs: clock.now() }),
});
const names = () => begun.map(({ name }) => name);

/** A number of sessions request at once. */
function rush(pace: AttemptPace, count: number): WaitingAttempt[] {
  const attempts = Array.from({ length: count }, (_, name) => attempt(name));
  for (const each of attempts) pace.ask(each);
  return attempts;
}

/** The maximum number that began within any interval of this length. */
function mostWithin(ms: number): number {
  return Math.max(
    ...begun.map(({ atMs: from }) => begun.filter(({ atMs }) => atMs >= from && atMs < from + ms).length),
  );
}

test.each([1, 2, 50, 2_500])(
  'a session whose last attempt was 5 s ago begins at once, at %d a second',
  (perSecond) => {
    const pace = new AttemptPace(clock, perSecond);
    for (let turn = 0; turn < 5; turn += 1) {
      pace.ask(attempt(turn));
      expect(names().at(-1)).toBe(turn);
      clock.advance(5_000);
    }
    expect(clock.pendingTimers).toBe(0);
  },
);

test('many attempts begin at the rate, each once, in order', () => {
  rush(new AttemptPace(clock, 1_000), 2_000);
  clock.advance(1_000);
  expect(names().length).toBeGreaterThan(1_000);
  expect(names().length).toBeLessThanOrEqual(1_040);
  clock.advance(1_000);
  expect(names()).toEqual(Array.from({ length: 2_000 }, (_, name) => name));
  expect(mostWithin(100)).toBeLessThanOrEqual(140);
  expect(clock.pendingTimers).toBe(0);
});

test.each([5, 2_000])(
  'a crowd tries at a quarter of the rate while attempts fail after %i ms, without a gap, and at all of it when one has opened',
  (failsAfterMs) => {
    const pace = new AttemptPace(clock, 1_000);
    let isBack = false;
    for (let name = 0; name < 9_000; name += 1) {
      pace.ask({
        hasAudio: () => true,
        begin() {
          begun.push({ name, atMs: clock.now() });
          clock.setTimeout(() => (isBack ? pace.succeeded() : pace.failed()), failsAfterMs);
        },
      });
    }
    clock.advance(failsAfterMs);
    const before = names().length;
    clock.advance(2_000);
    expect(names().length - before).toBeGreaterThan(480);
    expect(names().length - before).toBeLessThan(560);
    for (let ms = failsAfterMs; ms < clock.now() - 100; ms += 20)
      expect(begun.some(({ atMs }) => atMs >= ms && atMs < ms + 100)).toBe(true);

    isBack = true;
    clock.advance(failsAfterMs + 10);
    const refused = names().length;
    clock.advance(2_000);
    expect(names().length - refused).toBeGreaterThan(1_900);
  },
);

test('a single session is not slowed down by its failures', () => {
  const pace = new AttemptPace(clock, 1);
  for (let turn = 0; turn < 5; turn += 1) {
    pace.ask(attempt(turn));
    pace.failed();
    clock.advance(1_000);
  }
  expect(begun.map(({ atMs }) => atMs)).toEqual([0, 1_000, 2_000, 3_000, 4_000]);
});

test('a rate below one attempt for each timer step is kept', () => {
  rush(new AttemptPace(clock, 5), 11);
  clock.advance(2_000);
  expect(names()).toHaveLength(11);
  expect(mostWithin(1_000)).toBeLessThanOrEqual(6);
});

test('attempts with audio come first, in the order of their requests', () => {
  const pace = new AttemptPace(clock, 1);
  pace.ask(attempt(0));
  let speaks = false;
  pace.ask(attempt(1, () => false));
  pace.ask(attempt(2, () => speaks));
  pace.ask(attempt(3));
  clock.advance(1_000);
  speaks = true;
  clock.advance(1_000);
  clock.advance(1_000);
  expect(names()).toEqual([0, 3, 2, 1]);
});

test('an attempt without audio waits for others at most 5 s', () => {
  const pace = new AttemptPace(clock, 1);
  pace.ask(attempt(0));
  pace.ask(attempt(1, () => false));
  for (let name = 2; name < 30; name += 1) pace.ask(attempt(name));
  clock.advance(6_000);
  expect(names()).toContain(1);
});

test('a session whose attempt failed queues behind those that wait', () => {
  const pace = new AttemptPace(clock, 100);
  const again: WaitingAttempt = {
    hasAudio: () => true,
    begin: () => {
      begun.push({ name: -1, atMs: clock.now() });
      if (begun.length < 20) pace.ask(again);
    },
  };
  rush(pace, 4);
  pace.ask(again);
  for (let name = 4; name < 10; name += 1) pace.ask(attempt(name));
  clock.advance(100);
  expect(names()).toEqual([0, 1, 2, 3, -1, 4, 5, 6, 7, 8, 9, -1, -1, -1].slice(0, names().length));
  clock.advance(10_000);
  expect(clock.pendingTimers).toBe(0);
});

test('a withdrawn attempt does not begin, and no timer is left', () => {
  const pace = new AttemptPace(clock, 100);
  const attempts = rush(pace, 8);
  for (const each of attempts) pace.withdraw(each);
  expect(clock.pendingTimers).toBe(0);
  clock.advance(1_000);
  expect(names()).toEqual([0, 1, 2, 3]);
});

test('an attempt does not begin if an earlier one withdraws it when it begins', () => {
  const pace = new AttemptPace(clock, 100);
  rush(pace, 4);
  const second = attempt(5);
  pace.ask({ hasAudio: () => true, begin: () => pace.withdraw(second) });
  pace.ask(second);
  clock.advance(1_000);
  expect(names()).toEqual([0, 1, 2, 3]);
});

test('a late event loop begins no more attempts than one on time', () => {
  const loop = new VirtualEventLoop(clock);
  rush(new AttemptPace(loop, 1_000), 500);
  loop.block(300);
  clock.advance(300);
  expect(names().length).toBeLessThanOrEqual(80);
});

test('sessions with the same clock and rate share a pace', () => {
  expect(attemptPaceOf(clock, 10)).toBe(attemptPaceOf(clock, 10));
  expect(attemptPaceOf(clock, 10)).not.toBe(attemptPaceOf(clock, 20));
  expect(attemptPaceOf(clock, 10)).not.toBe(attemptPaceOf(new VirtualClock(), 10));
});
