/**
 * The words of a disturbed run against those of an undisturbed one. A recogniser that starts anew in mid-speech may decide
 * otherwise about words nearby, so differences are allowed, but only at a seam:
 *
 *   finals   ├──── 1 ────┤├──── 2 ────┤ ✂
 *   replay                 └─ seam ───────────┤   from where the replay began to the end of the first final after it
 *
 * A word said twice is allowed nowhere.
 */

/** A word and its time, in seconds of the session. */
export interface SpokenWord {
  word: string;
  start: number;
  end: number;
}

/** A stretch in which a restart may change words. */
export interface Seam {
  from: number;
  /** `Infinity` until the first final after the replay has come. */
  to: number;
}

export interface Difference {
  /** What the undisturbed run has here; empty where nothing. */
  expected: readonly SpokenWord[];
  actual: readonly SpokenWord[];
  /** The words that are the same before and after it. */
  before: readonly SpokenWord[];
  after: readonly SpokenWord[];
  /** Number of the seam it lies in, from 0. */
  seam: number | undefined;
  /** It says again what stands right beside it. */
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

/** Stretches that are covered by more than one of these ranges. */
export function findOverlaps(
  ranges: readonly { start: number; end: number }[],
): { start: number; end: number }[] {
  const overlaps: { start: number; end: number }[] = [];
  let coveredTo = -Infinity;
  for (const { start, end } of ranges.toSorted((a, b) => a.start - b.start)) {
    // Positions are whole samples: what is less than one is arithmetic.
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
