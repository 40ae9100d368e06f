/** What an app holds: a live transcription, where it stands, and what it comes to. `session.ts` is what makes one. */
/// <reference lib="esnext.disposable" preserve="true" />
import type { Observable } from 'rxjs';
import type { ConnectionActor } from '../connection/connection-machine.ts';
import type { ConnectionOutcome } from '../connection/context.ts';
import type { AudioChunk, CapturedAudio } from '../audio/audio-chunk.ts';
import type { LedgerSnapshot } from '../audio/ledger.ts';
import type { Transcript } from '../transcript/stitcher.ts';
import type { Turn } from '../transcript/turns.ts';
import type { Utterance } from '../transcript/utterances.ts';
import type { Notice } from '../diagnosis/notices.ts';
import type { TranscriptionError } from '../errors.ts';
import type { ListenChange } from '../protocol/configure.ts';
import type { ConnectionEnd } from '../protocol/connection-end.ts';
import type { ServerMessage } from '../protocol/listen-v1/server-messages.ts';
import type { Status } from './status.ts';

/** Where every sample stands: `accepted = confirmed + pending + dropped`. Samples are those of one channel. */
export interface AudioLedger extends LedgerSnapshot {
  /** Samples per second; 1000, for milliseconds, where the audio does not tell its rate. */
  sampleRate: number;
}

/** The fate of one chunk. */
export type SendResult =
  /**
   * It is logged, and will be sent. `backlogMs` is how much audio waits to be sent, an estimate before its format is known;
   * `droppedMs` is how much of it, from its beginning on, this chunk pushed out of a full log.
   */
  | { accepted: true; backlogMs: number; droppedMs: number }
  /** Nothing of it is kept: `pause()` was called, there are no bytes in it, it is larger than the log or `log.overflow` is `'refuse'`, or the session closes. */
  | { accepted: false; reason: 'paused' | 'empty' | 'log-full' | 'closed'; backlogMs: number };

/** What a session has cost so far. */
export interface SessionCounts {
  /** Connections that were opened; all but the first are reconnects. */
  connections: number;
  /** Attempts to open one. */
  attempts: number;
  /** KeepAlives that were sent; with Flux pings, or silence in their place. */
  keepAlives: number;
  /** With Flux: silence that was sent beside the audio, in milliseconds; it takes no time on the session's clock. */
  silenceMs: number;
  /** The longest time between two frames on one connection: below Deepgram's 10 000 it never closes for silence. */
  longestOutboundSilenceMs: number;
}

/** What a session came to. */
export interface SessionReport extends SessionCounts {
  /**
   * `drained`: all audio that was accepted is confirmed, or announced as dropped (where audio does not tell its time: the
   * server has said its last). `deadline`: it is not, and waiting is over. `aborted`, or `failed` with `error`.
   */
  outcome: ConnectionOutcome;
  /** Why it failed, if it did. */
  error: TranscriptionError | undefined;
  /** How the last connection or attempt ended, if no final result has come since: why something is pending, whatever the outcome. */
  lastEnd: ConnectionEnd | undefined;
  /** Where the audio stands for good: what is still pending was never covered by a final result. */
  ledger: AudioLedger;
}

/** How one `close()` is bounded. */
export interface CloseOptions {
  /** Settles within so many milliseconds, whatever has come by then. @defaultValue none: see {@link LiveTranscription.close} */
  timeoutMs?: number;
}

/** A live transcription. Its observables are hot, share one session, and complete when it ends, for whatever reason. */
export interface LiveTranscription extends AsyncDisposable {
  /**
   * Takes audio, cut anywhere; it is copied at once.
   * @throws TranscriptionError `invalid-audio` for something that is no audio, and for samples as floating point under an
   * `encoding` that has none.
   */
  send(chunk: AudioChunk | CapturedAudio): SendResult;
  /** Interim and final transcripts; a later one with the same `id` replaces the earlier. */
  readonly transcripts$: Observable<Transcript>;
  /** Finals joined until the speaker pauses: `speech_final`, UtteranceEnd, or {@link finalize} with no audio after it. */
  readonly utterances$: Observable<Utterance>;
  /**
   * With a Flux model: when the speaker begins, goes on and ends. Every turn starts once, before its first update, and is followed by
   * exactly one `end`, or by `withdrawn`, whatever the network does. Nothing with other models.
   */
  readonly turns$: Observable<Turn>;
  /** Begins with the present status, and says each change once. */
  readonly status$: Observable<Status>;
  /** What is wrong, why, and what to do. Begins with what happened before the first subscription. */
  readonly notices$: Observable<Notice>;
  /** Everything the server says, as it says it. */
  readonly messages$: Observable<ServerMessage>;
  /** Where the audio stands now; a new object each time it is asked for. */
  readonly ledger: AudioLedger;
  /** Audio that waits to be sent, in milliseconds; an estimate before its format is known. */
  readonly backlogMs: number;
  /** Connections, attempts and KeepAlives so far; a new object each time it is asked for. */
  readonly counts: SessionCounts;
  /** Audio is refused, by {@link pause}. */
  readonly isPaused: boolean;
  /** The XState actor, for inspectors and `@xstate/react`. */
  readonly actor: ConnectionActor;
  /** Refuses audio until {@link resume}, and holds the connection. */
  pause(): void;
  /** Takes audio again. */
  resume(): void;
  /** Opens a connection now, without waiting for audio, a backoff or a probe. */
  connect(): void;
  /**
   * Asks for a final result of everything accepted so far, on one channel (from 0) or all. `false`: none was seen within
   * `finalizeMs` after the request had gone out. It ends the utterance, unless audio has come since, with which the speaker may
   * have gone on. Rejects with a Flux model, which has no such request.
   */
  finalize(channel?: number): Promise<boolean>;
  /**
   * With a Flux model: ends the speaker's turn with what is decoded of the audio accepted so far, as when a key is let go. `true` when
   * the server has done so, or there was no turn; `false`: no answer came within `finalizeMs`. Rejects with another model, and where
   * {@link LiveTranscriptionOptions.forceEndTurn} is off.
   */
  endTurn(): Promise<boolean>;
  /**
   * Changes parameters of the open connection, behind the audio accepted so far, and of every later one. `true`: the server has agreed;
   * `false`: it has not answered within 5 s, or the session has ended. Changes that are made while one is under way go out together.
   * @throws TranscriptionError (as a rejection) `invalid-option` for what cannot be changed, `bad-request` where the server refuses.
   */
  configure(change: ListenChange): Promise<boolean>;
  /**
   * Sends what remains, takes the last results, and settles when the server has said its last; in any case within the time
   * that the remaining audio takes to send and 3 × `drainMs`, or within `timeoutMs`. Never rejects; may be called again.
   * @throws TranscriptionError `invalid-option` for a `timeoutMs` that is no time.
   */
  close(options?: CloseOptions): Promise<SessionReport>;
  /** Ends at once, without waiting for results; audio that none has covered stays pending in the report of {@link close}. */
  abort(): void;
  /** `await using live = createLiveTranscription(…)` calls {@link close} where the block ends, after an error too. */
  [Symbol.asyncDispose](): Promise<void>;
}
