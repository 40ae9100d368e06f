import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { countSent, countSilence, type LinkClock, positionOf } from '../../src/link/link-clock.ts';

/** A clock that begins at `position`, after `sentSamples` of silence of our own. */
function clockAt(rate: number, position: number, sentSamples = 0): LinkClock {
  return { rate, isExact: true, sentSamples, position, segments: [] };
}

test('a connection begins where its first sample is, silence of our own not counted [G3]', () => {
  const clock = clockAt(1_000, 5_000, 200);
  countSent(clock, 5_000, 6_000);
  expect(positionOf(clock, 0.2, 'start')).toBe(5_000);
  expect(positionOf(clock, 0.7, 'start')).toBe(5_500);
  expect(positionOf(clock, 0.1, 'start')).toBe(5_000);
  expect(clock.sentSamples).toBe(1_200);
});

test('at a seam an end belongs before the gap, and a start behind it [G3]', () => {
  const clock = clockAt(1_000, 0);
  countSent(clock, 0, 1_000);
  countSent(clock, 4_000, 5_000);
  expect([positionOf(clock, 1, 'end'), positionOf(clock, 1, 'start')]).toEqual([1_000, 4_000]);
  expect([positionOf(clock, 0.5, 'end'), positionOf(clock, 0.5, 'start')]).toEqual([500, 500]);
  expect(clock.position).toBe(5_000);
  expect(positionOf(clock, 1.5, 'end')).toBe(4_500);
});

test('no time is beyond what was sent, whatever the server says [G2]', () => {
  const clock = clockAt(1_000, 100);
  countSent(clock, 100, 600);
  expect(positionOf(clock, 1e300, 'end')).toBe(600);
});

test('positions never run backwards, over any gaps [G3]', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(50), fc.integer({ min: 1, max: 50 })), { minLength: 1 }),
      fc.nat(40),
      (parts, silence) => {
        const clock = clockAt(100, 10, silence);
        let position = 10;
        for (const [gap, length] of parts) {
          countSent(clock, position + gap, position + gap + length);
          position += gap + length;
        }
        let before = 0;
        for (let sample = 0; sample <= clock.sentSamples; sample += 1) {
          const [end, start] = [
            positionOf(clock, sample / 100, 'end'),
            positionOf(clock, sample / 100, 'start'),
          ];
          expect(end).toBeGreaterThanOrEqual(before);
          expect(start).toBeGreaterThanOrEqual(end);
          before = end;
        }
        expect(positionOf(clock, clock.sentSamples / 100, 'end')).toBe(position);
      },
    ),
  );
});

test('silence of our own takes no time on the clock of the session', () => {
  const clock = clockAt(100, 1_000);
  countSilence(clock, 50);
  countSent(clock, 1_000, 1_100);
  countSilence(clock, 30);
  countSilence(clock, 20);
  countSent(clock, 1_100, 1_200);
  expect(clock.sentSamples).toBe(300);
  const times: [number, 'start' | 'end', number][] = [
    [0.2, 'end', 1_000],
    [0.5, 'start', 1_000],
    [1, 'end', 1_050],
    [1.5, 'end', 1_100],
    [1.7, 'end', 1_100],
    [2, 'end', 1_100],
    [1.8, 'start', 1_100],
    [2, 'start', 1_100],
    [2.5, 'end', 1_150],
    [3, 'end', 1_200],
  ];
  for (const [seconds, edge, position] of times) {
    expect(positionOf(clock, seconds, edge), `${edge} at ${seconds} s`).toBe(position);
  }
});

test('pieces of one stretch of audio or silence share a segment, and a gap begins another', () => {
  const clock = clockAt(100, 0);
  countSent(clock, 0, 100);
  countSent(clock, 100, 200);
  expect(clock.segments).toEqual([{ sent: 0, position: 0 }]);
  countSilence(clock, 30);
  countSilence(clock, 20);
  expect(clock.segments).toEqual([
    { sent: 0, position: 0 },
    { sent: 250, position: 200 },
  ]);
  countSent(clock, 300, 400);
  countSilence(clock, 10);
  expect(clock.segments.slice(2)).toEqual([
    { sent: 250, position: 300 },
    { sent: 360, position: 400 },
  ]);
});

test('silence before the first audio begins no segment', () => {
  const clock = clockAt(100, 500);
  countSilence(clock, 50);
  expect(clock.segments).toEqual([]);
  countSent(clock, 500, 600);
  expect(clock.segments).toEqual([{ sent: 50, position: 500 }]);
});

test('an end in the silence behind the last audio is the end of that audio', () => {
  const clock = clockAt(100, 0);
  countSent(clock, 0, 100);
  countSilence(clock, 50);
  expect(positionOf(clock, 1.5, 'end')).toBe(100);
  expect(clock.segments.length).toBe(2);
});
