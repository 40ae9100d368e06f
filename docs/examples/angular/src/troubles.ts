import { type ErrorReason, type Status, TranscriptionError } from 'rx-deepgram';
import type { CaptureStatus } from 'rx-deepgram/browser';

/** What the speaker is told when the microphone is on, and nobody can be heard. */
export interface Trouble {
  /** In a word or two. */
  status: string;
  /** What to do. */
  advice: string;
}

/** None of these is an error: the sound may come back at any time. */
export const TROUBLES: Partial<Record<CaptureStatus, Trouble>> = {
  muted: {
    status: 'Muted',
    advice: 'Your microphone is muted. Unmute it in the browser, the system, or at its own switch.',
  },
  silent: {
    status: 'No sound',
    advice: 'Your microphone gives only silence. Is it switched off, or the wrong one?',
  },
  blocked: {
    status: 'No sound yet',
    advice: 'The browser does not let this page listen yet. Click anywhere, or press a key.',
  },
};

/** Errors that the speaker can mend; the others speak to you. */
const REMEDIES: Partial<Record<ErrorReason, string>> = {
  'microphone-refused':
    'The microphone is not allowed. Allow it in the settings of this site, and press Start again.',
  'microphone-missing': 'There is no microphone. Plug one in, and press Start again.',
  'microphone-busy':
    'The microphone cannot be opened. Close other programs that use it, and press Start again.',
  'microphone-lost': 'The microphone is gone, or no longer allowed. Press Start again to go on with another.',
};

/** What the speaker is told of an error. */
export function adviceOn(error: Error): string {
  const remedy = error instanceof TranscriptionError ? REMEDIES[error.reason] : undefined;
  return remedy ?? error.message;
}

/** Which attempt it is, and at which time of day it begins: a text that needs no timer. */
export function nextAttempt({ attempt, retryAt }: Extract<Status, { phase: 'recovering' }>): string {
  const time = retryAt === undefined ? '' : ` at ${new Date(retryAt).toLocaleTimeString()}`;
  return `, attempt ${attempt}${time}`;
}
