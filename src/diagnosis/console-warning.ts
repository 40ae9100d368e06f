/** The first grave problem of a session whose notices nobody reads goes to the console; the code that explains it is loaded. */
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

/** Warns once, of a grave fact or of the final error, unless `isHeard`: somebody has asked for the notices. */
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
