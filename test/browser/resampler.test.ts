import { describe, expect, test } from 'vitest';
import { Resampler } from '../../src/browser/resampler.ts';
import { chord, decibelsAt } from './sound.ts';

/** The size of the blocks of an AudioWorklet. */
const QUANTUM = 128;

function resampled(input: Float32Array, from: number, to: number, quantum = QUANTUM): number[] {
  const resampler = new Resampler(from, to);
  const output: number[] = [];
  for (let at = 0; at < input.length; at += quantum) {
    output.push(...resampler.process(input.subarray(at, at + quantum)));
  }
  output.push(...resampler.process(resampler.tail));
  return output;
}

/** Rates of microphones and of the output; the last pair has a small common divisor. */
const RATES: [from: number, to: number][] = [
  [48_000, 16_000],
  [44_100, 16_000],
  [96_000, 16_000],
  [48_000, 8_000],
  [8_000, 16_000],
  [44_100, 48_000],
  [44_100, 16_001],
];

describe.each(RATES)('from %i to %i samples a second', (from, to) => {
  const nyquist = Math.min(from, to) / 2;

  test.each([0.05, 0.4, 0.75, 0.89])('a tone at %f of the band passes unchanged', (share) => {
    const hertz = nyquist * share;
    expect(decibelsAt(hertz, resampled(chord([{ hertz }], from, 0.5), from, to), to)).toBeCloseTo(0, 1);
  });

  test.runIf(from > to).each([1.01, 1.2, 1.5, 1.9])(
    'a tone at %f of the band is removed, without an alias',
    (share) => {
      const hertz = nyquist * share;
      const foldedBack = to - hertz;
      const output = resampled(chord([{ hertz }], from, 0.5), from, to);
      expect(decibelsAt(foldedBack, output, to)).toBeLessThan(-80);
      const loudest = Math.max(...output.slice(to / 20, -to / 20).map(Math.abs));
      expect(loudest).toBeLessThan(2e-4);
    },
  );

  test('the output is as long as the input, and lies exactly on it', () => {
    const output = resampled(chord([{ hertz: 440 }], from, 0.5), from, to);
    expect(Math.abs(output.length - to / 2)).toBeLessThanOrEqual(1);
    const middle = Math.round(to / 4);
    for (let at = middle; at < middle + 200; at += 1) {
      expect(output[at]).toBeCloseTo(Math.sin((2 * Math.PI * 440 * at) / to), 3);
    }
  });
});

test('how the input is cut makes no difference', () => {
  const input = chord([{ hertz: 700 }, { hertz: 3_100 }], 44_100, 0.2);
  const whole = resampled(input, 44_100, 16_000, input.length);
  for (const quantum of [1, 7, 128, 1_000]) expect(resampled(input, 44_100, 16_000, quantum)).toEqual(whole);
});

test('a constant signal stays constant', () => {
  const output = resampled(new Float32Array(10_000).fill(0.5), 44_100, 16_000);
  for (const sample of output.slice(200, -200)) expect(sample).toBeCloseTo(0.5, 4);
});
