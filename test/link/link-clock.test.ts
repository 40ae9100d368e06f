import { expect, test } from 'vitest';
import { countSent, countSilence, type LinkClock, positionOf } from '../../src/link/link-clock.ts';

function clockAt(position: number): LinkClock {
  return { rate: 100, isExact: true, sentSamples: 0, position, segments: [] };
}

test('silence of our own takes no time on the clock of the session', () => {
  const clock = clockAt(1_000);
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

test('an end in the silence behind the last audio is the end of that audio', () => {
  const clock = clockAt(0);
  countSent(clock, 0, 100);
  countSilence(clock, 50);
  expect(positionOf(clock, 1.5, 'end')).toBe(100);
  expect(clock.segments.length).toBe(2);
});
