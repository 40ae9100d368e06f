/**
 * What is worth knowing and is no transcript: a code to switch on, the numbers behind it, and what to do where there is
 * something to do. Terse on purpose: every word here is in every app's bundle. `docs/recovery.md` has the prose.
 */

/** What a notice is about. */
export type NoticeCode = keyof typeof NOTICES;

/** `info`: all is as it should be; `warning`: something may be amiss; `error`: something was lost, or soon will be. */
export type Severity = 'info' | 'warning' | 'error';

/** One row for each notice: how grave it is, and the remedy. */
const NOTICES = {
  /** Audio was given up: `startSeconds`, `endSeconds`, `reason`. */
  'audio-dropped': ['error', 'Raise log.maxSeconds and log.maxBytes, or see catchUp.'],
  /** The format does not tell time: after this reconnect a word may be repeated or missed. */
  'audio-inexact': ['warning', 'Send linear16 with sample_rate, or WAV, Ogg or WebM.'],
  /** The log is full, and its policy is to refuse: `bytes`. */
  'audio-refused': ['error', 'Slow down until send() accepts again.'],
  /** Deepgram's count of audio differs from ours: `processedSeconds`, `sentSeconds`. */
  'audio-unprocessed': ['warning', 'Check encoding, sample_rate and channels.'],
  /** A `Blob` could not be read: `bytes`. */
  'audio-unreadable': ['error', 'See the cause.'],
  /** A backlog is being sent: `backlogSeconds`, `doneInSeconds`. */
  'catching-up': ['info', ''],
  /** A connection ended, or could not be made: `kind`, `code` or `status`, `serverMessage`, `requestId`, `attempt`. */
  'connection-lost': ['warning', ''],
  /** A long outage: attempts are rare from now on. */
  'connection-suspended': ['error', 'Check the network.'],
  /** The auth function threw, or gave no usable secret. */
  'credentials-failed': ['warning', 'See the cause.'],
  /** An empty chunk was skipped: sent, it would have ended the stream. */
  'empty-audio': ['warning', 'See why the source delivers empty chunks.'],
  /** A server message made no sense: `problem`. */
  'message-malformed': ['warning', ''],
  /** Deepgram objects to something and goes on: `description`, `variant`. */
  'server-complaint': ['warning', ''],
  /** Speaker labels begin anew with this connection. */
  'speakers-restarted': ['info', "Tell labels apart by the transcript's connection."],
  /** The event loop was blocked, the tab throttled or the machine asleep: `lateMs`. */
  'timer-late': ['warning', 'Move long work off this thread.'],
} as const satisfies Record<string, readonly [Severity, string]>;

/** Numbers and short texts; times on the session's clock are in seconds. */
export type Evidence = Readonly<Record<string, number | string | undefined>>;

/** Something worth knowing about a session. */
export interface Notice {
  code: NoticeCode;
  severity: Severity;
  /** Code and evidence in one line, for logs. */
  message: string;
  /** What to do, in a sentence; empty where there is nothing to do. */
  remedy: string;
  evidence: Evidence;
  /** Milliseconds since 1970. */
  at: number;
  /** The error beneath, where there is one. It is the app's own, and may hold what the app put there. */
  cause: unknown;
}

export function createNotice(code: NoticeCode, evidence: Evidence, at: number, cause?: unknown): Notice {
  const [severity, remedy] = NOTICES[code];
  const details = Object.entries(evidence)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name} ${typeof value === 'number' ? Math.round(value * 100) / 100 : value}`)
    .join(', ');
  return { code, severity, message: details ? `${code}: ${details}` : code, remedy, evidence, at, cause };
}
