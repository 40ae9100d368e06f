/** The context of the connection machine: only numbers and names, safe to show in an inspector. */
import type { ConnectionEnd } from '../protocol/connection-end.ts';
import { DRAIN_MS, KEEP_ALIVE_MS } from '../protocol/limits.ts';
import type { RecoveryDecision, RecoverySettings } from './recovery-policy.ts';

/** Settings of the machine; fixed for a session. */
export interface ConnectionSettings extends RecoverySettings {
  /** Time between two KeepAlives of an idle connection; its link sends them. */
  keepAliveMs: number;
  /** Idle time after which the connection is closed; `Infinity`: never. */
  disconnectAfterIdleMs: number;
  /** How long a drain may take without a deadline of the user. */
  drainMs: number;
  /** The credentials come from a function, which may return another token after a refusal. */
  canReauthorise: boolean;
  /** Seed of the jitter; the same seed gives the same delays. */
  seed: number;
}

/**
 * Ten instant refusals last 28 s, shorter than the log of 60 s; hence twenty. After that, one attempt every 30 s costs little.
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

/** The least time between two attempts caused by `online` events. */
export const ONLINE_MS = 1_000;

/** How a session ends. `drained`: everything was sent, and the last results have come. */
export type ConnectionOutcome = 'drained' | 'deadline' | 'aborted' | 'failed';

/** The context of the machine. */
export interface ConnectionContext {
  settings: ConnectionSettings;
  /** The present state of the jitter's random numbers. */
  seed: number;
  /** Attempts so far in this session. */
  attempts: number;
  /** What was spent of the retry budget since a result last confirmed new audio. */
  budget: {
    /** Ends in a row. */
    failures: number;
    /** How many of them were NET-0000: no response from the server. */
    serverSilences: number;
    /** The last end. */
    lastEnd: ConnectionEnd | undefined;
  };
  /** When the outage began; `undefined` also while the speaker pauses on an open connection. */
  outageSince: number | undefined;
  /** What follows from the last end of a connection, or of an attempt to open one. */
  recovery: {
    decision: RecoveryDecision;
    /** Milliseconds from the end to the next attempt, where `decision` is `retry`. */
    delayMs: number;
    /** When it ended, on the session's clock; `undefined` before the first end. */
    endedAt: number | undefined;
    /** Some accepted audio had no final result yet when it ended. */
    hadAudio: boolean;
  };
  /** When the next attempt begins, on the session's clock; `undefined` while one is under way. */
  retryAt: number | undefined;
  /** A new token was tried after a 401, and no connection has opened since. */
  reauthorised: boolean;
  /** A connection has opened in this session. */
  hasOpened: boolean;
  /** Refusals in a row that did not come from Deepgram. */
  foreignRefusals: number;
  /** Some result has confirmed audio in this session. */
  everConfirmed: boolean;
  /** The number of `online` events since the last that caused an attempt, within {@link ONLINE_MS}. */
  onlines: number;
  /** The user asked to close. */
  closing: boolean;
  /** Audio came in a state that cannot send it. */
  pendingAudio: boolean;
  /** Its place in the line of the limit of connections; 1 is next. */
  place: number | undefined;
  /** The outcome of the session, if no other event changes it. */
  outcome: ConnectionOutcome;
}

export const FULL_BUDGET: ConnectionContext['budget'] = {
  failures: 0,
  serverSilences: 0,
  lastEnd: undefined,
};

const UNBROKEN: ConnectionContext['recovery'] = {
  decision: 'retry',
  delayMs: 0,
  endedAt: undefined,
  hadAudio: false,
};

export function initialContext(settings: Partial<ConnectionSettings> = {}): ConnectionContext {
  const complete = { ...CONNECTION_DEFAULTS, ...settings };
  return {
    settings: complete,
    seed: complete.seed,
    attempts: 0,
    budget: FULL_BUDGET,
    outageSince: undefined,
    recovery: UNBROKEN,
    retryAt: undefined,
    reauthorised: false,
    hasOpened: false,
    foreignRefusals: 0,
    everConfirmed: false,
    onlines: 0,
    closing: false,
    pendingAudio: false,
    place: undefined,
    outcome: 'drained',
  };
}
