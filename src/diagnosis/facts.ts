/** What there is to diagnose, before anybody makes sense of it. Types only: nothing here is in anyone's bundle. */
import type { Observable } from 'rxjs';
import type { ConnectionPhase, ConnectionState } from '../control/status.ts';
import type { DataPlane } from '../data/data-plane.ts';
import type { TranscriptionError } from '../errors.ts';
import type { CheckedOptions } from '../options.ts';
import type { ServerMessage } from '../protocol/server-messages.ts';
import type { Notice } from './notices.ts';

/** Something that happened: what, the numbers, and when. */
export type Fact = Pick<Notice, 'code' | 'evidence' | 'at' | 'cause'>;

/** Where a session stands. */
export interface ObservedStatus {
  phase: ConnectionPhase;
  state: ConnectionState;
  error: TranscriptionError | undefined;
}

/** A session as diagnosis sees it: to look at, never to touch. */
export interface ObservedSession {
  readonly options: Pick<CheckedOptions, 'clock' | 'listen'>;
  readonly plane: Pick<DataPlane, 'backlogMs' | 'bufferedAmount' | 'sentSeconds' | 'tap' | 'timeline'>;
  readonly status$: Observable<ObservedStatus>;
  readonly messages$: Observable<ServerMessage>;
  /** Begins with what happened before anyone listened; completes with the session. */
  readonly facts$: Observable<Fact>;
  readonly isPaused: () => boolean;
  /** When the auth function was asked, while it has not answered. */
  readonly credentialsAskedAt: () => number | undefined;
}
