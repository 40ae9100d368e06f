import { concat } from 'rxjs';
import { expect, test } from 'vitest';
import { paced } from '../../../src/tools/sources/paced.ts';
import { VirtualClock } from '../../../src/testing/index.ts';

function listen(bytes: Uint8Array, clock: VirtualClock, bytesPerSecond = 1_000, frameMs = 50) {
  const frames: { atMs: number; bytes: number[] }[] = [];
  let completedAt: number | undefined;
  const subscription = paced(bytes, { bytesPerSecond, frameMs, clock }).subscribe({
    next: (frame) => frames.push({ atMs: clock.now(), bytes: [...frame] }),
    complete: () => (completedAt = clock.now()),
  });
  return { frames, subscription, completedAt: () => completedAt };
}

const countUp = (length: number) => Uint8Array.from({ length }, (_, i) => i % 256);

test('every byte comes once, in order, each frame at its own time, and the end when the last is over', () => {
  const clock = new VirtualClock();
  const { frames, completedAt } = listen(countUp(120), clock);
  clock.advance(1_000);
  expect(frames.map(({ atMs }) => atMs)).toEqual([0, 50, 100]);
  expect(frames.flatMap(({ bytes }) => bytes)).toEqual([...countUp(120)]);
  expect(frames.map(({ bytes }) => bytes.length)).toEqual([50, 50, 20]);
  expect(completedAt()).toBe(120);
  expect(clock.pendingTimers).toBe(0);
});

test('a late timer is made up for at once, and the schedule does not drift', () => {
  const clock = new VirtualClock();
  const { frames } = listen(countUp(400), clock);
  clock.advance(60);
  clock.jump(130);
  clock.advance(1_000);
  expect(frames.map(({ atMs }) => atMs)).toEqual([0, 50, 190, 190, 200, 250, 300, 350]);
});

test('frames that are no whole number of bytes leave none out', () => {
  const clock = new VirtualClock();
  const { frames } = listen(countUp(100), clock, 1_000, 33.3);
  clock.advance(1_000);
  expect(frames.flatMap(({ bytes }) => bytes)).toEqual([...countUp(100)]);
});

test('two joined take as long as both', () => {
  const clock = new VirtualClock();
  const times: number[] = [];
  const part = () => paced(countUp(75), { bytesPerSecond: 1_000, clock });
  concat(part(), part()).subscribe(() => times.push(clock.now()));
  clock.advance(1_000);
  expect(times).toEqual([0, 50, 75, 125]);
});

test('unsubscribing ends it, with no timer left', () => {
  const clock = new VirtualClock();
  const { frames, subscription } = listen(countUp(1_000), clock);
  clock.advance(100);
  subscription.unsubscribe();
  expect(clock.pendingTimers).toBe(0);
  clock.advance(1_000);
  expect(frames).toHaveLength(3);
});

test('an empty source completes at once', () => {
  const clock = new VirtualClock();
  expect(listen(new Uint8Array(0), clock).completedAt()).toBe(0);
});

test('a pace that would play nothing is refused', () => {
  expect(() => paced(countUp(1), { bytesPerSecond: 0 })).toThrow('A frame of 50 ms at 0 bytes a second');
});
