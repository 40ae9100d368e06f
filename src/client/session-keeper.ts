/**
 * The seam for a session that outlives its process: whatever keeps it is given as an option and joined between the parts, so that
 * sessions without one carry none of its code. `rx-deepgram/store` makes keepers.
 */
import type { AudioTimeline } from '../audio/audio-timeline.ts';
import type { FrameSink } from '../audio/framing.ts';
import type { Intake } from '../audio/intake.ts';
import type { Clock } from '../clock.ts';
import type { TranscriptionError } from '../errors.ts';
import type { ReportFact } from '../facts.ts';
import type { AudioFormat, Parameters } from '../protocol/protocol.ts';
import type { Stitcher } from '../transcript/stitcher.ts';
import type { TranscriptSinks } from '../transcript/transcript-assembly.ts';
import type { Turn } from '../transcript/turns.ts';
import type { LiveTranscription, SessionReport } from './live-transcription.ts';
import type { OpenConnection } from './status.ts';

/** Where a session's results go. */
export interface Outlet extends TranscriptSinks {
  readonly turns: { next(turn: Turn): void };
}

/** What is there before audio comes in. */
export interface KeepableSession {
  readonly clock: Clock;
  readonly listen: Parameters;
  readonly format: AudioFormat;
  readonly timeline: AudioTimeline;
  readonly streams: Outlet & { readonly report: ReportFact };
}

/** The rest of the session. */
export interface KeptParts {
  readonly live: LiveTranscription;
  readonly intake: Intake;
  readonly stitcher: Stitcher;
  readonly links: {
    /** The last connection, or that of the process before. */
    opened: OpenConnection;
    readonly shared: { readonly settings: { listen: Parameters } };
  };
}

/** One session in the care of a keeper. It is the outlet of all results, and lets them pass when they are safe. */
export interface Kept extends Outlet {
  /** Where the audio goes. */
  readonly sink: FrameSink;
  /** The session belongs to somebody else now. */
  readonly error: TranscriptionError | undefined;
  /** Results wait to be safe. */
  readonly isPending: boolean;
  start(parts: KeptParts): void;
  /** Resolves when the results so far have passed, or cannot soon. */
  passed(): Promise<void>;
  /** `false` if the end need not wait; else the task runs when it need no longer, or at `by` on the session's clock. */
  defer(task: () => void, outcome: SessionReport['outcome'], by: number | undefined): boolean;
}

/** Keeps one session; made by `durable()` or `claim()` of `rx-deepgram/store`. */
export interface SessionKeeper {
  /** @throws TranscriptionError `invalid-option` for a session that cannot be kept. */
  join(session: KeepableSession): Kept;
}
