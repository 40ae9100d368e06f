import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { speakNumbered } from '../../../src/testing/recognisers/numbered.ts';
import { count, speak, speakScript } from '../../../src/testing/recognisers/tone-speaker.ts';
import { FRAGMENT, toneRecogniser } from '../../../src/testing/recognisers/tone.ts';
import { hear } from './hear.ts';

const spelled = (numbers: readonly number[]) => numbers.map((n) => String(n).padStart(4, '0'));

// Each takes about as long.
test.each([
  [2_000, 8_000],
  [1_000, 16_000],
  [600, 24_000],
  [400, 44_100],
  [400, 48_000],
])('%i words at %i Hz come back without an error', (wordCount, sampleRate) => {
  const words = count(7_000, wordCount).map((n) => (n * 7) % 10_000);
  const audio = speak(words, { sampleRate, gapMs: 60 });
  const heard = hear(toneRecogniser, audio, { sampleRate, endpointingMs: 300 });
  expect(heard.words).toEqual(spelled(words));
});

test('the chunks the audio comes in do not matter', () => {
  const words = count(1, 12);
  const audio = speak(words, { sampleRate: 16_000 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4_000 }), (chunkSamples) => {
      const heard = hear(toneRecogniser, audio, { sampleRate: 16_000, endpointingMs: 300 }, chunkSamples);
      expect(heard.words).toEqual(spelled(words));
    }),
    { numRuns: 40 },
  );
});

test('heard from any sample on, every word is right or a fragment, never another word', () => {
  const words = count(4_321, 6);
  const audio = speak(words, { sampleRate: 8_000, gapMs: 100 });
  fc.assert(
    fc.property(fc.nat(audio.length), (from) => {
      const heard = hear(toneRecogniser, audio.subarray(from), { sampleRate: 8_000, endpointingMs: 300 });
      const whole = heard.words.filter((word) => word !== FRAGMENT);
      expect(whole).toEqual(whole.length === 0 ? [] : spelled(words).slice(-whole.length));
      const wordsAhead = Math.floor((audio.length - from) / (0.42 * 8_000));
      expect(whole.length).toBeGreaterThanOrEqual(wordsAhead);
    }),
    { numRuns: 400 },
  );
});

test('20 ms lost, doubled or swapped anywhere inside speech shows as a fragment, never as a wrong word', () => {
  const words = count(100, 3);
  const sampleRate = 16_000;
  const audio = speak(words, { sampleRate, gapMs: 100 });
  const block = 320;
  const damages = {
    lost: (at: number) => [audio.subarray(0, at), audio.subarray(at + block)],
    doubled: (at: number) => [audio.subarray(0, at + block), audio.subarray(at)],
    swapped: (at: number) => [
      audio.subarray(0, at),
      audio.subarray(at + block, at + 2 * block),
      audio.subarray(at, at + block),
      audio.subarray(at + 2 * block),
    ],
  };
  // Inside the second word with room for two blocks, so that every damage hits speech and not the pause.
  const inside = fc.integer({ min: 6_720 + 160, max: 6_720 + 5_120 - 3 * block });
  const damage = fc.constantFrom<keyof typeof damages>('lost', 'doubled', 'swapped');
  fc.assert(
    fc.property(inside, damage, (at, kind) => {
      const damaged = Int16Array.from(damages[kind](at).flatMap((part) => Array.from(part)));
      const heard = hear(toneRecogniser, damaged, { sampleRate, endpointingMs: 300 });
      expect(heard.words).toEqual(['0100', FRAGMENT, '0102']);
    }),
    { numRuns: 300 },
  );
});

test('two halves of different words, joined by a cut, give a third word less than once in five hundred times', () => {
  const sampleRate = 8_000;
  const word = (n: number) => speak([n], { sampleRate, gapMs: 100 });
  const cuts = fc.tuple(fc.nat(9_999), fc.nat(9_999), fc.nat(2_560), fc.nat(2_560));
  const misheard = fc.sample(cuts, { numRuns: 2_000, seed: 1 }).filter(([a, b, cutA, cutB]) => {
    const joined = Int16Array.from([...word(a).subarray(0, cutA), ...word(b).subarray(cutB)]);
    const heard = hear(toneRecogniser, joined, { sampleRate, endpointingMs: 300 });
    return heard.words.some((heardWord) => ![...spelled([a, b]), FRAGMENT].includes(heardWord));
  });
  // A check digit is no proof; a third word is out of order all the same, so that the loss is seen.
  expect(misheard.length).toBeLessThan(2_000 / 500);
});

test('recognises a complete word joined to a piece of another by a cut', () => {
  const sampleRate = 16_000;
  const [left, right] = [speak([11], { sampleRate }), speak([22], { sampleRate, gapMs: 100 })];
  const pieceThenWord = Int16Array.from([...left.subarray(0, 2_000), ...right]);
  const heard = hear(toneRecogniser, pieceThenWord, { sampleRate, endpointingMs: 300 });
  expect(heard.words).toEqual([FRAGMENT, '0022']);
});

test('a pause ends the phrase after the endpointing time, and unbroken speech is cut between words', () => {
  const sampleRate = 16_000;
  const audio = speakScript([{ say: count(0, 30), gapMs: 60 }, { pauseMs: 2_000 }], { sampleRate });
  const heard = hear(toneRecogniser, audio, { sampleRate, endpointingMs: 300 });
  const withWords = heard.finals.filter((final) => final.words.length > 0);
  expect(withWords.at(-1)?.endpoint).toBe(true);
  expect(withWords.at(-1)?.until).toBeCloseTo(30 * 0.38 - 0.06 + 0.3, 1);
  const byCadence = withWords.slice(0, -1);
  expect(byCadence.length).toBeGreaterThanOrEqual(2);
  for (const final of byCadence) {
    expect(final.endpoint).toBe(false);
    expect(heard.timed.some((word) => word.end === final.until)).toBe(true);
  }
});

test('interims are revised: some last words are first shown wrong, and finals never are', () => {
  const sampleRate = 8_000;
  const words = count(500, 60);
  const heard = hear(toneRecogniser, speak(words, { sampleRate, gapMs: 400 }), {
    sampleRate,
    endpointingMs: false,
  });
  const shown = new Set(heard.interims.flatMap((interim) => interim.words));
  const neverSaid = [...shown].filter((word) => !spelled(words).includes(word));
  const shownWrong = heard.interims.filter((i) => !spelled(words).includes(i.words.at(-1) ?? '0500'));
  expect(shownWrong.length + neverSaid.length).toBeGreaterThan(3);
  expect(heard.words).toEqual(spelled(words));
});

test('silence yields empty finals and no words', () => {
  const heard = hear(toneRecogniser, new Int16Array(16_000 * 20), { sampleRate: 16_000, endpointingMs: 300 });
  expect(heard.words).toEqual([]);
  expect(heard.finals.length).toBeGreaterThanOrEqual(5);
});

test('no final ends inside a word, wherever in it the cadence falls due', () => {
  const sampleRate = 8_000;
  for (let leadMs = 3_000; leadMs < 4_000; leadMs += 50) {
    const audio = speak(count(0, 40), { sampleRate, leadMs, gapMs: 60 });
    const heard = hear(toneRecogniser, audio, { sampleRate, endpointingMs: false });
    const edges = heard.finals.map((final) => final.until);
    const cut = edges.filter((edge) => heard.timed.some((word) => word.start < edge && edge < word.end));
    expect(cut).toEqual([]);
    expect(heard.words).toHaveLength(40);
  }
});

test.each<[string, () => Int16Array]>([
  ['sampleRate is 4000: give 8000 or more', () => speak([1], { sampleRate: 4_000 })],
  ['sampleRate is NaN: give', () => speak([1], { sampleRate: Number.NaN })],
  ['gapMs is 10: give 20 or more', () => speak([1], { sampleRate: 16_000, gapMs: 10 })],
  ['A word is 10000: give whole numbers from 0 to 9999', () => speak([10_000], { sampleRate: 16_000 })],
  ['sampleRate is 8010: give a multiple of 50', () => speakNumbered([1], { sampleRate: 8_010 })],
])('what nobody could understand is not said: %s', (problem, say) => {
  expect(say).toThrow(problem);
});
