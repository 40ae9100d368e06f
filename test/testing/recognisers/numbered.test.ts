import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  numberedRecogniser,
  numberedWordSamples,
  speakNumbered,
} from '../../../src/testing/recognisers/numbered.ts';
import { count } from '../../../src/testing/recognisers/tone-speaker.ts';
import { FRAGMENT } from '../../../src/testing/recognisers/tone.ts';
import { hear } from './hear.ts';

const sampleRate = 1_000;
const format = { sampleRate, endpointingMs: 300 } as const;
const spelled = (numbers: readonly number[]) => numbers.map((n) => String(n).padStart(4, '0'));

test('words come back exactly, with pauses or without, in any chunks', () => {
  fc.assert(
    fc.property(
      fc.nat(9_900),
      fc.integer({ min: 0, max: 700 }),
      fc.integer({ min: 1, max: 3_000 }),
      (first, gapMs, chunk) => {
        const words = count(first, 20);
        const heard = hear(numberedRecogniser, speakNumbered(words, { sampleRate, gapMs }), format, chunk);
        expect(heard.words).toEqual(spelled(words));
      },
    ),
    { numRuns: 60 },
  );
});

test('any loss, repetition or move of samples, down to a single one, costs the word it hits and no other', () => {
  const words = count(40, 7);
  const audio = Array.from(speakNumbered(words, { sampleRate, gapMs: 60 }));
  const stride = numberedWordSamples(sampleRate) + 60;
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 499 }),
      fc.integer({ min: 1, max: 499 }),
      fc.constantFrom('lost', 'doubled'),
      (offset, length, kind) => {
        const from = 3 * stride + offset;
        const to = Math.min(from + length, 3 * stride + 500);
        const damaged =
          kind === 'lost'
            ? [...audio.slice(0, from), ...audio.slice(to)]
            : [...audio.slice(0, to), ...audio.slice(from)];
        const heard = hear(numberedRecogniser, Int16Array.from(damaged), format);
        const whole = heard.words.filter((word) => word !== FRAGMENT);
        const said = spelled(words);
        if (kind === 'lost') expect(whole).toEqual(said.filter((word) => word !== '0043'));
        // Doubled audio may hold the word whole, once; but never unnoticed.
        else expect(whole.filter((word) => word !== '0043')).toEqual(said.filter((word) => word !== '0043'));
        if (to - from < 500) expect(heard.words).toContain(FRAGMENT);
      },
    ),
    { numRuns: 500 },
  );
});

test('speech without pauses recovers at the next whole word after a loss', () => {
  const audio = Array.from(speakNumbered(count(0, 10), { sampleRate }));
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 3_999 }), fc.integer({ min: 1, max: 900 }), (from, length) => {
      const damaged = Int16Array.from([...audio.slice(0, from), ...audio.slice(from + length)]);
      const whole = hear(numberedRecogniser, damaged, format).words.filter((word) => word !== FRAGMENT);
      const [firstHit, lastHit] = [Math.floor(from / 500), Math.floor((from + length - 1) / 500)];
      expect(whole).toEqual(spelled(count(0, 10).filter((n) => n < firstHit || n > lastHit)));
    }),
    { numRuns: 500 },
  );
});

test('whole frames lost, doubled or swapped inside a word never pass for the word', () => {
  const audio = Array.from(speakNumbered(count(5, 3), { sampleRate, gapMs: 60 }));
  const frames = (from: number, to: number) => audio.slice(560 + from * 20, 560 + to * 20);
  const [before, after] = [audio.slice(0, 560), audio.slice(560 + 500)];
  fc.assert(
    fc.property(fc.nat(23), fc.integer({ min: 1, max: 12 }), (at, length) => {
      const until = Math.min(at + length, 24);
      const damages = [
        [...frames(0, at), ...frames(until, 25)],
        [...frames(0, until), ...frames(at, 25)],
        [...frames(0, at), ...frames(until, until + 1), ...frames(at, until), ...frames(until + 1, 25)],
      ];
      for (const damaged of damages) {
        const heard = hear(
          numberedRecogniser,
          Int16Array.from([...before, ...damaged, ...after]),
          format,
        ).words;
        expect([heard[0], heard.at(-1)]).toEqual(['0005', '0007']);
        // Doubling from its first frame on leaves the word whole, behind the piece that was said before.
        expect(heard.slice(1, -1)).toContain(FRAGMENT);
        for (const word of heard.slice(1, -1)) expect(['0006', FRAGMENT]).toContain(word);
      }
    }),
  );
});
