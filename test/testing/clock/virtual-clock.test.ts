import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { VirtualClock } from '../../../src/testing/clock/virtual-clock.ts';

test('timers fire in order of due time, and in the order they were set when due together', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(50), { maxLength: 200 }), (delays) => {
      const clock = new VirtualClock();
      const fired: number[] = [];
      delays.forEach((delay, i) => clock.setTimeout(() => fired.push(i), delay));
      clock.advance(50);
      const expected = delays.map((_, i) => i).sort((a, b) => (delays[a] ?? 0) - (delays[b] ?? 0) || a - b);
      expect(fired).toEqual(expected);
      expect(clock.pendingTimers).toBe(0);
    }),
  );
});

test('each timer sees its own due time, and one set on the way still fires within the same advance', () => {
  const clock = new VirtualClock();
  const seen: number[] = [];
  clock.setTimeout(() => {
    seen.push(clock.now());
    clock.setTimeout(() => seen.push(clock.now()), 5);
    clock.setTimeout(() => seen.push(clock.now()), 100);
  }, 10);
  clock.advance(20);
  expect(seen).toEqual([10, 15]);
  expect(clock.now()).toBe(20);
  expect(clock.pendingTimers).toBe(1);
});

test('a cleared timer never fires, and clearing one that has fired, or nothing, is no error', () => {
  const clock = new VirtualClock();
  let fired = 0;
  const cleared = clock.setTimeout(() => (fired += 1), 10);
  const kept = clock.setTimeout(() => (fired += 1), 10);
  clock.clearTimeout(cleared);
  clock.clearTimeout(cleared);
  expect(clock.pendingTimers).toBe(1);
  clock.advance(10);
  clock.clearTimeout(kept);
  clock.clearTimeout(undefined);
  expect([fired, clock.pendingTimers]).toEqual([1, 0]);
});

test('after a jump overdue timers fire late, at the present time, as on a laptop that slept', () => {
  const clock = new VirtualClock();
  const seen: number[] = [];
  clock.setTimeout(() => seen.push(clock.now()), 1_000);
  clock.jump(60_000);
  expect(seen).toEqual([]);
  clock.advance(0);
  expect(seen).toEqual([60_000]);
});

test('promises settle between timers in an asynchronous advance, chains of them included', async () => {
  const clock = new VirtualClock();
  const seen: number[] = [];
  const wait = (ms: number) => new Promise<void>((resolve) => clock.setTimeout(resolve, ms));
  const story = async () => {
    for (let i = 0; i < 3; i += 1) {
      await wait(100);
      for (let hop = 0; hop < 30; hop += 1) await Promise.resolve();
      seen.push(clock.now());
    }
  };
  const told = story();
  await clock.advanceAsync(300);
  await told;
  expect(seen).toEqual([100, 200, 300]);
});

test('wall time follows, and can be corrected without moving the timers', () => {
  const clock = new VirtualClock({ wallTimeMs: 5_000 });
  clock.advance(1_000);
  expect(clock.wallTime()).toBe(6_000);
  clock.jumpWallTime(-3_000);
  expect([clock.wallTime(), clock.now()]).toEqual([3_000, 1_000]);
});

test('timers can be fired one at a time, each at its own moment', () => {
  const clock = new VirtualClock();
  const seen: number[] = [];
  for (const ms of [20, 10, 10]) clock.setTimeout(() => seen.push(ms), ms);
  expect(clock.fireNext(15)).toBe(true);
  expect([seen, clock.now()]).toEqual([[10], 10]);
  expect(clock.fireNext(15)).toBe(true);
  expect(clock.fireNext(15)).toBe(false);
  expect(clock.fireNext()).toBe(true);
  expect([seen, clock.now()]).toEqual([[10, 10, 20], 20]);
});
