import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareWords, findOverlaps, type SpokenWord } from '../../../src/tools/cli/demo/comparison.ts';

/** Words half a second apart, from `start` on. */
function say(text: string, start = 0): SpokenWord[] {
  const words = text.split(' ').filter((word) => word !== '');
  return words.map((word, i) => ({ word, start: start + i / 2, end: start + i / 2 + 0.4 }));
}

const told = (words: readonly SpokenWord[]) => words.map(({ word }) => word).join(' ');

describe('compareWords', () => {
  test('the same words do not differ, wherever they lie', () => {
    expect(compareWords(say('had he married'), say('had he married', 0.13), [])).toEqual([]);
  });

  test('a change within a seam belongs to it, with its neighbours to find it by', () => {
    const seams = [
      { from: 0, to: 0.5 },
      { from: 0.9, to: 2 },
    ];
    const [difference, ...others] = compareWords(say('a b than d e f'), say('a b then d e f'), seams);
    expect(others).toEqual([]);
    expect(difference).toMatchObject({ seam: 1, isRepeat: false });
    expect(told(difference?.expected ?? [])).toBe('than');
    expect(told(difference?.actual ?? [])).toBe('then');
    expect(told(difference?.before ?? [])).toBe('a b');
    expect(told(difference?.after ?? [])).toBe('d e');
  });

  test.each([
    ['150 ms before a seam is at it', 1.14, 0],
    ['more is not', 1.16, undefined],
  ])('%s', (_, from, seam) => {
    const [difference] = compareWords(say('a b c'), say('a b x'), [{ from, to: 9 }]);
    expect(difference?.seam).toBe(seam);
  });

  test('a change that begins in a seam and goes on beyond it lies in none', () => {
    const [difference] = compareWords(say('a b c d'), say('a x y d'), [{ from: 0.4, to: 0.9 }]);
    expect(difference?.seam).toBeUndefined();
  });

  test.each([
    ['he was than he', 'he was than he was than he'],
    ['he was', 'he he was'],
    ['he was', 'he was was'],
  ])('“%s” said as “%s” is a repeat', (expected, actual) => {
    const differences = compareWords(say(expected), say(actual), [{ from: 0, to: 99 }]);
    expect(differences.map(({ isRepeat }) => isRepeat)).toEqual([true]);
  });

  test('an extra word without an equal neighbour is no repeat', () => {
    const differences = compareWords(say('he was'), say('he once was'), []);
    expect(differences.map(({ isRepeat }) => isRepeat)).toEqual([false]);
  });

  test('nothing against something is one difference', () => {
    expect(compareWords([], say('a b'), [])).toHaveLength(1);
    expect(compareWords(say('a b'), [], [])).toHaveLength(1);
  });

  test('equal and different parts together are both texts', () => {
    const words = fc
      .array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 })
      .map((all) => say(all.join(' ')));
    fc.assert(
      fc.property(words, words, (expected, actual) => {
        const differences = compareWords(expected, actual, []);
        const missing = new Set(differences.flatMap((difference) => difference.expected));
        const added = new Set(differences.flatMap((difference) => difference.actual));
        expect(told(expected.filter((word) => !missing.has(word)))).toBe(
          told(actual.filter((word) => !added.has(word))),
        );
      }),
    );
  });
});

describe('findOverlaps', () => {
  test('ranges that only touch are covered once', () => {
    const ranges = [
      { start: 1, end: 2 },
      { start: 0, end: 1 },
      { start: 2.000_01, end: 3 },
    ];
    expect(findOverlaps(ranges)).toEqual([]);
  });

  test('finds ranges that are covered twice, also one within another', () => {
    const ranges = [
      { start: 0, end: 5 },
      { start: 1, end: 2 },
      { start: 4, end: 6 },
    ];
    expect(findOverlaps(ranges)).toEqual([
      { start: 1, end: 2 },
      { start: 4, end: 5 },
    ]);
  });
});
