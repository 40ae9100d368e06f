/** The status of a session: a union by phase, each with the facts that a user interface would show. */
import type { ConnectionContext, ConnectionOutcome } from '../connection/context.ts';
import { type ConnectionPhase, type ConnectionState, phaseOf } from '../connection/status.ts';
import type { TranscriptionError } from '../errors.ts';
import type { ConnectionEnd } from '../protocol/connection-end.ts';

/** In every phase. */
interface InEveryPhase<Phase extends ConnectionPhase> {
  phase: Phase;
  /** The machine's leaf state. */
  state: ConnectionState;
  /** How the last connection or attempt ended, until a later final result. `explain()` explains it. */
  lastEnd: ConnectionEnd | undefined;
}

/** The present connection. */
export interface OpenConnection {
  /** Milliseconds since 1970 at which it opened. */
  since: number;
  /** Its number: the first connection of a session is 1. */
  connection: number;
  /** Deepgram's id of the request, to quote to their support; `undefined` in a browser, which does not show it. */
  requestId: string | undefined;
}

/** The status of the session. Attempts count from 1, and restart after a final result of new audio. */
export type Status =
  /** Not connected: waits for audio. */
  | InEveryPhase<'waiting'>
  /** Opens a connection, and no connection was lost before. */
  | (InEveryPhase<'connecting'> & { attempt: number })
  /** Waits in line, because the limit of connections is reached. Audio is logged. */
  | (InEveryPhase<'queued'> & {
      attempt: number;
      /** The number in the line; 1 is next. Exact up to 10; larger numbers are updated when they have fallen by a tenth. */
      place: number;
    })
  | (InEveryPhase<'open'> & OpenConnection)
  /** A connection or attempt was lost, and another one follows. */
  | (InEveryPhase<'recovering'> & {
      attempt: number;
      /** Why a connection is missing. */
      reason: ConnectionEnd;
      /** When the attempt begins, in milliseconds since 1970; `undefined` while it is under way. */
      retryAt: number | undefined;
    })
  /** `close()` was called: sends the remaining audio and waits for the last results. */
  | InEveryPhase<'closing'>
  /** Ended by the user. */
  | (InEveryPhase<'closed'> & { outcome: Exclude<ConnectionOutcome, 'failed'> })
  /** Ended for a reason that no retry removes. */
  | (InEveryPhase<'failed'> & { error: TranscriptionError });

/** Facts for the status that the machine does not know. */
export interface StatusDetails {
  /** The last connection. */
  opened: OpenConnection | undefined;
  outcome: ConnectionOutcome;
  error: TranscriptionError | undefined;
  /** From the session's clock to milliseconds since 1970. */
  wallTimeOf: (at: number) => number;
}

/** The machine's snapshot has changed, the status has not. */
export function isShown(status: Status, state: ConnectionState, context: ConnectionContext): boolean {
  const phase = phaseOf(state, context);
  const place = status.phase === 'queued' ? status.place : context.place;
  return (
    status.state === state &&
    status.phase === phase &&
    status.lastEnd === context.budget.lastEnd &&
    place === context.place
  );
}

export function statusOf(
  state: ConnectionState,
  context: ConnectionContext,
  { opened, outcome, error, wallTimeOf }: StatusDetails,
): Status {
  const { retryAt } = context;
  const { lastEnd, failures } = context.budget;
  const phase = phaseOf(state, context);
  switch (phase) {
    case 'connecting':
      return { phase, state, lastEnd, attempt: failures + 1 };
    case 'queued':
      return { phase, state, lastEnd, attempt: failures || 1, place: context.place as number };
    case 'open': {
      const { since, connection, requestId } = opened as OpenConnection;
      // Field by field: V8 needs more memory for an object that is made with a spread (`...`).
      return { phase, state, lastEnd, since, connection, requestId };
    }
    case 'recovering':
      return {
        phase,
        state,
        lastEnd,
        attempt: failures,
        reason: lastEnd as ConnectionEnd,
        retryAt: retryAt === undefined ? undefined : wallTimeOf(retryAt),
      };
    case 'closed':
      return { phase, state, lastEnd, outcome: outcome as Exclude<ConnectionOutcome, 'failed'> };
    case 'failed':
      return { phase, state, lastEnd, error: error as TranscriptionError };
    default:
      return { phase, state, lastEnd };
  }
}
