import {
  type AudioLedger,
  type ErrorReason,
  type Notice,
  type NoticeCode,
  type Status,
  TranscriptionError,
} from 'rx-deepgram';
import type { CaptureStatus } from 'rx-deepgram/browser';
import type { Caption } from './paragraphs.ts';

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

/** There is no session. */
export const isOff = (phase: Status['phase']): boolean => phase === 'closed' || phase === 'failed';

/** Which attempt it is, and at which time of day it begins: a text that needs no timer. */
export function nextAttempt({ attempt, retryAt }: Extract<Status, { phase: 'recovering' }>): string {
  const time = retryAt === undefined ? '' : ` at ${new Date(retryAt).toLocaleTimeString()}`;
  return `, attempt ${attempt}${time}`;
}

/** Notices that help the speaker; the others are for you. */
const ADVICE: Partial<Record<NoticeCode, string>> = {
  'audio-clipping': 'You are too loud for this microphone. Turn it down, or move away from it.',
  'audio-dropped': 'Some words are lost: the connection was away for longer than audio is kept.',
  'connection-flapping': 'The connection breaks again and again. Try another network.',
  'connection-suspended':
    'The connection has been away for a while. What you say is kept, and written later.',
  'link-congested': 'Your network is slow. The captions come late, and none is lost.',
};

/** What the speaker is told of the notices that still hold. */
export function adviceFrom(notices: readonly Notice[]): string[] {
  const latest = new Map(notices.map((notice) => [notice.code, notice]));
  return [...latest.values()].flatMap(({ code, stage }) => (stage === 'cleared' ? [] : (ADVICE[code] ?? [])));
}

/** Text is about a second late as a rule, and readers notice three. Without interim text a sentence may take six to come. */
const LATE_SECONDS = 3;
const SENTENCE_SECONDS = 6;
const LATE: readonly NoticeCode[] = ['catching-up', 'results-late', 'results-missing'];

/** By how many seconds the text is behind the speaker; 0 while it is as fast as usual. */
export function secondsBehind(captions: {
  phase: Status['phase'];
  notices: readonly Notice[];
  ledger: AudioLedger | undefined;
  interims: readonly Caption[];
}): number {
  const { phase, notices, ledger, interims } = captions;
  if (!ledger || isOff(phase)) return 0;
  const unwritten = interims.map(({ end }) => ledger.accepted / ledger.sampleRate - end);
  const behind = Math.min(ledger.pending / ledger.sampleRate, ...unwritten);
  const latest = new Map(notices.map(({ code, stage }) => [code, stage]));
  const isKnown = phase !== 'open' || LATE.some((code) => latest.get(code) === 'raised');
  return behind < (isKnown ? LATE_SECONDS : SENTENCE_SECONDS) ? 0 : Math.round(behind);
}
