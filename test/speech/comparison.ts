/**
 * The effect of a fault on a transcript: its words compared with those of the undisturbed run, and its audio with the confirmed
 * audio.
 */
import {
  compareWords,
  type Difference,
  findOverlaps,
  type Seam,
} from '../../src/tools/cli/demo/comparison.ts';
import type { Transcript, Word } from '../../src/index.ts';
import type { Speech } from './recordings.ts';
import type { Hearing } from './session.ts';
import type { Trouble } from './troubles.ts';
import { wordErrors } from './word-errors.ts';

export interface Comparison {
  trouble: string;
  words: number;
  /** The edit distance between the words of both runs, and its share. */
  errors: number;
  errorRate: number;
  /** How far a word that is in both has moved, at most. */
  movedMs: number;
  reconnects: number;
  differences: readonly Difference[];
  /** The failures, in sentences. */
  failures: readonly string[];
}

/** The same word moves by up to 130 ms between two hearings. */
const LARGEST_MOVE_MS = 150;
/** Several missing words in a row: audio that was not transcribed. */
const LOST_WORDS = 2;

export function compare(
  trouble: Trouble,
  disturbed: Hearing,
  undisturbed: Hearing,
  speech: Speech,
): Comparison {
  const words = wordsOf(disturbed);
  const expected = wordsOf(undisturbed);
  const differences = compareWords(expected, words, seamsOf(disturbed.finals));
  const errors = wordErrors(textsOf(words), textsOf(expected));
  const comparison = {
    trouble: trouble.name,
    words: words.length,
    errors,
    errorRate: errors / expected.length,
    movedMs: largestMoveMs(expected, words, differences),
    reconnects: disturbed.reconnects,
    differences,
  };
  const failures = [...lossesIn(disturbed, differences), ...excessesIn(comparison, trouble, speech)];
  return { ...comparison, failures };
}

/** In the order in which they were said. */
export function wordsOf({ finals }: Hearing): Word[] {
  return finals.toSorted((one, other) => one.start - other.start).flatMap(({ words }) => words);
}

export function textsOf(words: readonly { word: string }[]): string[] {
  return words.map(({ word }) => word);
}

/** From where a replay began to the end of the first final that came of it. */
function seamsOf(finals: readonly Transcript[]): Seam[] {
  return finals.flatMap(({ connection, end }, index) => {
    const before = finals[index - 1];
    return connection > (before?.connection ?? 1) ? [{ from: before?.end ?? 0, to: end }] : [];
  });
}

function largestMoveMs(
  expected: readonly Word[],
  actual: readonly Word[],
  differences: readonly Difference[],
): number {
  const changed = new Set<object>(differences.flatMap((each) => [...each.expected, ...each.actual]));
  const [before, after] = [expected, actual].map((words) => words.filter((word) => !changed.has(word)));
  const moves =
    before?.map(({ start }, index) => Math.abs(start - (after?.[index]?.start ?? Infinity))) ?? [];
  return Math.max(0, ...moves) * 1000;
}

function lossesIn({ report, finals }: Hearing, differences: readonly Difference[]): string[] {
  const { accepted, confirmed, dropped, pending } = report.ledger;
  const losses: string[] = [];
  if (report.outcome !== 'drained') losses.push(`The session ended by ${report.outcome}.`);
  if (confirmed !== accepted) losses.push(`${dropped} samples were dropped, ${pending} were not confirmed.`);
  for (const { start, end } of findOverlaps(finals)) {
    losses.push(`Audio from ${start.toFixed(2)} s to ${end.toFixed(2)} s was transcribed twice.`);
  }
  for (const { expected, actual, isRepeat } of differences) {
    if (isRepeat) losses.push(`“${textsOf(actual).join(' ')}” is there twice.`);
    if (actual.length === 0 && expected.length >= LOST_WORDS) {
      losses.push(`“${textsOf(expected).join(' ')}” is missing.`);
    }
  }
  return losses;
}

function excessesIn(
  { errorRate, reconnects, differences, movedMs }: Omit<Comparison, 'failures'>,
  trouble: Trouble,
  { mayDiffer }: Speech,
): string[] {
  const excesses: string[] = [];
  if (reconnects > 0 !== trouble.reconnects) excesses.push(`There were ${reconnects} reconnects.`);
  if (reconnects === 0 && differences.length > 0) excesses.push('Words differ, and no connection was lost.');
  if (errorRate > mayDiffer) excesses.push(`${asPercent(errorRate)} of the words differ.`);
  if (movedMs > LARGEST_MOVE_MS) excesses.push(`A word has moved by ${Math.round(movedMs)} ms.`);
  return excesses;
}

export function asPercent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
