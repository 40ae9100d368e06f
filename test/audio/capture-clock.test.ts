import { expect, test } from 'vitest';
import { CaptureClock } from '../../src/audio/capture-clock.ts';
import { VirtualClock } from '../../src/testing/index.ts';

test('a pause has no audio, and later words have later wall-clock times', () => {
  const clock = new VirtualClock({ wallTimeMs: 1_000_000 });
  const capture = new CaptureClock(clock);
  let end = 0;
  const speak = (frames: number) => {
    for (let i = 0; i < frames; i += 1) {
      clock.advance(20);
      capture.mark((end += 20), 20, 1_000, clock.now());
    }
  };
  speak(50);
  clock.advance(10_000);
  speak(50);
  expect(capture.wallTimeOf(500, 1_000)).toBe(1_000_500);
  expect(capture.wallTimeOf(1_000, 1_000)).toBe(1_011_000);
  expect(capture.wallTimeOf(1_500, 1_000)).toBe(1_011_500);
});

test('jitter of delivery does not move the time of capture', () => {
  const clock = new VirtualClock({ wallTimeMs: 0 });
  const capture = new CaptureClock(clock);
  for (let chunk = 1; chunk <= 100; chunk += 1) {
    clock.advance(chunk % 2 === 0 ? 180 : 20);
    capture.mark(chunk * 100, 100, 1_000, clock.now());
  }
  const late = capture.wallTimeOf(9_000, 1_000)! - 9_000;
  expect(Math.abs(late)).toBeLessThan(250);
});

test('before any audio there is no time of capture', () => {
  expect(new CaptureClock(new VirtualClock()).wallTimeOf(0, 1_000)).toBe(undefined);
});

test('audio has the time of its arrival, and small jitter does not change it', () => {
  const clock = new VirtualClock({ wallTimeMs: 1_000_000 });
  const capture = new CaptureClock(clock);
  const markAt = (now: number, end: number) => {
    clock.advance(now - clock.now());
    capture.mark(end, 100, 1_000, now);
  };
  const dates = (...positions: number[]) => positions.map((at) => capture.wallTimeOf(at, 1_000));
  markAt(100, 100);
  markAt(400, 200);
  expect(dates(50, 150)).toEqual([1_000_050, 1_000_150]);
  markAt(550, 300);
  expect(dates(150, 250)).toEqual([1_000_150, 1_000_500]);
  markAt(850, 400);
  expect(dates(350)).toEqual([1_000_600]);
  markAt(800 + 100, 500);
  expect(dates(350, 450)).toEqual([1_000_600, 1_000_700]);
});

test('a changed wall clock applies to audio after the next pause, and not before', () => {
  const clock = new VirtualClock({ wallTimeMs: 1_000_000 });
  const capture = new CaptureClock(clock);
  clock.advance(100);
  capture.mark(100, 100, 1_000, clock.now());
  clock.jumpWallTime(3_600_000);
  clock.advance(1_000);
  capture.mark(200, 100, 1_000, clock.now());
  expect(capture.wallTimeOf(50, 1_000)).toBe(1_000_050);
  expect(capture.wallTimeOf(150, 1_000)).toBe(4_601_050);
});

test('pauses are remembered for the maximum length of a log, and no longer [G6]', () => {
  const clock = new VirtualClock({ wallTimeMs: 0 });
  const capture = new CaptureClock(clock);
  for (let i = 0; i < 300; i += 1) {
    clock.advance(1_100);
    capture.mark(100 * (i + 1), 100, 1_000, clock.now());
  }
  const dateOf = (pause: number) => 1_100 * pause + 1_000;
  expect(capture.wallTimeOf(29_900, 1_000)).toBe(dateOf(299));
  expect(capture.wallTimeOf(4_400, 1_000)).toBe(dateOf(44));
  expect(capture.wallTimeOf(4_300, 1_000)).toBe(dateOf(44) - 100);
});
