/**
 * What to do when a connection ends: one pure function, from the end and the history to a verdict. No other file
 * decides about retries.
 */
import { type ConnectionEnd, retryAfter } from '../protocol/close-reasons.ts';

/** What the verdict depends on, beside the end itself. */
export interface RecoveryHistory {
  /** Connections or attempts in a row that ended without a result confirming new audio. */
  failures: number;
  /** How long no result has confirmed new audio since the first of these ends. */
  outageMs: number;
  /** A new token was already tried since the last confirmed result. */
  reauthorised: boolean;
  /** The credentials come from a function, so that asking again may help. */
  canReauthorise: boolean;
  /** Accepted audio waits for a final result. */
  pendingAudio: boolean;
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
}

/**
 * `retry` after a backoff, `suspend` and probe now and then, `rest` until there is audio, `finish` what the user asked
 * to close, or `fail`.
 */
export type Verdict = 'retry' | 'suspend' | 'rest' | 'finish' | 'fail';

/** Without a single result ever, NET-0000 means a wrong format rather than a sick server: two tries show which. */
const SILENT_TRIES = 2;

/** The verdict on an end. */
export function decideRecovery(
  end: ConnectionEnd,
  history: RecoveryHistory,
  settings: RecoverySettings,
): Verdict {
  if (history.closing && !history.pendingAudio) return 'finish';
  const retry = retryAfter(end.kind);
  if (retry === 'never') return 'fail';
  if (retry === 'reauthorise' && (history.reauthorised || !history.canReauthorise)) return 'fail';
  if (retry === 'with-audio' && !history.pendingAudio) return 'rest';
  if (end.kind === 'server-silent' && !history.everConfirmed && history.failures + 1 >= SILENT_TRIES)
    return 'fail';
  if (history.outageMs >= settings.giveUpAfterMs) return 'fail';
  const isLongOutage =
    history.failures >= settings.suspendAfterFailures || history.outageMs >= settings.suspendAfterMs;
  return isLongOutage ? 'suspend' : 'retry';
}
