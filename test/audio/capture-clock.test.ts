import { describe, expect, test } from 'vitest';
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

describe('the time that a source gives', () => {
  const placed = (...places: [position: number, capturedAt: number][]) => {
    const clock = new VirtualClock({ wallTimeMs: 1_000_000 });
    clock.advance(5_000);
    const capture = new CaptureClock(clock);
    for (const [position, capturedAt] of places) capture.place(position, 1_000, capturedAt);
    return (...positions: number[]) => positions.map((at) => capture.wallTimeOf(at, 1_000));
  };

  test('is that of the sample, and later samples follow', () => {
    expect(placed([0, 900_000])(0, 100)).toEqual([900_000, 900_100]);
    expect(placed([500, 900_000])(500, 700)).toEqual([900_000, 900_200]);
  });

  test.each([-19, 19])('does not move by the %d ms that rounding makes', (roundingMs) => {
    const dates = placed([0, 900_000], [100, 900_100 + roundingMs]);
    expect(dates(100, 200)).toEqual([900_100, 900_200]);
  });

  test.each([-20, 20])('moves by %d ms, and not for the audio before', (jumpMs) => {
    const dates = placed([0, 900_000], [100, 900_100 + jumpMs]);
    expect(dates(50, 100, 200)).toEqual([900_050, 900_100 + jumpMs, 900_200 + jumpMs]);
  });

  test('is kept by the audio that follows it without one', () => {
    const clock = new VirtualClock({ wallTimeMs: 1_000_000 });
    const capture = new CaptureClock(clock);
    clock.advance(100);
    capture.place(0, 1_000, 1_000_000);
    clock.advance(100);
    capture.mark(200, 100, 1_000, clock.now());
    expect(capture.wallTimeOf(150, 1_000)).toBe(1_000_150);
  });
});

test('the pause before a sample is the time without audio', () => {
  const clock = new VirtualClock();
  const capture = new CaptureClock(clock);
  const markAt = (now: number, end: number) => {
    clock.advance(now - clock.now());
    capture.mark(end, 100, 1_000, now);
  };
  markAt(100, 100);
  markAt(200, 200);
  markAt(2_300, 300);
  markAt(2_400, 400);
  markAt(6_500, 500);
  const pauses = [0, 100, 199, 200, 201, 300, 400, 500].map((at) => capture.pauseMsAt(at, 1_000));
  expect(pauses).toEqual([0, 0, 0, 2_000, 0, 0, 4_000, 0]);
  expect(new CaptureClock(clock).pauseMsAt(0, 1_000)).toBe(0);
});
