/**
 * Compares the words of a disturbed and an undisturbed run. A recogniser that restarts in mid-speech may hear nearby words
 * differently, so differences are allowed only at a seam:
 *
 *   finals   ├──── 1 ────┤├──── 2 ────┤ ✂
 *   replay                 └─ seam ───────────┤   from where the replay began to the end of the first final after it
 *
 * A repeated word is never allowed.
 */

/** A word and its time, in seconds of the session. */
export interface SpokenWord {
  word: string;
  start: number;
  end: number;
}

/** A range in which a restart may change words. */
export interface Seam {
  from: number;
  /** `Infinity` until the first final after the replay has come. */
  to: number;
}

export interface Difference {
  /** The words of the undisturbed run; may be empty. */
  expected: readonly SpokenWord[];
  actual: readonly SpokenWord[];
  /** Equal words before and after it. */
  before: readonly SpokenWord[];
  after: readonly SpokenWord[];
  /** Index of its seam. */
  seam: number | undefined;
  /** It repeats the words next to it. */
  isRepeat: boolean;
}

/** The same word moves by up to 130 ms between two hearings. */
const TOLERANCE_SECONDS = 0.15;

/** Words shown on either side of a difference. */
const CONTEXT_WORDS = 2;

/** Where the two differ, in order. */
export function compareWords(
  expected: readonly SpokenWord[],
  actual: readonly SpokenWord[],
  seams: readonly Seam[],
): Difference[] {
  const pairs = commonWords(expected, actual);
  const differences: Difference[] = [];
  let [i, j] = [0, 0];
  for (const [nextI, nextJ] of [...pairs, [expected.length, actual.length] as const]) {
    if (nextI > i || nextJ > j) {
      const missing = expected.slice(i, nextI);
      const added = actual.slice(j, nextJ);
      differences.push({
        expected: missing,
        actual: added,
        before: actual.slice(Math.max(0, j - CONTEXT_WORDS), j),
        after: actual.slice(nextJ, nextJ + CONTEXT_WORDS),
        seam: seamOf([...missing, ...added], seams),
        isRepeat: missing.length === 0 && repeatsNeighbour(actual, j, nextJ),
      });
    }
    [i, j] = [nextI + 1, nextJ + 1];
  }
  return differences;
}

/** Overlaps of these ranges. */
export function findOverlaps(
  ranges: readonly { start: number; end: number }[],
): { start: number; end: number }[] {
  const overlaps: { start: number; end: number }[] = [];
  let coveredTo = -Infinity;
  for (const { start, end } of ranges.toSorted((a, b) => a.start - b.start)) {
    // Positions are whole samples; less than one is a rounding error.
    if (start < coveredTo - 1e-4) overlaps.push({ start, end: Math.min(end, coveredTo) });
    coveredTo = Math.max(coveredTo, end);
  }
  return overlaps;
}

function seamOf(words: readonly SpokenWord[], seams: readonly Seam[]): number | undefined {
  const start = Math.min(...words.map((word) => word.start));
  const end = Math.max(...words.map((word) => word.end));
  const index = seams.findIndex(
    ({ from, to }) => start >= from - TOLERANCE_SECONDS && end <= to + TOLERANCE_SECONDS,
  );
  return index < 0 ? undefined : index;
}

function repeatsNeighbour(words: readonly SpokenWord[], from: number, to: number): boolean {
  const length = to - from;
  const text = (start: number) =>
    words
      .slice(Math.max(0, start), start + length)
      .map(({ word }) => word)
      .join(' ');
  return text(from) === text(from - length) || text(from) === text(to);
}

/** Index pairs of the longest common subsequence. */
function commonWords(a: readonly SpokenWord[], b: readonly SpokenWord[]): (readonly [number, number])[] {
  const lengths = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1));
  const at = (i: number, j: number) => lengths[i]?.[j] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      const row = lengths[i] as Uint32Array;
      row[j] = a[i]?.word === b[j]?.word ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const pairs: (readonly [number, number])[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i]?.word === b[j]?.word) {
      pairs.push([i, j]);
      i += 1;
      j += 1;
    } else if (at(i + 1, j) >= at(i, j + 1)) i += 1;
    else j += 1;
  }
  return pairs;
}
