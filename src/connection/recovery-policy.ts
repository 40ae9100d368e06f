/**
 * The decision after the end of a connection: one pure function of the end and the history. No other file decides about retries.
 */
import { type ConnectionEnd, retryAfter } from '../protocol/connection-end.ts';

/** The history that the decision depends on. */
export interface RecoveryHistory {
  /** Connections or attempts in a row that ended without a result confirming new audio. */
  failures: number;
  /** How many of these were NET-0000. */
  serverSilences: number;
  /** The duration of the outage: without a connection, or without a result while audio flowed. */
  outageMs: number;
  /** A new token was tried after a 401, and no connection has opened since. */
  reauthorised: boolean;
  /** The credentials come from a function, so another call may help. */
  canReauthorise: boolean;
  /** A connection has opened in this session, so a refusal may be temporary. */
  hasOpened: boolean;
  /** Refusals in a row that did not come from Deepgram. */
  foreignRefusals: number;
  /** Time between the previous end and this one. */
  sinceLastEndMs: number;
  /** Accepted audio waits for a final result. */
  pendingAudio: boolean;
  /** More of it was coming. */
  flowingAudio: boolean;
  /** Some result has confirmed audio in this session. */
  everConfirmed: boolean;
  /** The user asked to close. */
  closing: boolean;
}

/** The limits of the policy. */
export interface RecoverySettings {
  /** After this many failures in a row, or … */
  suspendAfterFailures: number;
  /** … an outage of this length, attempts become rare. */
  suspendAfterMs: number;
  /** Outage after which the session fails; `Infinity`: never. */
  giveUpAfterMs: number;
  /** Time between two attempts of a long outage. */
  probeMs: number;
}

/** `retry` after a backoff, `suspend` and try every 30 s, `rest` until there is audio, `finish` a requested close, or `fail`. */
export type RecoveryDecision = 'retry' | 'suspend' | 'rest' | 'finish' | 'fail';

/** NET-0000 twice without any result means a wrong format, not a failing server. */
const SILENT_TRIES = 2;

/** A proxy may answer instead of Deepgram for a moment. Five answers in a row count as permanent. */
const FOREIGN_REFUSALS = 5;

/** The decision on an end. */
export function decideRecovery(
  end: ConnectionEnd,
  history: RecoveryHistory,
  settings: RecoverySettings,
): RecoveryDecision {
  if (history.closing && !history.pendingAudio) return 'finish';
  const isPassing = history.hasOpened && end.isForeign === true;
  if (isPassing && history.foreignRefusals + 1 >= FOREIGN_REFUSALS) return 'fail';
  const retry = isPassing ? 'gently' : retryAfter(end.kind);
  if (retry === 'never') return 'fail';
  if (retry === 'reauthorise' && (history.reauthorised || !history.canReauthorise)) return 'fail';
  // A closing session sends no more audio, and waits for none.
  if (retry === 'with-audio' && !isWorthAnother(history)) return history.closing ? 'finish' : 'rest';
  if (end.kind === 'server-silent' && !history.everConfirmed && history.serverSilences + 1 >= SILENT_TRIES)
    return 'fail';
  if (history.outageMs >= settings.giveUpAfterMs) return 'fail';
  // An idle connection that reopens each time is no outage, and needs no more attempts than probing.
  const isIdleCut = !history.flowingAudio && history.sinceLastEndMs >= settings.probeMs;
  const isLongOutage =
    (history.failures >= settings.suspendAfterFailures && !isIdleCut) ||
    history.outageMs >= settings.suspendAfterMs;
  // A closing session does not wait for a probe.
  return isLongOutage && !history.closing ? 'suspend' : 'retry';
}

/**
 * The server ended an idle connection. Flowing audio needs a new one. Retry once for an unconfirmed tail: a second replay would
 * not finalize it either.
 */
function isWorthAnother({ pendingAudio, flowingAudio, failures }: RecoveryHistory): boolean {
  return pendingAudio && (flowingAudio || failures === 0);
}
