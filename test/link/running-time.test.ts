/** Time in which our own event loop stood still does not count towards a timeout. */
import { beforeEach, expect, test } from 'vitest';
import { RunningTime, runningTimeOf } from '../../src/running-time.ts';
import { VirtualClock, VirtualEventLoop } from '../../src/testing/index.ts';

let clock: VirtualClock;
let loop: VirtualEventLoop;
let time: RunningTime;
let passedAtMs: number[];

beforeEach(() => {
  clock = new VirtualClock();
  loop = new VirtualEventLoop(clock);
  time = new RunningTime(loop);
  passedAtMs = [];
});

const passed = () => void passedAtMs.push(clock.now());

test('on a loop that runs a deadline passes on time', () => {
  time.deadline(8_000, passed);
  clock.advance(20_000);
  expect(passedAtMs).toEqual([8_000]);
  expect(loop.pendingTimers).toBe(0);
});

test('a standstill at the end of a deadline extends it by as much', () => {
  time.deadline(8_000, passed);
  clock.advance(7_000);
  loop.block(4_000);
  clock.advance(20_000);
  expect(passedAtMs).toEqual([11_000]);
});

test('a standstill that delayed another timer extends it as well', () => {
  time.deadline(8_000, passed);
  time.deadline(2_000, () => undefined);
  clock.advance(1_000);
  loop.block(3_000);
  clock.advance(20_000);
  expect(passedAtMs).toEqual([10_000]);
});

test('a standstill that delays many timers counts once', () => {
  for (let timer = 0; timer < 5; timer += 1) time.deadline(8_000, passed);
  clock.advance(7_900);
  loop.block(1_100);
  clock.advance(20_000);
  expect(passedAtMs).toEqual([9_000, 9_000, 9_000, 9_000, 9_000]);
});

test('a deadline passes on a loop that is always late', () => {
  time.deadline(2_000, passed);
  for (let turn = 0; turn < 60; turn += 1) {
    loop.block(900);
    clock.advance(1_000);
  }
  expect(passedAtMs).toHaveLength(1);
});

test('a message that waits at the deadline is read before it passes', () => {
  const heard: string[] = [];
  time.deadline(8_000, () => heard.push('passed'));
  clock.advance(7_990);
  loop.block(100);
  loop.setTimeout(() => heard.push('message'), 20);
  clock.advance(1_000);
  expect(heard).toEqual(['message', 'passed']);
});

test('sleep does not count as a standstill: the other side has given up meanwhile', () => {
  const own = new VirtualClock();
  const heard: number[] = [];
  new RunningTime(own).deadline(8_000, () => heard.push(own.now()));
  own.jump(60_000);
  own.advance(1_000);
  expect(heard).toEqual([60_000]);
});

test('a stopped deadline never passes', () => {
  const stop = time.deadline(1_000, passed);
  stop();
  clock.advance(5_000);
  expect(passedAtMs).toEqual([]);
  expect(loop.pendingTimers).toBe(0);
});

test('all connections of a clock share one', () => {
  expect(runningTimeOf(clock)).toBe(runningTimeOf(clock));
  expect(runningTimeOf(clock)).not.toBe(runningTimeOf(loop));
});
