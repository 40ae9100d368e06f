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
import type { AudioTap } from '../audio/audio-chunk.ts';
import type { LiveRun } from '../audio/live-run.ts';
import { type ConnectionActor, connectionMachine } from '../connection/connection-machine.ts';
import type { ConnectionEmitted } from '../connection/events.ts';
import { type HeldSocket, holdLater, type HoldSocket } from '../connection/hold-later.ts';
import { leafState } from '../connection/status.ts';
import { diagnose } from '../diagnosis/diagnose.ts';
import type { Notice } from '../diagnosis/notices.ts';
import { invalidOption, TranscriptionError } from '../errors.ts';
import type { LinkSession } from '../link/link-session.ts';
import type { ListenChange } from '../protocol/configure.ts';
import type { ConnectionEnd } from '../protocol/connection-end.ts';
import { abortOn } from './abort-on.ts';
import { EarlyAudio, type ReceivedAudio } from './early-audio.ts';
import { guardedInspector } from './guarded-inspector.ts';
import type { Links } from './links.ts';
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
import { isShown, type Status, statusOf } from './status.ts';
import { SessionStreams } from './streams.ts';
import { Surroundings } from './surroundings.ts';

/** Until the code for connections is loaded. */
const NO_COUNTS = { connections: 0, keepAlives: 0, silenceMs: 0, longestOutboundSilenceMs: 0 };

/** Shared result for the common case. */
const ACCEPTED: SendResult = Object.freeze({ accepted: true, backlogMs: 0, droppedMs: 0 });

export class Session implements LiveTranscription {
  readonly actor: ConnectionActor;
  readonly #options: CheckedOptions;
  readonly #streams: SessionStreams;
  readonly #around: Surroundings;
  /** Once its code is loaded. */
  #links: Links | undefined;
  #audio: ReceivedAudio;
  #run: LiveRun | undefined;
  #held: HeldSocket | undefined;
  #tap: AudioTap | undefined;
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
    const { clock } = options;
    const streams = new SessionStreams(options);
    this.#options = options;
    this.#streams = streams;
    const { keepAliveMs, disconnectAfterIdleMs, giveUpAfterMs, drainMs, canReauthorise, seed } = options;
    this.actor = createActor(connectionMachine, {
      input: { keepAliveMs, disconnectAfterIdleMs, giveUpAfterMs, drainMs, canReauthorise, seed },
      clock,
      ...(inspect ? { inspect: guardedInspector(inspect) } : {}),
    });
    this.#around = new Surroundings(options, streams, this.actor, { session, transport, heard });
    const links = this.#join();
    if (session && !links) throw invalidOption("session needs 'rx-deepgram/static'.", 'Import it first.');
    this.#audio = links?.audio ?? new EarlyAudio(this.#around);

    streams.status.next(this.#shown);
    // It also completes where the app stops it.
    this.actor.subscribe({ next: () => this.#followMachine(), complete: () => this.#letGo() });
    this.actor.on('*', (emitted) => this.#onEmitted(emitted));
    this.#stopWatching = options.environment({
      online: () => this.#around.send({ type: 'network.online' }),
      offline: () => this.#around.send({ type: 'network.offline' }),
      // A frozen page can send no KeepAlive: close the connection cleanly before the server does.
      frozen: () => this.#links?.lose({ kind: 'client-silent', cause: 'The page was frozen.' }),
    });
    this.actor.start();
    if (options.connect === 'eager' && !signal?.aborted) this.connect();
    links?.keep(this);
    if (signal) abortOn(signal, this);
  }

  /** Made at the first read: most sessions of a server need none. */
  get notices$(): Observable<Notice> {
    this.#streams.hasNotices = true;
    return (this.#notices ??= diagnose({
      options: this.#options,
      tapAudio: (tap) => this.#tapAudio(tap),
      acceptedSamples: () => this.#links?.audio.timeline.end ?? 0,
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
    return this.#audio.ledger;
  }

  get backlogMs(): number {
    return this.#audio.backlogMs;
  }

  get counts(): SessionCounts {
    const { attempts } = this.actor.getSnapshot().context;
    return { ...(this.#links?.sums ?? NO_COUNTS), attempts };
  }

  send(input: AudioChunk | CapturedAudio): SendResult {
    // Asked first: a subscriber may have paused or closed the session since the run began.
    const isOpen = !this.isPaused && this.#closeBy === undefined;
    if (isOpen && input instanceof Uint8Array && this.#run?.take(input)) return ACCEPTED;
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
    if (!this.#links) this.#join();
    const audio = this.#audio;
    if (!audio.hasRoom(size)) {
      this.#streams.report('audio-refused', { bytes: size });
      return this.#refuse('log-full');
    }
    const droppedBefore = audio.droppedMs;
    audio.push(chunk, capturedAt);
    this.#run ??= this.#links?.audio.timeline.run;
    const { backlogMs } = audio;
    if (backlogMs === 0) return ACCEPTED;
    return { accepted: true, backlogMs, droppedMs: audio.droppedMs - droppedBefore };
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  connect(): void {
    this.#around.send({ type: 'user.connect' });
  }

  async finalize(channel?: number): Promise<boolean> {
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
    const { present, audio } = this.#links ?? {};
    present?.control({ text, position: audio?.timeline.end ?? 0, onSent: () => undefined });
  }

  abort(): void {
    this.#around.send({ type: 'user.abort' });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Three times `drainMs`: the first finds a dead link, the rest is for a second drain. */
  async #close(): Promise<void> {
    const { clock, drainMs, catchUpRate } = this.#options;
    const latest = clock.now() + 3 * drainMs;
    const closeBy = () => this.#closeBy ?? latest;
    const { audio } = this.#links ?? {};
    if (audio?.intake.isWaiting) await audio.intake.settled(Math.min(drainMs, closeBy() - clock.now()));
    if (!this.#report) audio?.finish();
    const { pending, sampleRate } = this.ledger;
    const remainingMs = (audio ? (pending * 1000) / sampleRate : this.backlogMs) / catchUpRate;
    this.#closeBy = Math.min(closeBy(), latest + remainingMs);
    const deadlineMs = Math.max(0, this.#closeBy - clock.now());
    this.#around.send({ type: 'user.close', deadlineMs, pendingAudio: this.#audio.hasPending });
  }

  /** Makes the connecting part, if its code is loaded. */
  #join(): Links | undefined {
    const code = linksCode();
    if (!this.#links && code && !this.#report) {
      const { audio } = (this.#links = new code.Links(this.#around));
      audio.intake.tap = this.#tap;
      if (this.#audio instanceof EarlyAudio) this.#audio.passTo((held) => audio.pushHeld(held));
      this.#audio = audio;
    }
    return this.#links;
  }

  /** The same after its code has loaded, with the audio that came before; `undefined` if it cannot be loaded. */
  async #joined(): Promise<Links | undefined> {
    await loadLinks().catch(() => undefined);
    const links = this.#join();
    if (links?.audio.intake.isWaiting) await links.audio.intake.settled(this.#options.drainMs);
    if (this.#closeBy !== undefined && !this.#report) links?.audio.finish();
    return links;
  }

  #hold(): HeldSocket {
    const around = this.#around;
    if (this.#links) return this.#links.hold(around);
    const { clock } = this.#options;
    const loading = loadLinks()
      .then(() => this.#joined())
      .then(
        (links): HoldSocket =>
          (machine) =>
            (links as Links).hold(machine),
      );
    return holdLater(loading, around, () => clock.now(), this.#audio);
  }

  #letGo(): void {
    this.#held?.letGo();
    this.#held = undefined;
  }

  #errorOf(end: ConnectionEnd): TranscriptionError {
    const { cause: remedy = '' } = end;
    return (
      this.#links?.finalError(end) ??
      new TranscriptionError('retries-exhausted', 'Nothing could connect.', { remedy })
    );
  }

  /** Shows the audio from now on. */
  #tapAudio(tap: AudioTap | undefined): void {
    this.#tap = tap;
    this.#run?.end();
    if (this.#links) this.#links.audio.intake.tap = tap;
  }

  /** One listener for all emitted events: each listener costs memory in thousands of sessions. */
  #onEmitted(emitted: ConnectionEmitted): void {
    switch (emitted.type) {
      case 'attempt.due':
        this.#held = this.#hold();
        break;
      case 'attempt.over':
        this.#letGo();
        break;
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
    const { kept, intake } = this.#links?.audio ?? {};
    const lost = kept?.error;
    const state = lost ? 'failed' : leafState(value);
    if (isShown(this.#shown, state, context)) return;
    // The report counts every sample of a chunk that is still being read.
    const again = () => this.#followMachine();
    if (output && (intake?.defer(again) || kept?.defer(again, output.outcome, this.#closeBy))) return;
    if (state === 'idle-keepalive') this.#forgetRun();
    // New audio may never come: withdraw the open turn now.
    if (state === 'dormant') this.#links?.transcript.withdrawTurn();
    const { lastEnd } = context.budget;
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
    const { kept, intake } = this.#links?.audio ?? {};
    // Audio that was accepted but is not in the ledger.
    const isCutShort = outcome === 'drained' && (intake?.isWaiting || kept?.isPending);
    this.#links?.close();
    this.#audio.close();
    this.#report = {
      outcome: isCutShort ? 'deadline' : outcome,
      error,
      lastEnd: this.actor.getSnapshot().context.budget.lastEnd,
      ledger: this.ledger,
      ...this.counts,
    };
    this.#settle?.(this.#report);
  }

  #forgetRun(): void {
    this.#links?.timeline.forgetRun();
    this.#run = undefined;
  }

  #refuse(reason: Extract<SendResult, { accepted: false }>['reason']): SendResult {
    return { accepted: false, reason, backlogMs: this.backlogMs };
  }
}
