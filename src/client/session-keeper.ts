/**
 * The port for a session that outlives its process. A keeper is an option, so that sessions without one load none of its code.
 * `rx-deepgram/store` makes keepers.
 */
import type { AudioTimeline } from '../audio/audio-timeline.ts';
import type { FrameSink } from '../audio/framing.ts';
import type { Intake } from '../audio/intake.ts';
import type { Clock } from '../clock.ts';
import type { TranscriptionError } from '../errors.ts';
import type { Reporter } from '../facts.ts';
import type { AudioFormat, Parameters } from '../protocol/protocol.ts';
import type { Stitcher } from '../transcript/stitcher.ts';
import type { TranscriptSinks } from '../transcript/transcript-assembly.ts';
import type { Turn } from '../transcript/turns.ts';
import type { LiveTranscription, SessionReport } from './live-transcription.ts';
import type { OpenConnection } from './status.ts';

/** Receives the results of a session. */
export interface Outlet extends TranscriptSinks {
  readonly turns: { next(turn: Turn): void };
}

/** The parts that exist before the first audio. */
export interface KeepableSession {
  readonly clock: Clock;
  readonly listen: Parameters;
  readonly format: AudioFormat;
  readonly timeline: AudioTimeline;
  readonly streams: Outlet & Reporter;
}

/** The other parts of the session. */
export interface KeptParts {
  readonly live: LiveTranscription;
  readonly intake: Intake;
  readonly stitcher: Stitcher;
  readonly links: {
    /** Number of the last connection, of this process or of the one before. */
    opened: OpenConnection;
    listen: Parameters;
  };
}

/** One kept session. It receives all results, and passes them on when they are stored. */
export interface Kept extends Outlet {
  /** Receives the audio. */
  readonly sink: FrameSink;
  /** Another process owns the session now. */
  readonly error: TranscriptionError | undefined;
  /** Results wait to be stored. */
  readonly isPending: boolean;
  start(parts: KeptParts): void;
  /** Resolves when the results so far are stored, or cannot be stored soon. */
  passed(): Promise<void>;
  /** `false`: the end need not wait. Otherwise the task runs when the results are stored, or at `by` on the session's clock. */
  defer(task: () => void, outcome: SessionReport['outcome'], by: number | undefined): boolean;
}

/** Keeps one session; made by `durable()` or `claim()` of `rx-deepgram/store`. */
export interface SessionKeeper {
  /** @throws TranscriptionError `invalid-option` for a session that cannot be kept. */
  join(session: KeepableSession): Kept;
}
