/** The parts of a session that diagnosis reads. Only types, so no bundle contains this file. */
import type { Observable } from 'rxjs';
import type { AudioTap } from '../audio/audio-chunk.ts';
import type { CheckedOptions } from '../client/options.ts';
import type { Status } from '../client/status.ts';
import type { Evidence, FactCode } from '../facts.ts';
import type { Link } from '../link/link.ts';
import type { ServerMessage } from '../protocol/server-message.ts';

/** A fact as it was reported. */
export interface Fact {
  code: FactCode;
  evidence: Evidence;
  /** Milliseconds since 1970. */
  at: number;
  /** The cause, if there is one. */
  cause: unknown;
}

export interface ObservedSession {
  readonly options: Pick<CheckedOptions, 'clock' | 'listen' | 'baseUrl' | 'seed'>;
  /** Shows all audio from now on to one tap; `undefined`: to none. */
  readonly tapAudio: (tap: AudioTap | undefined) => void;
  readonly acceptedSamples: () => number;
  /** Audio that waits to be sent. */
  readonly backlogMs: () => number;
  /** The present connection. */
  readonly link: () => Pick<Link, 'bufferedAmount' | 'sentSeconds'> | undefined;
  readonly status$: Observable<Status>;
  readonly messages$: Observable<ServerMessage>;
  /** Begins with earlier facts; completes with the session. */
  readonly facts$: Observable<Fact>;
  readonly isPaused: () => boolean;
  /** When the auth function was called, until it answers. */
  readonly credentialsAskedAt: () => number | undefined;
}
