/**
 * Writes the first serious problem of a session without a subscriber of its notices to the console; loads the code that explains
 * it.
 */
import type { FactCode } from '../facts.ts';
import { loadDiagnosis, unexplained } from './diagnose.ts';
import type { Fact } from './observed-session.ts';

/** Facts whose notices have the severity `error`. */
const GRAVE: readonly FactCode[] = [
  'audio-dropped',
  'audio-refused',
  'audio-unreadable',
  'connection-suspended',
  'format-doubtful',
  'store-forgot',
];

/** Warns of a serious fact, or of the final error; `false`: the problem is not serious. */
export function warnOf(problem: Fact | Error): boolean {
  if (problem instanceof Error) warn(problem.message);
  else if (GRAVE.includes(problem.code)) void explain(problem);
  else return false;
  return true;
}

async function explain(fact: Fact): Promise<void> {
  const { message, remedy } = await loadDiagnosis().then(
    ({ noticeOf }) => noticeOf(fact),
    (cause: unknown) => unexplained(fact, cause),
  );
  warn(`${message} ${remedy}`);
}

function warn(text: string): void {
  // oxlint-disable-next-line no-console -- the app has no other way to hear of it
  console.warn(`rx-deepgram: ${text} Subscribe to notices$ for more.`);
}
