/** The public interface of a session, its counts and its report. `session.ts` implements it. */
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

/** The state of every sample: `accepted = confirmed + pending + dropped`. Samples of one channel are counted. */
export interface AudioLedger extends LedgerSnapshot {
  /** Samples per second; 1000 (milliseconds) where the rate of the audio is unknown. */
  sampleRate: number;
}

/** The answer of `send()` for one chunk. */
export type SendResult =
  /**
   * The chunk is logged and will be sent. `backlogMs`: audio that waits to be sent, an estimate before its format is known.
   * `droppedMs`: old audio that this chunk pushed out of a full log.
   */
  | { accepted: true; backlogMs: number; droppedMs: number }
  /**
   * The chunk is not kept: the session is paused or closing, the chunk is empty, it is larger than the log, or the log is full
   * and `log.overflow` is `'refuse'`, or full of audio that waits for a `Blob` or for code.
   */
  | { accepted: false; reason: 'paused' | 'empty' | 'log-full' | 'closed'; backlogMs: number };

/** Connections, attempts and KeepAlives of a session. */
export interface SessionCounts {
  /** Connections that were opened; all but the first are reconnects. */
  connections: number;
  /** Attempts to open one. */
  attempts: number;
  /** KeepAlives that were sent; with Flux, pings or silence instead. */
  keepAlives: number;
  /** With Flux: silence that was sent in addition to the audio, in milliseconds. It takes no time on the session's clock. */
  silenceMs: number;
  /** The longest time between two frames on one connection. Below 10 000 Deepgram does not close for silence. */
  longestOutboundSilenceMs: number;
}

/** The report of a session. */
export interface SessionReport extends SessionCounts {
  /**
   * `drained`: all accepted audio is confirmed or was announced as dropped (for audio without exact positions: the last results
   * have come). `deadline`: some is not, and the time is over. `aborted`: by {@link LiveTranscription.abort}. `failed`: with
   * `error`.
   */
  outcome: ConnectionOutcome;
  /** Why it failed, if it did. */
  error: TranscriptionError | undefined;
  /** How the last connection or attempt ended, if no final result has come since: the reason of pending audio. */
  lastEnd: ConnectionEnd | undefined;
  /** The last counts: pending samples have no final result. */
  ledger: AudioLedger;
}

/** Options of one `close()`. */
export interface CloseOptions {
  /**
   * Settles within this many milliseconds, with or without the last results. @defaultValue none: see {@link
   * LiveTranscription.close}
   */
  timeoutMs?: number;
}

/** A live transcription. Its observables are hot, share one session, and complete when it ends. */
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
   * With a Flux model: the turns of the speaker. In any network, each turn starts once, before its first update, and has exactly
   * one `end` or one `withdrawn`. Other models give none.
   */
  readonly turns$: Observable<Turn>;
  /** Begins with the present status; emits each change once. */
  readonly status$: Observable<Status>;
  /** Problems, with cause and remedy. Begins with those before the first subscription. */
  readonly notices$: Observable<Notice>;
  /** Every message of the server, unchanged. */
  readonly messages$: Observable<ServerMessage>;
  /** The present counts of samples; a new object at each read. */
  readonly ledger: AudioLedger;
  /** Audio that waits to be sent, in milliseconds; an estimate before its format is known. */
  readonly backlogMs: number;
  /** Connections, attempts and KeepAlives so far; a new object at each read. */
  readonly counts: SessionCounts;
  /** Audio is refused, because of {@link pause}. */
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
   * Requests a final result of all audio accepted so far, on one channel (from 0) or all. `false`: none came within `finalizeMs`
   * after the request was sent. It ends the utterance, unless audio has come since. Rejects with a Flux model, which has no such
   * request.
   */
  finalize(channel?: number): Promise<boolean>;
  /**
   * With a Flux model: ends the speaker's turn after the audio accepted so far, for example when a key is released. `true`: the
   * turn has ended, or there was none; `false`: no answer came within `finalizeMs`. Rejects with another model, and where {@link
   * LiveTranscriptionOptions.forceEndTurn} is off.
   */
  endTurn(): Promise<boolean>;
  /**
   * Changes parameters of the open connection, after the audio accepted so far, and of every later one. `true`: the server
   * accepted; `false`: no answer came within 5 s, or the session has ended. Changes that are made while one is under way are sent
   * together.
   * @throws TranscriptionError (as a rejection) `invalid-option` for what cannot be changed, `bad-request` where the server refuses.
   */
  configure(change: ListenChange): Promise<boolean>;
  /**
   * Sends the remaining audio, waits for the last results, and settles at the latest after the time to send that audio plus 3 ×
   * `drainMs`, or after `timeoutMs`. Never rejects; may be called again.
   * @throws TranscriptionError `invalid-option` for a `timeoutMs` that is no time.
   */
  close(options?: CloseOptions): Promise<SessionReport>;
  /** Ends at once, without waiting for results. Unconfirmed audio stays pending in the report of {@link close}. */
  abort(): void;
  /** `await using live = createLiveTranscription(…)` calls {@link close} where the block ends, after an error too. */
  [Symbol.asyncDispose](): Promise<void>;
}
