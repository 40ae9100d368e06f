/** Facts for diagnosis. Types only: nothing of this file is in a bundle. */
import type { Observable } from 'rxjs';
import type { ConnectionPhase, ConnectionState } from '../connection/status.ts';
import type { DataPlane } from '../audio/data-plane.ts';
import type { TranscriptionError } from '../errors.ts';
import type { CheckedOptions } from '../client/options.ts';
import type { ServerMessage } from '../protocol/listen-v1/server-messages.ts';
import type { Notice } from './notices.ts';

/** A fact: its kind, its numbers and its time. */
export type Fact = Pick<Notice, 'code' | 'evidence' | 'at' | 'cause'>;

/** The present state of a session. */
export interface ObservedStatus {
  phase: ConnectionPhase;
  state: ConnectionState;
  error: TranscriptionError | undefined;
}

/** A session for diagnosis, read only. */
export interface ObservedSession {
  readonly options: Pick<CheckedOptions, 'clock' | 'listen'>;
  readonly plane: Pick<DataPlane, 'backlogMs' | 'bufferedAmount' | 'sentSeconds' | 'tap' | 'timeline'>;
  readonly status$: Observable<ObservedStatus>;
  readonly messages$: Observable<ServerMessage>;
  /** Begins with the facts before the subscription; completes with the session. */
  readonly facts$: Observable<Fact>;
  readonly isPaused: () => boolean;
  /** Start of a call of the auth function that has not answered. */
  readonly credentialsAskedAt: () => number | undefined;
}
