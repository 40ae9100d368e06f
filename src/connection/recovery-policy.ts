/**
 * What to do when a connection ends: one pure function, from the end and the history to a decision. No other file
 * decides about retries.
 */
import { type ConnectionEnd, retryAfter } from '../protocol/connection-end.ts';

/** What the decision depends on, beside the end itself. */
export interface RecoveryHistory {
  /** Connections or attempts in a row that ended without a result confirming new audio. */
  failures: number;
  /** How many of these were NET-0000. */
  serverSilences: number;
  /** How long there has been no connection, or none that a result came by while audio was flowing. */
  outageMs: number;
  /** A new token was already tried, and has not opened a connection since. */
  reauthorised: boolean;
  /** The credentials come from a function, so that asking again may help. */
  canReauthorise: boolean;
  /** A connection has opened in this session: what refuses now did not then. */
  hasOpened: boolean;
  /** Refusals in a row that did not come from Deepgram. */
  foreignRefusals: number;
  /** Between the end before this one and this one. */
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

/** How long the policy tries, and how hard. */
export interface RecoverySettings {
  /** After so many failures in a row, or … */
  suspendAfterFailures: number;
  /** … so long an outage, attempts become rare. */
  suspendAfterMs: number;
  /** Outage after which the session fails; `Infinity` to go on probing. */
  giveUpAfterMs: number;
  /** Between two attempts of a long outage. */
  probeMs: number;
}

/**
 * `retry` after a backoff, `suspend` and probe now and then, `rest` until there is audio, `finish` what the user asked
 * to close, or `fail`.
 */
export type RecoveryDecision = 'retry' | 'suspend' | 'rest' | 'finish' | 'fail';

/** Without a single result ever, NET-0000 means a wrong format rather than a sick server: two tries show which. */
const SILENT_TRIES = 2;

/** A proxy that answers in Deepgram's place may do so for a moment; five times in a row, and it stays. */
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
  // Whoever closes will send nothing more, and waits for no audio either.
  if (retry === 'with-audio' && !isWorthAnother(history)) return history.closing ? 'finish' : 'rest';
  if (end.kind === 'server-silent' && !history.everConfirmed && history.serverSilences + 1 >= SILENT_TRIES)
    return 'fail';
  if (history.outageMs >= settings.giveUpAfterMs) return 'fail';
  // An idle connection that comes back each time is no outage, and costs no more attempts than probes would.
  const isIdleCut = !history.flowingAudio && history.sinceLastEndMs >= settings.probeMs;
  const isLongOutage =
    (history.failures >= settings.suspendAfterFailures && !isIdleCut) ||
    history.outageMs >= settings.suspendAfterMs;
  // Whoever closes will not wait for a probe.
  return isLongOutage && !history.closing ? 'suspend' : 'retry';
}

/**
 * The server ended an idle connection. Audio that flows needs another; the unfinished word before a pause is worth one
 * attempt, and then waits for what is said next: a server that has heard no end of it will not decide it.
 */
function isWorthAnother({ pendingAudio, flowingAudio, failures }: RecoveryHistory): boolean {
  return pendingAudio && (flowingAudio || failures === 0);
}
