/** What is worth knowing and is no transcript: each with its evidence in numbers, and what to do. */
import type { DropReason } from '../data/audio-timeline.ts';
import { type ConnectionEnd, endingOf } from '../protocol/close-reasons.ts';

/** What a notice is about: the discriminant to switch on. */
export type NoticeCode =
  | 'audio-dropped'
  | 'audio-inexact'
  | 'audio-refused'
  | 'audio-unprocessed'
  | 'audio-unreadable'
  | 'catching-up'
  | 'connection-lost'
  | 'connection-suspended'
  | 'credentials-failed'
  | 'empty-audio'
  | 'message-malformed'
  | 'server-complaint'
  | 'speakers-restarted'
  | 'timer-late';

/** Something worth knowing about a session. */
export interface Notice {
  code: NoticeCode;
  /** `info`: all is as it should be; `warning`: something may be amiss; `error`: something was lost. */
  severity: 'info' | 'warning' | 'error';
  /** What happened, in a sentence. */
  message: string;
  /** What to do about it, in a sentence. */
  remedy: string;
  /** The numbers behind it. Times on the session's clock are in seconds. */
  evidence: Readonly<Record<string, number | string | undefined>>;
  /** Milliseconds since 1970. */
  at: number;
  /** The error beneath, where there is one. */
  cause?: unknown;
}

/** A notice before it is dated. */
export type NewNotice = Omit<Notice, 'at'>;

const DROP_REASONS: Record<DropReason, string> = {
  'log-full': 'the log was full before the connection came back',
  'connection-lost': 'the log was full and the connection that carried it was lost',
  skipped: 'the catch-up policy skipped it',
};

export function audioDropped(startSeconds: number, endSeconds: number, reason: DropReason): NewNotice {
  return {
    code: 'audio-dropped',
    severity: reason === 'skipped' ? 'warning' : 'error',
    message: `Audio from ${startSeconds.toFixed(2)} s to ${endSeconds.toFixed(2)} s was dropped: ${DROP_REASONS[reason]}.`,
    remedy:
      reason === 'skipped'
        ? "Choose catchUp: 'all' to send everything."
        : 'Raise log.maxSeconds and log.maxBytes to outlast longer outages.',
    evidence: { startSeconds, endSeconds, reason },
  };
}

export function connectionLost(end: ConnectionEnd, attempt: number): NewNotice {
  const { cause, remedy } = endingOf(end.kind);
  const { kind, code, status, serverMessage, requestId } = end;
  return {
    code: 'connection-lost',
    severity: 'warning',
    message: cause,
    remedy,
    evidence: { kind, code, status, serverMessage, requestId, detail: end.cause, attempt },
  };
}

export const connectionSuspended: NewNotice = {
  code: 'connection-suspended',
  severity: 'error',
  message: 'The outage is long: from now on there is an attempt every half a minute.',
  remedy: 'Check the network; audio is kept as far as the log reaches.',
  evidence: {},
};

export function credentialsFailed(cause: unknown): NewNotice {
  return {
    code: 'credentials-failed',
    severity: 'warning',
    message: 'The auth function threw, or gave no usable secret.',
    remedy: 'See the cause; it is asked again at the next attempt.',
    evidence: {},
    cause,
  };
}

export function catchingUp(backlogSeconds: number, doneInSeconds: number): NewNotice {
  return {
    code: 'catching-up',
    severity: 'info',
    message: `Replaying ${backlogSeconds.toFixed(1)} s of audio; level with live in about ${doneInSeconds.toFixed(0)} s.`,
    remedy: 'Nothing to do: Deepgram takes audio at no more than 1.25 times real time.',
    evidence: { backlogSeconds, doneInSeconds },
  };
}

export const emptyAudio: NewNotice = {
  code: 'empty-audio',
  severity: 'warning',
  message: 'An empty chunk was given to send() and skipped: sent, it would have ended the stream.',
  remedy: 'See why the source delivers empty chunks.',
  evidence: {},
};

export function audioInexact(connection: number): NewNotice {
  return {
    code: 'audio-inexact',
    severity: 'warning',
    message: 'This audio format does not tell time: after the reconnect a word may be repeated or missed.',
    remedy: 'Send linear16 with sample_rate, or WAV, Ogg or WebM, for an exact replay.',
    evidence: { connection },
  };
}

export function audioRefused(bytes: number): NewNotice {
  return {
    code: 'audio-refused',
    severity: 'error',
    message: `The log is full: ${bytes} bytes were refused, and so is what follows until there is room.`,
    remedy: "Slow down until send() accepts again, or choose log.overflow: 'drop-oldest'.",
    evidence: { bytes },
  };
}

export function audioUnreadable(bytes: number, cause: unknown): NewNotice {
  return {
    code: 'audio-unreadable',
    severity: 'error',
    message: `A Blob of ${bytes} bytes could not be read: its audio is missing.`,
    remedy: 'See the cause; send bytes rather than Blobs where you can.',
    evidence: { bytes },
    cause,
  };
}

export function audioUnprocessed(processedSeconds: number, sentSeconds: number): NewNotice {
  return {
    code: 'audio-unprocessed',
    severity: 'warning',
    message: `Deepgram processed ${processedSeconds.toFixed(2)} s of the ${sentSeconds.toFixed(2)} s sent on the last connection.`,
    remedy: 'Check encoding, sample_rate and channels against the audio.',
    evidence: { processedSeconds, sentSeconds },
  };
}

export function messageMalformed(problem: string): NewNotice {
  return {
    code: 'message-malformed',
    severity: 'warning',
    message: `A server message was passed over: ${problem}.`,
    remedy: 'Nothing to do, unless it repeats: then something stands between here and Deepgram.',
    evidence: { problem },
  };
}

export function serverComplaint(description: string | undefined, variant: string | undefined): NewNotice {
  return {
    code: 'server-complaint',
    severity: 'warning',
    message: `Deepgram complains: ${description ?? variant ?? 'without a word'}.`,
    remedy: 'The connection goes on; see the description.',
    evidence: { description, variant },
  };
}

export function speakersRestarted(connection: number): NewNotice {
  return {
    code: 'speakers-restarted',
    severity: 'info',
    message: 'Speaker labels began anew with this connection: speaker 0 may be somebody else.',
    remedy: 'Keep labels apart by the transcript’s `connection`.',
    evidence: { connection },
  };
}

export function timerLate(lateMs: number): NewNotice {
  return {
    code: 'timer-late',
    severity: 'warning',
    message: `A timer came ${Math.round(lateMs)} ms late: the event loop was blocked, the tab throttled or the machine asleep.`,
    remedy: 'Move long work off this thread: beyond ten seconds Deepgram closes the connection.',
    evidence: { lateMs },
  };
}
