import { expect, test } from 'vitest';
import { PauseWatch } from '../../src/audio/pause-watch.ts';
import { VirtualClock } from '../../src/testing/index.ts';

function watchFor(afterMs: number) {
  const clock = new VirtualClock();
  const pausedAt: number[] = [];
  const watch = new PauseWatch(clock, afterMs, () => pausedAt.push(clock.now()));
  return { clock, watch, pausedAt };
}

test('a pause is announced once, when it is long enough after the last audio', () => {
  const { clock, watch, pausedAt } = watchFor(1_000);
  for (let frame = 0; frame < 10; frame += 1) {
    watch.accepted(clock.now());
    clock.advance(300);
  }
  clock.advance(699);
  expect(pausedAt).toEqual([]);
  clock.advance(1);
  expect(pausedAt).toEqual([3_700]);
  clock.advance(60_000);
  expect(pausedAt).toEqual([3_700]);
});

test('each pause is announced', () => {
  const { clock, watch, pausedAt } = watchFor(500);
  for (let pause = 0; pause < 3; pause += 1) {
    watch.accepted(clock.now());
    clock.advance(2_000);
  }
  expect(pausedAt).toEqual([500, 2_500, 4_500]);
});

test('a timer that is early by its rounding is not repeated', () => {
  const { clock, watch, pausedAt } = watchFor(1_000);
  watch.accepted(0.5);
  clock.advance(1_000);
  expect(pausedAt).toEqual([1_000]);
});

test('nothing is announced after stop()', () => {
  const { clock, watch, pausedAt } = watchFor(1_000);
  watch.accepted(0);
  watch.stop();
  clock.advance(5_000);
  expect(pausedAt).toEqual([]);
  watch.accepted(clock.now());
  clock.advance(1_000);
  expect(pausedAt).toEqual([6_000]);
});
