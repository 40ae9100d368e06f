/** The memory of the connection machine: numbers and names only, all of it fit for the inspector. */
import type { ConnectionEnd } from '../protocol/connection-end.ts';
import { DRAIN_MS, KEEP_ALIVE_MS } from '../protocol/limits.ts';
import type { RecoveryDecision, RecoverySettings } from './recovery-policy.ts';

/** How the machine behaves; fixed for a session. */
export interface ConnectionSettings extends RecoverySettings {
  /** Between two KeepAlives of an idle connection; its link sends them. */
  keepAliveMs: number;
  /** Idle time after which the connection is given back; `Infinity` holds it. */
  disconnectAfterIdleMs: number;
  /** How long a drain may take when the user has not set a deadline of their own. */
  drainMs: number;
  /** The credentials come from a function, so that a refused one may be followed by another. */
  canReauthorise: boolean;
  /** Where the jitter starts; the same seed gives the same delays. */
  seed: number;
}

/**
 * Refused at once, ten attempts in a row are used up in half a minute, while a log of a minute could still save everything;
 * twenty are not. Beyond that a probe every 30 s burdens nobody.
 */
export const CONNECTION_DEFAULTS: ConnectionSettings = {
  keepAliveMs: KEEP_ALIVE_MS,
  disconnectAfterIdleMs: Infinity,
  suspendAfterFailures: 20,
  suspendAfterMs: 60_000,
  giveUpAfterMs: Infinity,
  probeMs: 30_000,
  drainMs: DRAIN_MS,
  canReauthorise: false,
  seed: 1,
};

/** The least time between two attempts that the platform's “online” buys. */
export const ONLINE_MS = 1_000;

/** How a session ends. `drained`: everything was sent, and the last results have come. */
export type ConnectionOutcome = 'drained' | 'deadline' | 'aborted' | 'failed';

/** What the machine remembers. */
export interface ConnectionContext {
  settings: ConnectionSettings;
  /** Where the jitter has got to. */
  seed: number;
  /** Sockets asked for so far in this session. */
  attempts: number;
  /** Ends in a row without a result that confirmed new audio. */
  failures: number;
  /** How many of them were NET-0000: the server had nothing to say. */
  serverSilences: number;
  /** Since when there is no connection that could carry audio; none while the speaker pauses on an open one. */
  outageSince: number | undefined;
  /** The last end, until a result confirms new audio. */
  lastEnd: ConnectionEnd | undefined;
  /** A new token was tried, and has not opened a connection since. */
  reauthorised: boolean;
  /** When that was. */
  lastEndAt: number;
  /** A connection has opened in this session. */
  hasOpened: boolean;
  /** Refusals in a row that did not come from Deepgram. */
  foreignRefusals: number;
  /** Unconfirmed audio was left at the last end. */
  hadAudio: boolean;
  /** Some result has confirmed audio in this session. */
  everConfirmed: boolean;
  /** How often the platform said “online” since one bought an attempt, within {@link ONLINE_MS}. */
  onlines: number;
  /** The user asked to close. */
  closing: boolean;
  /** Audio came while nothing could take it. */
  pendingAudio: boolean;
  /** What was decided on the last end. */
  decision: RecoveryDecision;
  /** How long the backoff after it lasts. */
  delayMs: number;
  /** When the next attempt begins, on the session's clock; none while one is under way. */
  retryAt: number | undefined;
  /** Its place in the line of the limit of connections; 1 is next. */
  place: number | undefined;
  /** How the session ends, or will if nothing else happens. */
  outcome: ConnectionOutcome;
}

export function initialContext(settings: Partial<ConnectionSettings> = {}): ConnectionContext {
  const complete = { ...CONNECTION_DEFAULTS, ...settings };
  return {
    settings: complete,
    seed: complete.seed,
    attempts: 0,
    failures: 0,
    serverSilences: 0,
    outageSince: undefined,
    lastEnd: undefined,
    reauthorised: false,
    lastEndAt: -Infinity,
    hasOpened: false,
    foreignRefusals: 0,
    hadAudio: false,
    everConfirmed: false,
    onlines: 0,
    closing: false,
    pendingAudio: false,
    decision: 'retry',
    outcome: 'drained',
    delayMs: 0,
    retryAt: undefined,
    place: undefined,
  };
}
