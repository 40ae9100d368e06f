/** Checks each promise of the demonstration, and lists the broken ones. */
import type { SessionReport, Transcript } from '../../../index.ts';
import { WINDOW_MS } from '../deepgram.ts';
import { compareWords, type Difference, findOverlaps } from './comparison.ts';
import type { Outcome } from './performance.ts';
import type { Plan } from './plan.ts';
import type { Story } from './story.ts';

export interface Verdict {
  differences: readonly Difference[];
  words: number;
  undisturbedWords: number;
  /** Words that reached the server only by a replay. */
  recoveredWords: number;
  /** Broken promises, in sentences; empty on success. */
  failures: readonly string[];
}

export function judge(story: Story, outcome: Outcome, plan: Plan, audioSeconds: number): Verdict {
  const words = story.finals.flatMap((final) => final.words);
  const expected = outcome.undisturbed.flatMap((final) => final.words);
  const differences = compareWords(expected, words, story.seams);
  const failures = [
    ...judgeEnd(outcome),
    // Report only the failure of a session, not its consequences.
    ...(outcome.report.error ? [] : judgeRun(story, outcome, plan, audioSeconds, differences)),
  ];
  return {
    differences,
    words: words.length,
    undisturbedWords: expected.length,
    recoveredWords: words.filter((word) => story.isRecovered(word)).length,
    failures,
  };
}

function judgeEnd({ report: { outcome, error }, undisturbedError }: Outcome): string[] {
  const failures: string[] = [];
  if (error) failures.push(`The session failed. ${error.message}`);
  else if (outcome !== 'drained') failures.push(`The session ended by ${outcome} without a drain.`);
  // Report a reason common to both runs once.
  if (undisturbedError instanceof Error && undisturbedError.message !== error?.message) {
    failures.push(`The undisturbed run failed. ${undisturbedError.message}`);
  }
  return failures;
}

function judgeRun(
  story: Story,
  { report, undisturbed, measuredSilenceMs }: Outcome,
  plan: Plan,
  audioSeconds: number,
  differences: readonly Difference[],
): string[] {
  const failures = [
    ...judgeLedger(report, audioSeconds),
    ...judgeRepeats(story.finals, differences),
    ...differences.filter(({ seam }) => seam === undefined).map(tellStray),
  ];
  if (undisturbed.length === 0) {
    failures.push('The undisturbed run has no words: a comparison is impossible.');
  }
  if (story.reconnects < plan.strikes.length) {
    failures.push(`Only ${story.reconnects} of ${plan.strikes.length} broken connections were replaced.`);
  }
  const silenceMs = Math.max(report.longestOutboundSilenceMs, measuredSilenceMs ?? 0);
  if (silenceMs >= WINDOW_MS) {
    const seconds = (silenceMs / 1000).toFixed(1);
    failures.push(`Nothing was sent for ${seconds} s: Deepgram would have closed with 1011.`);
  }
  return failures;
}

function judgeLedger({ ledger }: SessionReport, audioSeconds: number): string[] {
  const { accepted, dropped, pending, sampleRate } = ledger;
  const failures: string[] = [];
  const inSeconds = (samples: number) => `${(samples / sampleRate).toFixed(2)} s`;
  const refused = Math.round(audioSeconds * sampleRate) - accepted;
  if (refused > 0) failures.push(`${inSeconds(refused)} of audio were refused by the session.`);
  if (dropped > 0) failures.push(`${inSeconds(dropped)} of audio were dropped.`);
  if (pending > 0) failures.push(`${inSeconds(pending)} of audio were not confirmed by a final result.`);
  return failures;
}

function judgeRepeats(finals: readonly Transcript[], differences: readonly Difference[]): string[] {
  const twice = findOverlaps(finals).map(
    ({ start, end }) => `Audio from ${start.toFixed(2)} s to ${end.toFixed(2)} s was transcribed twice.`,
  );
  const repeats = differences
    .filter(({ isRepeat }) => isRepeat)
    .map(({ actual }) => `“${textOf(actual)}” is transcribed twice.`);
  return [...twice, ...repeats];
}

function tellStray({ expected, actual }: Difference): string {
  const at = (expected[0] ?? actual[0])?.start ?? 0;
  return `At ${at.toFixed(1)} s, away from any seam, “${textOf(expected)}” became “${textOf(actual)}”.`;
}

export function textOf(words: readonly { word: string }[]): string {
  return words.map(({ word }) => word).join(' ');
}
