import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { CaptureClock } from '../../src/audio/capture-clock.ts';
import { ConnectionClock } from '../../src/link/connection-clock.ts';
import { Pacer } from '../../src/link/pacer.ts';
import { VirtualClock } from '../../src/testing/index.ts';

test('a connection begins where its first sample is, a primer not counted [G3]', () => {
  const clock = new ConnectionClock(1_000, 5_000, 200);
  clock.send(5_000, 6_000);
  expect(clock.positionOf(0.2, 'start')).toBe(5_000);
  expect(clock.positionOf(0.7, 'start')).toBe(5_500);
  expect(clock.positionOf(0.1, 'start')).toBe(5_000);
  expect(clock.sent).toBe(1_200);
});

test('at a seam an end belongs before the gap, and a start behind it [G3]', () => {
  const clock = new ConnectionClock(1_000, 0, 0);
  clock.send(0, 1_000);
  clock.send(4_000, 5_000);
  expect([clock.positionOf(1, 'end'), clock.positionOf(1, 'start')]).toEqual([1_000, 4_000]);
  expect([clock.positionOf(0.5, 'end'), clock.positionOf(0.5, 'start')]).toEqual([500, 500]);
  expect(clock.position).toBe(5_000);
  expect(clock.positionOf(1.5, 'end')).toBe(4_500);
});

test('no time is beyond what was sent, whatever the server says [G2]', () => {
  const clock = new ConnectionClock(1_000, 100, 0);
  clock.send(100, 600);
  expect(clock.positionOf(1e300, 'end')).toBe(600);
});

test('positions never run backwards, over any gaps [G3]', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(50), fc.integer({ min: 1, max: 50 })), { minLength: 1 }),
      fc.nat(40),
      (parts, primer) => {
        const clock = new ConnectionClock(100, 10, primer);
        let position = 10;
        for (const [gap, length] of parts) {
          clock.send(position + gap, position + gap + length);
          position += gap + length;
        }
        let before = 0;
        for (let sample = 0; sample <= clock.sent; sample += 1) {
          const [end, start] = [
            clock.positionOf(sample / 100, 'end'),
            clock.positionOf(sample / 100, 'start'),
          ];
          expect(end).toBeGreaterThanOrEqual(before);
          expect(start).toBeGreaterThanOrEqual(end);
          before = end;
        }
        expect(clock.positionOf(clock.sent / 100, 'end')).toBe(position);
      },
    ),
  );
});

test('a pause takes no audio, and the words behind it are dated behind it', () => {
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

test('live audio never waits [G10]', () => {
  const pacer = new Pacer(1_000, 1.2, 0);
  for (let now = 0; now < 60_000; now += 20) {
    expect(pacer.waitMs(now)).toBeLessThanOrEqual(0);
    pacer.take(20);
  }
});

test('a backlog goes at the catch-up rate, in the long run exactly [G10]', () => {
  for (const frame of [20, 250]) {
    const pacer = new Pacer(1_000, 1.2, 0);
    let now = 0;
    let sent = 0;
    while (now < 100_000) {
      const waitMs = pacer.waitMs(now);
      if (waitMs > 0) now += waitMs;
      else {
        pacer.take(frame);
        sent += frame;
      }
    }
    expect(sent / now).toBeGreaterThan(1.19);
    expect(sent / now).toBeLessThan(1.21);
  }
});

test('a tenth of a second goes at once, however long the rest before it; what overdraws it waits as long as it takes [G10]', () => {
  const pacer = new Pacer(2_000, 1.2, 0);
  for (const now of [0, 10_000]) {
    expect(pacer.waitMs(now)).toBe(0);
    pacer.take(199);
    expect(pacer.waitMs(now)).toBe(0);
    pacer.take(1);
    expect(pacer.waitMs(now)).toBeCloseTo(0, 1);
    pacer.take(240);
    expect(pacer.waitMs(now)).toBeCloseTo(100, 1);
  }
});

test('audio is dated by when it came; what comes a little late or early moves nothing', () => {
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

test('a wall clock that is set dates what comes after the next pause, and nothing before it', () => {
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

test('pauses are remembered for as long as a log may be, and no longer [G6]', () => {
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
