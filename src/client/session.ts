/**
 * The composition root: here, and only here, the parts of a session are joined. It decides nothing.
 *
 *   audio       send ─► intake ─► framing ─► timeline ─► link ─► socket
 *   messages    socket ─► link ─► protocol ─► transcript ─► transcripts$, utterances$
 *   decisions   link ─ facts ─► connection machine ─ drain.due ─► link
 */
import { type Observable, ReplaySubject, Subject } from 'rxjs';
import { type Actor, createActor, type InspectionEvent } from 'xstate';
import { transport as transportOfPlatform } from '#transport';
import { AdaptiveTimeout } from '../adaptive-timeout.ts';
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
import type { connectionMachine } from '../connection/connection-machine.ts';
import type { ConnectionEmitted, ConnectionEvent } from '../connection/events.ts';
import { bindPorts, connectedMachine } from '../connection/socket-actor.ts';
import { leafState, phaseOf } from '../connection/status.ts';
import { diagnose } from '../diagnosis/diagnose.ts';
import type { Fact } from '../diagnosis/observed-session.ts';
import type { Notice } from '../diagnosis/notices.ts';
import { watchEnvironment } from '../environment.ts';
import { invalidOption, TranscriptionError } from '../errors.ts';
import type { ReportFact } from '../facts.ts';
import { Link } from '../link/link.ts';
import type { LinkFact, LinkSession } from '../link/link-session.ts';
import type { ListenChange } from '../protocol/configure.ts';
import { type ConnectionEnd, reasonOf, remedyFor } from '../protocol/connection-end.ts';
import type { AudioFormat } from '../protocol/protocol.ts';
import type { ServerMessage } from '../protocol/server-message.ts';
import type { RebasedLink } from '../transcript/rebased-messages.ts';
import type { Transcript } from '../transcript/stitcher.ts';
import { TranscriptAssembly } from '../transcript/transcript-assembly.ts';
import type { Turn } from '../transcript/turns.ts';
import type { Utterance } from '../transcript/utterances.ts';
import { guarded as guardedTransport } from '../transports/guarded.ts';
import type { Handshake, Socket, Transport } from '../transports/transport.ts';
import { loadConfigure } from './configure.ts';
import type { ConfigureRequests } from './configure-requests.ts';
import { fluxCode, loadFlux } from './flux.ts';
import { FinalizeRequests } from './finalize-requests.ts';
import type {
  AudioLedger,
  CloseOptions,
  LiveTranscription,
  SendResult,
  SessionReport,
} from './live-transcription.ts';
import { type CheckedOptions, checkOptions, checkTimeout, type LiveTranscriptionOptions } from './options.ts';
import { type OpenConnection, type Status, statusOf } from './status.ts';

/** The socket of this platform, for wrapping: `ws` in Node, Bun and Deno, `WebSocket` elsewhere. */
export const platformTransport: Transport = transportOfPlatform;

/**
 * Starts a live transcription. Nothing is opened before the first audio, unless `connect` is `eager`.
 *
 * @throws TranscriptionError `invalid-option`, at once, for anything that cannot work.
 *
 * @example
 * ```ts
 * const live = createLiveTranscription({ auth: { apiKey }, listen: { model: 'nova-3', encoding: 'linear16', sample_rate: 16000 } });
 * live.transcripts$.subscribe(({ final, text }) => console.log(final ? '✔' : '…', text));
 * live.send(samples);
 * const report = await live.close();
 * ```
 */
export function createLiveTranscription(options: LiveTranscriptionOptions): LiveTranscription {
  return new Session(checkOptions(options), options);
}

/** For adapters that hand on messages: each event is heard with the link it came by, and texts of the app's own can be sent. */
export function createHeardTranscription(options: LiveTranscriptionOptions, heard: LinkSession['heard']) {
  const live = new Session(checkOptions(options), options, heard);
  return {
    live: live as LiveTranscription,
    /** Behind the audio accepted so far, on the present connection. */
    sendText: (text: string) => live.sendText(text),
  };
}

const MAX_UNHEARD_FACTS = 64;

/** Shared result of almost every chunk. */
const ACCEPTED: SendResult = Object.freeze({ accepted: true, backlogMs: 0, droppedMs: 0 });

/** To this multiple of `stallMs` the wait for an answer grows with a slow server; Deepgram itself gives up after 30 s. */
const MAX_ANSWER_FACTOR = 3;

/** Bytes that may wait in a socket before audio is held back: a second of it, at least this. */
const MIN_BUFFERED_BYTES = 64 * 1024;

/** A shorter backlog is not worth a notice. */
const MIN_BACKLOG_SECONDS = 1;

class Session implements LiveTranscription {
  readonly actor: Actor<typeof connectionMachine>;
  readonly #options: CheckedOptions;
  readonly #timeline: AudioTimeline;
  readonly #intake: Intake;
  readonly #transcript: TranscriptAssembly;
  readonly #requests: FinalizeRequests;
  #configures: ConfigureRequests | undefined;
  readonly #pauseWatch: PauseWatch | undefined;
  readonly #linkSession: LinkSession;
  #link: Link | undefined;
  /** The last connection. */
  #opened: OpenConnection = { connection: 0, since: 0, requestId: undefined };
  readonly #transcripts = new Subject<Transcript>();
  readonly #utterances = new Subject<Utterance>();
  /** As many as may wait for somebody to listen. */
  readonly #facts = new ReplaySubject<Fact>(MAX_UNHEARD_FACTS);
  readonly #messages = new Subject<ServerMessage>();
  readonly #turns = new Subject<Turn>();
  /** Late subscribers learn of the end, too. */
  readonly #status = new ReplaySubject<Status>(1);
  #shown: Status = { phase: 'waiting', state: 'dormant', lastEnd: undefined };
  readonly transcripts$ = this.#transcripts.asObservable();
  readonly utterances$ = this.#utterances.asObservable();
  readonly turns$ = this.#turns.asObservable();
  readonly messages$ = this.#messages.asObservable();
  readonly status$ = this.#status.asObservable();
  #notices: Observable<Notice> | undefined;
  isPaused = false;
  readonly #ended: Promise<SessionReport>;
  readonly #stopWatching: () => void;
  #settle!: (report: SessionReport) => void;
  #report: SessionReport | undefined;
  /** When `close()` has to settle, on the session's clock; `undefined` before it was called. */
  #closeBy: number | undefined;
  #credentialsError: unknown;
  #credentialsAskedAt: number | undefined;

  constructor(
    options: CheckedOptions,
    { inspect, transport = platformTransport }: LiveTranscriptionOptions,
    heard?: LinkSession['heard'],
  ) {
    const { clock, listen, log, protocol, finalizeMs, finalizeAfterMs } = options;
    const format = protocol.audioFormat(listen);
    this.#options = options;
    this.#ended = new Promise((resolve) => (this.#settle = resolve));
    this.#timeline = new AudioTimeline(clock, {
      rate: MILLISECONDS,
      frameBytes: 0,
      ...log,
      onDrop: ({ start, end, reason }) => {
        const { rate } = this.#timeline;
        this.#notify('audio-dropped', { startSeconds: start / rate, endSeconds: end / rate, reason });
      },
      onWaiting: () => this.#send({ type: 'audio.pending' }),
    });
    this.#intake = new Intake(clock, format, this.#timeline, this.#notify);
    this.#transcript = new TranscriptAssembly({
      transcripts: this.#transcripts,
      utterances: this.#utterances,
    });
    this.#requests = new FinalizeRequests(clock, this.#timeline, finalizeMs);
    if (finalizeAfterMs < Infinity) {
      // Without a link the next one begins the wait anew.
      this.#pauseWatch = new PauseWatch(clock, finalizeAfterMs, () => this.#link && void this.finalize());
    }
    const answerMs = options.stallMs * protocol.silenceFactor(listen);
    this.#linkSession = {
      clock,
      protocol,
      timeline: this.#timeline,
      settings: {
        ...options,
        mayEndTurn: options.forceEndTurn,
        maxBufferedBytes: maxBufferedBytesOf(format),
      },
      answerTimeout: new AdaptiveTimeout(answerMs, MAX_ANSWER_FACTOR * answerMs),
      framing: this.#intake,
      transcript: this.#transcript,
      requests: this.#requests,
      silence: format.kind === 'raw' && options.fillSilence ? format : undefined,
      counts: { keepAlives: 0, silenceSeconds: 0, longestSilenceMs: 0 },
      tell: (fact, link) => this.#tell(fact, link),
      report: this.#notify,
      message: (message) => {
        this.#configures?.message(message);
        this.#messages.next(message);
      },
      heard,
      ended: (link) => this.#linkEnded(link),
    };

    const { keepAliveMs, disconnectAfterIdleMs, giveUpAfterMs, drainMs, canReauthorise, seed } = options;
    this.actor = createActor(connectedMachine, {
      input: { keepAliveMs, disconnectAfterIdleMs, giveUpAfterMs, drainMs, canReauthorise, seed },
      clock,
      ...(inspect ? { inspect: guarded(inspect) } : {}),
    });
    bindPorts(this.actor.system, {
      ...options,
      transport: guardedTransport(transport),
      address: () => protocol.address(options.baseUrl, this.#linkSession.settings.listen),
      ...(protocol.keep && { load: loadFlux }),
      openLink: (socket, handshake) => this.#openLink(socket, handshake),
      hasPendingAudio: () => this.#timeline.hasPending,
      credentials: (signal) => {
        this.#credentialsAskedAt = clock.now();
        return options.credentials(signal).finally(() => (this.#credentialsAskedAt = undefined));
      },
      credentialsFailed: (error) => {
        this.#credentialsError = error;
        this.#notify('credentials-failed', {}, error);
      },
    });
    this.#status.next(this.#shown);
    this.actor.subscribe(() => this.#followMachine());
    this.actor.on('*', (emitted) => this.#onEmitted(emitted));
    this.#stopWatching = watchEnvironment({
      online: () => this.#send({ type: 'network.online' }),
      offline: () => this.#send({ type: 'network.offline' }),
      // No KeepAlive can be sent then: rather than be closed for silence, the connection is given back in good order.
      frozen: () =>
        this.#send({
          type: 'socket.ended',
          ...this.#lost({ kind: 'client-silent', cause: 'The page was frozen.' }),
        }),
    });
    this.actor.start();
    if (options.connect === 'eager') this.connect();
  }

  /** Made when it is asked for: most sessions of a server have nobody who asks. */
  get notices$(): Observable<Notice> {
    return (this.#notices ??= diagnose({
      options: this.#options,
      audio: this.#intake,
      acceptedSamples: () => this.#timeline.end,
      backlogMs: () => this.backlogMs,
      link: () => this.#link,
      status$: this.#status,
      messages$: this.#messages,
      facts$: this.#facts,
      isPaused: () => this.isPaused,
      credentialsAskedAt: () => this.#credentialsAskedAt,
    }));
  }

  get ledger(): AudioLedger {
    return { ...this.#timeline.snapshot(), sampleRate: this.#timeline.rate };
  }

  get backlogMs(): number {
    return (this.#timeline.unsent * 1000) / this.#timeline.rate + this.#intake.waitingMs;
  }

  send(input: AudioChunk | CapturedAudio): SendResult {
    const capturedAt = capturedAtOf(input);
    const chunk = capturedAt === undefined ? (input as AudioChunk) : (input as CapturedAudio).audio;
    const size = sizeOf(chunk);
    refuseFloats(chunk, this.#options.listen.encoding);
    if (this.#closeBy !== undefined || this.#report) return this.#refuse('closed');
    if (this.isPaused) return this.#refuse('paused');
    if (size === 0) {
      this.#notify('empty-audio', {});
      return this.#refuse('empty');
    }
    if (!this.#hasRoom(size)) {
      this.#notify('audio-refused', { bytes: size });
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
    const { end } = this.#timeline;
    const text = this.#options.protocol.finalize?.(channel);
    if (text === undefined) throw invalidOption('Flux has no finalize().', 'Call endTurn().');
    const isFinal = await this.#requests.request(text, channel);
    if (this.#timeline.end === end) this.#transcript.finalized(channel);
    return isFinal;
  }

  async endTurn(): Promise<boolean> {
    const { protocol, forceEndTurn } = this.#options;
    if (protocol.endTurn === undefined)
      throw invalidOption('endTurn() needs a Flux model.', 'Call finalize().');
    if (!forceEndTurn)
      throw invalidOption(
        'endTurn() is off for this baseUrl.',
        'Give forceEndTurn: true if the server knows ForceEndTurn.',
      );
    return this.#requests.request(protocol.endTurn);
  }

  async configure(change: ListenChange): Promise<boolean> {
    const position = this.#timeline.end;
    const { ConfigureRequests } = await loadConfigure();
    if (this.#report) return false;
    this.#configures ??= new ConfigureRequests(this.#linkSession, this.#link);
    return this.#configures.request(change, position);
  }

  close({ timeoutMs = Infinity }: CloseOptions = {}): Promise<SessionReport> {
    const closeBy = this.#options.clock.now() + checkTimeout(timeoutMs);
    if (this.#closeBy === undefined || closeBy < this.#closeBy) {
      this.#closeBy = closeBy;
      void this.#close();
    }
    return this.#ended;
  }

  sendText(text: string): void {
    this.#link?.control({ text, position: this.#timeline.end, onSent: () => undefined });
  }

  abort(): void {
    this.#send({ type: 'user.abort' });
  }

  /** Three times `drainMs`: a dead link is found after the first, and the second drain may take the rest. */
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

  /** Whether so many bytes fit, if need be by pushing unconfirmed audio out; never more than the log holds. */
  #hasRoom(bytes: number): boolean {
    const { overflow, maxBytes } = this.#options.log;
    const { waitingBytes } = this.#intake;
    if (overflow === 'refuse') return this.#timeline.hasRoom(waitingBytes + bytes);
    return waitingBytes + bytes <= maxBytes;
  }

  /** A connection is open: its link sends what is unconfirmed, and then what comes. */
  #openLink(socket: Socket, { requestId }: Handshake): Link {
    const { isExact } = this.#intake;
    const connection = this.#opened.connection + 1;
    this.#opened = { connection, since: this.#options.clock.wallTime(), requestId };
    if (!isExact) this.#transcript.forgetCoverage();
    if (connection > 1) this.#skipBacklog();
    const code = this.#options.protocol.keep && fluxCode();
    if (code) {
      const { clock } = this.#options;
      this.#transcript.turns ??= new code.TurnTracker(
        (turn) => this.#turns.next(turn),
        () => clock.wallTime(),
      );
    }
    const backlogSeconds = this.backlogMs / 1000;
    const link = new Link(this.#linkSession, connection, socket, this.#requests.controls);
    this.#link = link;
    this.#requests.attach(link);
    link.start();
    this.#configures?.attach(link);
    if (backlogSeconds > 0) this.#pauseWatch?.accepted(this.#options.clock.now());
    if (connection > 1 && !isExact) this.#notify('audio-inexact', { connection });
    if (backlogSeconds >= MIN_BACKLOG_SECONDS) {
      const { catchUpRate } = this.#options;
      // While audio goes on coming, a backlog gets shorter by only what is sent beyond real time.
      const isFlowing = this.#closeBy === undefined && this.#intake.isFlowing;
      const doneInSeconds = backlogSeconds / (isFlowing ? catchUpRate - 1 : catchUpRate);
      this.#notify('catching-up', { backlogSeconds, doneInSeconds });
    }
    return link;
  }

  #linkEnded(link: RebasedLink): void {
    if (this.#link !== link) return;
    this.#link = undefined;
    this.#transcript.turns?.linkEnded();
    this.#configures?.attach(undefined);
    this.#requests.attach(undefined);
  }

  /** After an outage: gives up what the catch-up policy does not want. */
  #skipBacklog(): void {
    const { catchUp } = this.#options;
    if (catchUp === 'all') return;
    const keptSeconds = catchUp === 'live' ? 0 : catchUp.lastSeconds;
    this.#timeline.skipTo(this.#timeline.end - Math.round(keptSeconds * this.#timeline.rate));
  }

  #tell(fact: LinkFact, { number: link }: RebasedLink): void {
    if (fact.type === 'socket.stalled') this.#send({ ...fact, ...this.#lost({ kind: 'stalled' }), link });
    else this.#send({ ...fact, link });
  }

  #send(event: ConnectionEvent): void {
    if (!this.#report) this.actor.send(event);
  }

  /** One listener for everything that the machine emits: each costs thousands of sessions the same. */
  #onEmitted(emitted: ConnectionEmitted): void {
    switch (emitted.type) {
      case 'drain.due':
        this.#link?.drain();
        break;
      case 'connection.suspected':
        this.#link?.suspect();
        break;
      case 'connection.opened':
        break;
      case 'connection.lost':
        this.#notify('connection-lost', { ...emitted.end, attempt: emitted.attempt });
        break;
      case 'connection.suspended':
        this.#notify('connection-suspended', {});
        break;
      default:
        emitted satisfies never;
    }
  }

  #lost(end: ConnectionEnd) {
    return {
      end,
      at: this.#options.clock.now(),
      link: this.#opened.connection,
      pendingAudio: this.#timeline.hasPending,
      flowingAudio: true,
    };
  }

  #followMachine(): void {
    const { value, context, output } = this.actor.getSnapshot();
    const state = leafState(value);
    const { state: shownState, phase: shownPhase, lastEnd: shownEnd } = this.#shown;
    if (shownState === state && shownPhase === phaseOf(state, context) && shownEnd === context.lastEnd)
      return;
    // What waits for new audio to be heard again may wait for ever.
    if (state === 'dormant') this.#transcript.withdrawTurn();
    const error = state === 'failed' && context.lastEnd ? this.#errorOf(context.lastEnd) : undefined;
    if (output) this.#finish(output.outcome, error);
    const { clock } = this.#options;
    this.#shown = statusOf(state, context, {
      opened: this.#opened,
      outcome: this.#report?.outcome ?? context.outcome,
      error,
      wallTimeOf: (at) => clock.wallTime() + at - clock.now(),
    });
    this.#status.next(this.#shown);
    if (output) this.#complete();
  }

  /** Everything that can still be reported is reported before the observables complete. */
  #finish(outcome: SessionReport['outcome'], error: TranscriptionError | undefined): void {
    this.#stopWatching();
    this.#pauseWatch?.stop();
    // Audio that was accepted and never came as far as the ledger.
    const isCutShort = outcome === 'drained' && this.#intake.isWaiting;
    this.#transcript.close();
    this.#timeline.announce();
    this.#intake.close();
    this.#requests.close();
    this.#configures?.close();
    const { keepAlives, silenceSeconds, longestSilenceMs } = this.#linkSession.counts;
    this.#report = {
      outcome: isCutShort ? 'deadline' : outcome,
      error,
      lastEnd: this.actor.getSnapshot().context.lastEnd,
      ledger: this.ledger,
      connections: this.#opened.connection,
      attempts: this.actor.getSnapshot().context.attempts,
      keepAlives,
      silenceMs: silenceSeconds * 1000,
      longestOutboundSilenceMs: longestSilenceMs,
    };
    this.#settle(this.#report);
  }

  #complete(): void {
    for (const subject of [
      this.#transcripts,
      this.#utterances,
      this.#turns,
      this.#messages,
      this.#facts,
      this.#status,
    ]) {
      subject.complete();
    }
  }

  #errorOf(end: ConnectionEnd): TranscriptionError {
    const { kind, status, code, serverMessage = end.cause } = end;
    const remedy =
      remedyFor(kind) ?? 'Check the network and how many connections are open, or raise giveUpAfterMs.';
    const how = [kind, status && `HTTP ${status}`, code, serverMessage].filter(Boolean).join(', ');
    const cause = kind === 'credentials-failed' ? this.#credentialsError : undefined;
    return new TranscriptionError(reasonOf(kind), `The connection ended for good (${how}).`, {
      ...end,
      remedy,
      cause,
    });
  }

  #refuse(reason: Extract<SendResult, { accepted: false }>['reason']): SendResult {
    return { accepted: false, reason, backlogMs: this.backlogMs };
  }

  readonly #notify: ReportFact = (code, evidence, cause) => {
    this.#facts.next({ code, evidence, at: this.#options.clock.wallTime(), cause });
  };
}

function maxBufferedBytesOf(format: AudioFormat): number {
  return format.kind === 'raw'
    ? Math.max(MIN_BUFFERED_BYTES, format.sampleRate * format.frameBytes)
    : MIN_BUFFERED_BYTES;
}

/** Between the two, so that an inspector that throws does not throw out of `createActor`, and of every event after it. */
function guarded(inspect: NonNullable<LiveTranscriptionOptions['inspect']>): Subject<InspectionEvent> {
  const events = new Subject<InspectionEvent>();
  events.subscribe(inspect);
  return events;
}
