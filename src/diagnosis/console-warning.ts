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

/** Warns once, of a serious fact or of the final error, unless `isHeard`: the notices have a subscriber. */
export function warner(isHeard: () => boolean): (problem: Fact | Error) => void {
  let isDue = true;
  return (problem) => {
    const isError = problem instanceof Error;
    if (!isDue || !(isError || GRAVE.includes(problem.code)) || isHeard()) return;
    isDue = false;
    if (isError) warn(problem.message);
    else
      void loadDiagnosis()
        .then(
          ({ noticeOf }) => noticeOf(problem),
          (cause: unknown) => unexplained(problem, cause),
        )
        .then(({ message, remedy }) => warn(`${message} ${remedy}`));
  };
}

function warn(text: string): void {
  // oxlint-disable-next-line no-console -- the app has no other way to hear of it
  console.warn(`rx-deepgram: ${text} Subscribe to notices$ for more.`);
}
