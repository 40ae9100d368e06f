/**
 * The composition root: only this file connects the parts of a session. It decides nothing.
 *
 *   audio       send ─► intake ─► framing ─► timeline ─► link ─► socket
 *   messages    socket ─► link ─► protocol ─► transcript ─► transcripts$, utterances$
 *   decisions   link ─ facts ─► connection machine ─ drain.due ─► link
 */
import type { Observable } from 'rxjs';
import { createActor } from 'xstate';
import { linksCode, loadLinks } from '#links';
import {
  type AudioChunk,
  type CapturedAudio,
  capturedAtOf,
  refuseFloats,
  sizeOf,
} from '../audio/audio-chunk.ts';
import { AudioTimeline } from '../audio/audio-timeline.ts';
import { MILLISECONDS } from '../audio/framing.ts';
import { Intake } from '../audio/intake.ts';
import { PauseWatch } from '../audio/pause-watch.ts';
import type { ConnectionActor } from '../connection/connection-machine.ts';
import type { ConnectionEmitted, ConnectionEvent } from '../connection/events.ts';
import { bindSocket, connectedMachine, holdLater, type HoldSocket } from '../connection/socket-actor.ts';
import { leafState } from '../connection/status.ts';
import { diagnose } from '../diagnosis/diagnose.ts';
import type { Notice } from '../diagnosis/notices.ts';
import { invalidOption, TranscriptionError } from '../errors.ts';
import type { LinkSession } from '../link/link-session.ts';
import type { ListenChange } from '../protocol/configure.ts';
import type { ConnectionEnd } from '../protocol/connection-end.ts';
import { abortOn } from './abort-on.ts';
import { Backlog } from './backlog.ts';
import { guardedInspector } from './guarded-inspector.ts';
import type { Links, LinkSurroundings } from './links.ts';
import type {
  AudioLedger,
  CloseOptions,
  LiveTranscription,
  SendResult,
  SessionCounts,
  SessionReport,
} from './live-transcription.ts';
import { type CheckedOptions, checkTimeout, type LiveTranscriptionOptions } from './options.ts';
import { platformTransport } from './platform-transport.ts';
import type { Kept } from './session-keeper.ts';
import { isShown, type Status, statusOf } from './status.ts';
import { SessionStreams } from './streams.ts';

/** Until the code for connections is loaded. */
const NO_COUNTS = { connections: 0, keepAlives: 0, silenceMs: 0, longestOutboundSilenceMs: 0 };

/** Shared result for the common case. */
const ACCEPTED: SendResult = Object.freeze({ accepted: true, backlogMs: 0, droppedMs: 0 });

export class Session implements LiveTranscription {
  readonly actor: ConnectionActor;
  readonly #options: CheckedOptions;
  readonly #streams: SessionStreams;
  readonly #timeline: AudioTimeline;
  readonly #intake: Intake;
  readonly #backlog: Backlog;
  readonly #pauseWatch: PauseWatch | undefined;
  readonly #around: LinkSurroundings;
  /** Once its code is loaded. */
  #links: Links | undefined;
  readonly #kept: Kept | undefined;
  #shown: Status = { phase: 'waiting', state: 'dormant', lastEnd: undefined };
  #notices: Observable<Notice> | undefined;
  isPaused = false;
  #ended: Promise<SessionReport> | undefined;
  readonly #stopWatching: () => void;
  #settle: ((report: SessionReport) => void) | undefined;
  #report: SessionReport | undefined;
  /** The time when `close()` must settle, on the session's clock; `undefined` before `close()`. */
  #closeBy: number | undefined;

  constructor(
    options: CheckedOptions,
    { inspect, session, signal, transport = platformTransport }: LiveTranscriptionOptions,
    heard?: LinkSession['heard'],
  ) {
    const { api, clock, listen, log, finalizeAfterMs } = options;
    const format = api.audioFormat(listen);
    const streams = new SessionStreams(options, () => this.#notices !== undefined);
    this.#options = options;
    this.#streams = streams;
    const send = (event: ConnectionEvent) => this.#send(event);
    const timeline = new AudioTimeline(clock, {
      rate: MILLISECONDS,
      frameBytes: 0,
      ...log,
      onDrop: ({ start, end, reason }) => {
        const { rate } = timeline;
        streams.report('audio-dropped', { startSeconds: start / rate, endSeconds: end / rate, reason });
      },
      onWaiting: () => send({ type: 'audio.pending' }),
    });
    const kept = session?.join({ clock, listen, format, timeline, streams });
    const intake = new Intake(clock, format, kept?.sink ?? timeline, streams.report);
    const backlog = new Backlog(options, timeline, intake);
    // Without a link, the next link starts the timeout.
    const finalizeInPause = () => this.#links?.present && void this.finalize();
    const pauseWatch =
      finalizeAfterMs < Infinity ? new PauseWatch(clock, finalizeAfterMs, finalizeInPause) : undefined;
    const audio = { format, timeline, intake, backlog, pauseWatch };
    this.#around = { options, ...audio, streams, kept, transport, send, heard };
    const links = this.#join();
    if (kept && !links) throw invalidOption("session needs 'rx-deepgram/static'.", 'Import it first.');
    this.#kept = kept;
    this.#timeline = timeline;
    this.#intake = intake;
    this.#backlog = backlog;
    this.#pauseWatch = pauseWatch;

    const { keepAliveMs, disconnectAfterIdleMs, giveUpAfterMs, drainMs, canReauthorise, seed } = options;
    this.actor = createActor(connectedMachine, {
      input: { keepAliveMs, disconnectAfterIdleMs, giveUpAfterMs, drainMs, canReauthorise, seed },
      clock,
      ...(inspect ? { inspect: guardedInspector(inspect) } : {}),
    });
    bindSocket(this.actor.system, (report) => this.#hold(report));
    streams.status.next(this.#shown);
    this.actor.subscribe(() => this.#followMachine());
    this.actor.on('*', (emitted) => this.#onEmitted(emitted));
    this.#stopWatching = options.environment({
      online: () => send({ type: 'network.online' }),
      offline: () => send({ type: 'network.offline' }),
      // A frozen page can send no KeepAlive: close the connection cleanly before the server does.
      frozen: () => this.#links?.lose({ kind: 'client-silent', cause: 'The page was frozen.' }),
    });
    this.actor.start();
    if (options.connect === 'eager' && !signal?.aborted) this.connect();
    if (links) kept?.start({ live: this, intake, links, stitcher: links.transcript.stitcher });
    if (signal) abortOn(signal, this);
  }

  /** Made at the first read: most sessions of a server need none. */
  get notices$(): Observable<Notice> {
    return (this.#notices ??= diagnose({
      options: this.#options,
      audio: this.#intake,
      acceptedSamples: () => this.#timeline.end,
      backlogMs: () => this.backlogMs,
      link: () => this.#links?.present,
      status$: this.status$,
      messages$: this.messages$,
      facts$: this.#streams.facts.values$,
      isPaused: () => this.isPaused,
      credentialsAskedAt: () => this.#links?.credentialsAskedAt,
    }));
  }

  get transcripts$(): LiveTranscription['transcripts$'] {
    return this.#streams.transcripts.values$;
  }

  get utterances$(): LiveTranscription['utterances$'] {
    return this.#streams.utterances.values$;
  }

  get turns$(): LiveTranscription['turns$'] {
    return this.#streams.turns.values$;
  }

  get status$(): LiveTranscription['status$'] {
    return this.#streams.status.values$;
  }

  get messages$(): LiveTranscription['messages$'] {
    return this.#streams.messages.values$;
  }

  get ledger(): AudioLedger {
    return { ...this.#timeline.snapshot(), sampleRate: this.#timeline.rate };
  }

  get backlogMs(): number {
    return this.#backlog.ms;
  }

  get counts(): SessionCounts {
    const { attempts } = this.actor.getSnapshot().context;
    return { ...(this.#links?.counts ?? NO_COUNTS), attempts };
  }

  send(input: AudioChunk | CapturedAudio): SendResult {
    const capturedAt = capturedAtOf(input);
    const chunk = capturedAt === undefined ? (input as AudioChunk) : (input as CapturedAudio).audio;
    const size = sizeOf(chunk);
    if (!(chunk instanceof Uint8Array)) refuseFloats(chunk, this.#options.listen.encoding);
    if (this.#closeBy !== undefined || this.#report) return this.#refuse('closed');
    if (this.isPaused) return this.#refuse('paused');
    if (size === 0) {
      this.#streams.report('empty-audio', {});
      return this.#refuse('empty');
    }
    if (!this.#backlog.hasRoom(size)) {
      this.#streams.report('audio-refused', { bytes: size });
      return this.#refuse('log-full');
    }
    const droppedBefore = this.#timeline.dropped;
    this.#intake.push(chunk, capturedAt);
    this.#pauseWatch?.accepted(this.#options.clock.now());
    const { backlogMs } = this;
    if (backlogMs === 0) return ACCEPTED;
    const droppedMs = ((this.#timeline.dropped - droppedBefore) * 1000) / this.#timeline.rate;
    return { accepted: true, backlogMs, droppedMs };
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  connect(): void {
    this.#send({ type: 'user.connect' });
  }

  async finalize(channel?: number): Promise<boolean> {
    if (this.#intake.isWaiting) await this.#intake.settled(this.#options.finalizeMs);
    return (this.#links ?? (await this.#joined()))?.finalize(channel) ?? false;
  }

  async endTurn(): Promise<boolean> {
    return (this.#links ?? (await this.#joined()))?.endTurn() ?? false;
  }

  async configure(change: ListenChange): Promise<boolean> {
    return (this.#links ?? (await this.#joined()))?.configure(change) ?? false;
  }

  close({ timeoutMs = Infinity }: CloseOptions = {}): Promise<SessionReport> {
    const closeBy = this.#options.clock.now() + checkTimeout(timeoutMs);
    if (this.#closeBy === undefined || closeBy < this.#closeBy) {
      this.#closeBy = closeBy;
      void this.#close();
    }
    return (this.#ended ??= new Promise((resolve) => {
      if (this.#report) resolve(this.#report);
      else this.#settle = resolve;
    }));
  }

  sendText(text: string): void {
    this.#links?.present?.control({ text, position: this.#timeline.end, onSent: () => undefined });
  }

  abort(): void {
    this.#send({ type: 'user.abort' });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Three times `drainMs`: the first finds a dead link, the rest is for a second drain. */
  async #close(): Promise<void> {
    const { clock, drainMs, catchUpRate } = this.#options;
    const latest = clock.now() + 3 * drainMs;
    const closeBy = () => this.#closeBy ?? latest;
    if (this.#intake.isWaiting) await this.#intake.settled(Math.min(drainMs, closeBy() - clock.now()));
    this.#pauseWatch?.stop();
    if (!this.#report) this.#intake.finish();
    const { pending } = this.ledger;
    const remainingMs = (pending * 1000) / this.#timeline.rate / catchUpRate;
    this.#closeBy = Math.min(closeBy(), latest + remainingMs);
    const deadlineMs = Math.max(0, this.#closeBy - clock.now());
    this.#send({ type: 'user.close', deadlineMs, pendingAudio: pending > 0 });
  }

  /** Makes the connecting part, if its code is loaded. */
  #join(): Links | undefined {
    const code = linksCode();
    if (!this.#links && code) {
      this.#links = new code.Links(this.#around);
      if (this.#report) this.#links.close();
    }
    return this.#links;
  }

  /** `undefined` if its code cannot be loaded. */
  #joined(): Promise<Links | undefined> {
    return loadLinks().then(
      () => this.#join(),
      () => undefined,
    );
  }

  #hold(send: (event: ConnectionEvent) => void): () => void {
    const links = this.#join();
    if (links) return links.hold(send);
    const { clock } = this.#options;
    const loading = loadLinks().then((): HoldSocket => (report) => (this.#join() as Links).hold(report));
    return holdLater(loading, send, () => clock.now(), this.#timeline);
  }

  #errorOf(end: ConnectionEnd): TranscriptionError {
    const { cause: remedy = '' } = end;
    return (
      this.#links?.finalError(end) ??
      new TranscriptionError('retries-exhausted', 'Nothing could connect.', { remedy })
    );
  }

  #send(event: ConnectionEvent): void {
    if (this.actor.getSnapshot().status === 'active') this.actor.send(event);
  }

  /** One listener for all emitted events: each listener costs memory in thousands of sessions. */
  #onEmitted(emitted: ConnectionEmitted): void {
    switch (emitted.type) {
      case 'drain.due':
        this.#links?.present?.drain();
        break;
      case 'connection.suspected':
        this.#links?.present?.suspect();
        break;
      case 'connection.opened':
        break;
      case 'connection.lost':
        this.#streams.report('connection-lost', { ...emitted.end, attempt: emitted.attempt });
        break;
      case 'connection.suspended':
        this.#streams.report('connection-suspended', { ...emitted.end });
        break;
      default:
        emitted satisfies never;
    }
  }

  #followMachine(): void {
    const { value, context, output } = this.actor.getSnapshot();
    const lost = this.#kept?.error;
    const state = lost ? 'failed' : leafState(value);
    if (isShown(this.#shown, state, context)) return;
    // The report counts every sample of a chunk that is still being read.
    const again = () => this.#followMachine();
    if (output && (this.#intake.defer(again) || this.#kept?.defer(again, output.outcome, this.#closeBy)))
      return;
    // New audio may never come: withdraw the open turn now.
    if (state === 'dormant') this.#links?.transcript.withdrawTurn();
    const { lastEnd } = context;
    const error = lost ?? (state === 'failed' && lastEnd ? this.#errorOf(lastEnd) : undefined);
    if (output) this.#finish(lost ? 'failed' : output.outcome, error);
    const { clock } = this.#options;
    this.#shown = statusOf(state, context, {
      opened: this.#links?.opened,
      outcome: this.#report?.outcome ?? context.outcome,
      error,
      wallTimeOf: (at) => clock.wallTime() + at - clock.now(),
    });
    this.#streams.status.next(this.#shown);
    if (output) this.#streams.complete(error);
  }

  /** Emit all pending reports before the observables complete. */
  #finish(outcome: SessionReport['outcome'], error: TranscriptionError | undefined): void {
    this.#stopWatching();
    this.#pauseWatch?.stop();
    // Audio that was accepted but is not in the ledger.
    const isCutShort = outcome === 'drained' && (this.#intake.isWaiting || this.#kept?.isPending);
    this.#links?.close();
    this.#timeline.close();
    this.#intake.close();
    this.#report = {
      outcome: isCutShort ? 'deadline' : outcome,
      error,
      lastEnd: this.actor.getSnapshot().context.lastEnd,
      ledger: this.ledger,
      ...this.counts,
    };
    this.#settle?.(this.#report);
  }

  #refuse(reason: Extract<SendResult, { accepted: false }>['reason']): SendResult {
    return { accepted: false, reason, backlogMs: this.backlogMs };
  }
}
