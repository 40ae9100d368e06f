/**
 * The composition root: here, and only here, the planes meet. The machine decides and is told facts; the data plane carries,
 * and is told what is due.
 *
 *   send ─► intake ─► framing ─► timeline ─► uplink ─► socket          facts:   audio.pending · audio.idle · audio.confirmed
 *   transcripts$ ◄── downlink (stitcher, utterances) ◄─── socket       is due:  keep-alive.due · drain.due
 */
import { BehaviorSubject, type Observable, Subject } from 'rxjs';
import { type Actor, createActor } from 'xstate';
import { transport as platformTransport } from '#transport';
import { connectedMachine, lendPorts, type Line } from './control/actors/socket-actor.ts';
import type { connectionMachine } from './control/connection-machine.ts';
import type { ConnectionEvent } from './control/events.ts';
import { type ConnectionPhase, type ConnectionState, leafState, phaseOf } from './control/status.ts';
import { AudioTimeline } from './data/audio-timeline.ts';
import { CaptureClock } from './data/capture-clock.ts';
import { Downlink } from './data/downlink.ts';
import { Finalizer } from './data/finalizer.ts';
import { ContainerFraming, type Framing, type FrameSink, PacketFraming, RawFraming } from './data/framing.ts';
import { type AudioChunk, Intake, sizeOf } from './data/intake.ts';
import type { LedgerSnapshot } from './data/ledger.ts';
import type { Transcript } from './data/stitcher.ts';
import { type Primer, Uplink } from './data/uplink.ts';
import type { Utterance } from './data/utterances.ts';
import * as notices from './diagnosis/notices.ts';
import { watchNetwork } from './environment.ts';
import { TranscriptionError } from './errors.ts';
import { type CheckedOptions, checkOptions, type LiveTranscriptionOptions } from './options.ts';
import { type ConnectionEnd, endingOf } from './protocol/close-reasons.ts';
import { type AudioFormat, audioFormatOf, listenUrl } from './protocol/listen-parameters.ts';
import type { ServerMessage } from './protocol/server-messages.ts';

/** Where the session stands. */
export interface Status {
  phase: ConnectionPhase;
  /** The machine's leaf state, for those who want to know exactly. */
  state: ConnectionState;
  /** Why the session failed. */
  error: TranscriptionError | undefined;
}

/** Where every sample stands: `accepted = confirmed + pending + dropped`. Samples are those of one channel. */
export interface AudioLedger extends LedgerSnapshot {
  /** Samples per second; 1000, for milliseconds, where the audio does not tell its rate. */
  sampleRate: number;
}

/** The fate of one chunk. */
export type SendResult =
  /** It is logged, and will be sent. `backlogMs` is how much audio waits to be sent. */
  | { accepted: true; backlogMs: number }
  | { accepted: false; reason: 'paused' | 'empty' | 'log-full' | 'closed'; backlogMs: number };

/** What a session came to. */
export interface SessionReport {
  /** `drained`: the server has said its last; `deadline`: it has not in time; `aborted`, or `failed` with `error`. */
  outcome: 'drained' | 'deadline' | 'aborted' | 'failed';
  error: TranscriptionError | undefined;
  ledger: AudioLedger;
  /** Connections that were opened; all but the first are reconnects. */
  connections: number;
  /** Attempts to open one. */
  attempts: number;
  keepAlives: number;
  /** The longest time between two frames on one connection: below Deepgram's 10 000 it never closes for silence. */
  longestOutboundSilenceMs: number;
}

/** A live transcription. Its observables are hot, share one session, and complete when it ends, for whatever reason. */
export interface LiveTranscription {
  /**
   * Takes audio, cut anywhere; it is copied at once.
   * @throws TranscriptionError `invalid-audio` for something that is no audio.
   */
  send(chunk: AudioChunk): SendResult;
  /** Interim and final transcripts; a later one with the same `id` replaces the earlier. */
  readonly transcripts$: Observable<Transcript>;
  /** Finals joined until the speaker pauses. */
  readonly utterances$: Observable<Utterance>;
  /** Begins with the present status. */
  readonly status$: Observable<Status>;
  readonly notices$: Observable<notices.Notice>;
  /** Everything the server says, as it says it. */
  readonly messages$: Observable<ServerMessage>;
  readonly ledger: AudioLedger;
  /** The XState actor, for inspectors and `@xstate/react`. */
  readonly actor: Actor<typeof connectionMachine>;
  /** Refuses audio until {@link resume}, and holds the connection. */
  pause(): void;
  resume(): void;
  /** Opens a connection now, without waiting for audio. */
  connect(): void;
  /**
   * Asks for a final result of everything accepted so far, on one channel or all. `false`: none was seen in time.
   */
  finalize(channel?: number): Promise<boolean>;
  /** Sends what remains, takes the last results, and settles within its deadline. Never rejects; may be called again. */
  close(): Promise<SessionReport>;
  /** Ends at once. */
  abort(): void;
}

/** Bytes that may wait in a socket before audio is held back: a second of it, at least this. */
const MIN_BUFFERED_BYTES = 64 * 1024;

/** A backlog worth telling of. */
const TELL_BACKLOG_SECONDS = 1;

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

class Session implements LiveTranscription, Line {
  readonly actor: Actor<typeof connectionMachine>;
  readonly #options: CheckedOptions;
  readonly #transcripts = new Subject<Transcript>();
  readonly #utterances = new Subject<Utterance>();
  readonly #status: BehaviorSubject<Status>;
  readonly #notices = new Subject<notices.Notice>();
  readonly #messages = new Subject<ServerMessage>();
  readonly transcripts$ = this.#transcripts.asObservable();
  readonly utterances$ = this.#utterances.asObservable();
  readonly status$: Observable<Status>;
  readonly notices$ = this.#notices.asObservable();
  readonly messages$ = this.#messages.asObservable();
  readonly #timeline: AudioTimeline;
  readonly #captureClock: CaptureClock;
  readonly #intake: Intake;
  readonly #framing: Framing;
  readonly #uplink: Uplink;
  readonly #downlink: Downlink;
  readonly #finalizer: Finalizer;
  readonly #ended: Promise<SessionReport>;
  #endSession!: (report: SessionReport) => void;
  #report: SessionReport | undefined;
  #closing: Promise<SessionReport> | undefined;
  #isDrained = false;
  #isAborted = false;
  #isPaused = false;
  #isCondemned = false;
  #isFull = false;
  #hasToldEmpty = false;
  #credentialsError: unknown;
  readonly #stopWatchingNetwork: () => void;

  constructor(options: CheckedOptions, { inspect, transport = platformTransport }: LiveTranscriptionOptions) {
    this.#options = options;
    const { clock, listen, log } = options;
    const format = audioFormatOf(listen);
    this.#ended = new Promise((resolve) => (this.#endSession = resolve));
    this.#timeline = new AudioTimeline({
      rate: 1000,
      frameBytes: 0,
      maxSeconds: log.maxSeconds,
      maxBytes: log.maxBytes,
      onDrop: ({ start, end, reason }) =>
        this.#notify(notices.audioDropped(start / this.#timeline.rate, end / this.#timeline.rate, reason)),
    });
    this.#captureClock = new CaptureClock(clock);
    this.#framing = createFraming(format, {
      append: (bytes, samples, isBoundary, opening) => this.#append(bytes, samples, isBoundary, opening),
      setFormat: (rate, frameBytes) => this.#timeline.setFormat(rate, frameBytes),
    });
    this.#intake = new Intake(
      (bytes) => this.#accept(bytes),
      (error, bytes) => this.#notify(notices.audioUnreadable(bytes, error)),
    );
    this.#uplink = new Uplink(
      clock,
      this.#timeline,
      {
        keepAliveMs: options.keepAliveMs,
        stallMs: options.stallMs * (listen.interim_results ? 1 : 2),
        catchUpRate: options.catchUpRate,
        maxBufferedBytes: bufferedBytesOf(format),
        primer: primerOf(format, options.primerMs),
        header: () => this.#framing.header,
      },
      {
        audioPending: () => this.#tell({ type: 'audio.pending' }),
        audioIdle: () => this.#tell({ type: 'audio.idle' }),
        stalled: () => this.#condemn(),
        timerLate: (lateMs) => this.#notify(notices.timerLate(lateMs)),
      },
    );
    this.#finalizer = new Finalizer(clock, this.#timeline, this.#uplink, options.finalizeMs);
    this.#downlink = new Downlink(this.#timeline, this.#uplink, this.#captureClock, {
      message: (message) => this.#messages.next(message),
      complaint: ({ description, variant }) => this.#notify(notices.serverComplaint(description, variant)),
      transcript: (transcript) => this.#transcripts.next(transcript),
      utterance: (utterance) => this.#utterances.next(utterance),
      audioConfirmed: () => this.#tell({ type: 'audio.confirmed' }),
      finalized: (channel) => this.#finalizer.finalized(channel),
      drained: ({ processedSeconds, sentSeconds }) => {
        if (Math.abs(processedSeconds - sentSeconds) > 0.1) {
          this.#notify(notices.audioUnprocessed(processedSeconds, sentSeconds));
        }
        this.#isDrained = true;
        this.#tell({ type: 'drain.completed' });
      },
      malformed: (problem) => this.#notify(notices.messageMalformed(problem)),
      speakersRestarted: (connection) => this.#notify(notices.speakersRestarted(connection)),
    });

    const { keepAliveMs, disconnectAfterIdleMs, giveUpAfterMs, drainMs, canReauthorise, seed } = options;
    this.actor = createActor(connectedMachine, {
      input: { keepAliveMs, disconnectAfterIdleMs, giveUpAfterMs, drainMs, canReauthorise, seed },
      clock,
      ...(inspect ? { inspect: guarded(inspect) } : {}),
    });
    lendPorts(this.actor.system, {
      clock,
      transport,
      line: this,
      url: listenUrl(options.baseUrl, listen),
      credentials: (signal) => options.credentials(signal),
      credentialsFailed: (error) => {
        this.#credentialsError = error;
        this.#notify(notices.credentialsFailed(error));
      },
      credentialsTimeoutMs: options.credentialsTimeoutMs,
      connectTimeoutMs: options.connectTimeoutMs,
    });
    this.#status = new BehaviorSubject<Status>({ phase: 'waiting', state: 'dormant', error: undefined });
    this.status$ = this.#status.asObservable();
    this.actor.subscribe(() => this.#followMachine());
    this.actor.on('keep-alive.due', () => this.#uplink.keepAlive());
    this.actor.on('drain.due', () => this.#uplink.drain());
    this.actor.on('connection.doubted', () => this.#uplink.doubt());
    this.actor.on('connection.lost', ({ end, attempt }) =>
      this.#notify(notices.connectionLost(end, attempt)),
    );
    this.actor.on('connection.suspended', () => this.#notify(notices.connectionSuspended));
    this.#stopWatchingNetwork = watchNetwork({
      online: () => this.#tell({ type: 'network.online' }),
      offline: () => this.#tell({ type: 'network.offline' }),
    });
    this.actor.start();
    if (options.connect === 'eager') this.connect();
  }

  get ledger(): AudioLedger {
    return { ...this.#timeline.snapshot(), sampleRate: this.#timeline.rate };
  }

  send(chunk: AudioChunk): SendResult {
    const size = sizeOf(chunk);
    if (this.#closing || this.#report) return this.#refuse('closed');
    if (this.#isPaused) return this.#refuse('paused');
    if (size === 0) {
      if (!this.#hasToldEmpty) this.#notify(notices.emptyAudio);
      this.#hasToldEmpty = true;
      return this.#refuse('empty');
    }
    if (
      this.#options.log.overflow === 'refuse' &&
      !this.#timeline.hasRoom(size + this.#intake.waitingBytes)
    ) {
      if (!this.#isFull) this.#notify(notices.audioRefused(size));
      this.#isFull = true;
      return this.#refuse('log-full');
    }
    this.#isFull = false;
    this.#intake.push(chunk);
    return { accepted: true, backlogMs: this.#backlogMs };
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
  }

  connect(): void {
    this.#tell({ type: 'user.connect' });
  }

  finalize(channel?: number): Promise<boolean> {
    return this.#finalizer.request(channel);
  }

  close(): Promise<SessionReport> {
    return (this.#closing ??= this.#close());
  }

  abort(): void {
    this.#isAborted = true;
    this.#tell({ type: 'user.abort' });
  }

  async #close(): Promise<SessionReport> {
    if (this.#intake.waitingBytes > 0) await this.#intake.settled();
    if (!this.#report) {
      const now = this.#options.clock.now();
      this.#framing.finish(now);
      if (this.#timeline.unsent > 0) this.#uplink.accepted(now);
      const { pending } = this.#timeline.snapshot();
      const remainingMs = (pending * 1000) / this.#timeline.rate / this.#options.catchUpRate;
      this.#tell({
        type: 'user.close',
        deadlineMs: this.#options.drainMs + remainingMs,
        pendingAudio: pending > 0,
      });
    }
    return this.#ended;
  }

  // The line: what the machine's socket actor asks of the data plane.

  attach(socket: Parameters<Line['attach']>[0]): void {
    this.#isCondemned = false;
    this.#downlink.attach();
    const { connection } = this.#downlink;
    if (connection > 1) {
      this.#skipBacklog();
      if (!this.#framing.isExact && this.#timeline.hasPending) this.#notify(notices.audioInexact(connection));
    }
    const backlogSeconds = this.#backlogMs / 1000;
    if (backlogSeconds >= TELL_BACKLOG_SECONDS) {
      this.#notify(notices.catchingUp(backlogSeconds, backlogSeconds / (this.#options.catchUpRate - 1)));
    }
    this.#finalizer.attach();
    this.#uplink.attach(socket);
  }

  receive(text: string): void {
    this.#downlink.receive(text);
  }

  receiveBinary(bytes: number): void {
    this.#notify(notices.messageMalformed(`${bytes} bytes in a binary frame`));
  }

  detach(): void {
    this.#uplink.detach();
  }

  takeLeave(): boolean {
    if (!this.#isCondemned) this.#uplink.takeLeave();
    return !this.#isCondemned;
  }

  hasPendingAudio(): boolean {
    return this.#timeline.hasPending;
  }

  // Audio on its way in.

  #accept(bytes: Uint8Array): void {
    const now = this.#options.clock.now();
    this.#framing.push(bytes, now);
    this.#uplink.accepted(now);
  }

  #append(bytes: Uint8Array, samples: number, isBoundary?: boolean, opening?: Uint8Array): void {
    this.#timeline.append(bytes, samples, isBoundary, opening);
    this.#captureClock.mark(this.#timeline.end, samples, this.#timeline.rate, this.#options.clock.now());
  }

  #refuse(reason: Extract<SendResult, { accepted: false }>['reason']): SendResult {
    return { accepted: false, reason, backlogMs: this.#backlogMs };
  }

  get #backlogMs(): number {
    return (this.#timeline.unsent * 1000) / this.#timeline.rate;
  }

  /** After an outage: gives up what the catch-up policy does not want. */
  #skipBacklog(): void {
    const { catchUp } = this.#options;
    if (catchUp === 'all') return;
    const keptSeconds = catchUp === 'live' ? 0 : catchUp.lastSeconds;
    this.#timeline.skipTo(this.#timeline.end - Math.round(keptSeconds * this.#timeline.rate));
  }

  // The machine.

  #tell(event: ConnectionEvent): void {
    if (!this.#report) this.actor.send(event);
  }

  #condemn(): void {
    this.#isCondemned = true;
    this.#tell({
      type: 'socket.stalled',
      end: { kind: 'stalled' },
      at: this.#options.clock.now(),
      pendingAudio: this.#timeline.hasPending,
    });
  }

  #followMachine(): void {
    const { value, context } = this.actor.getSnapshot();
    const state = leafState(value);
    const phase = phaseOf(state, context);
    const { value: shown } = this.#status;
    if (shown.state === state && shown.phase === phase) return;
    const error = state === 'failed' && context.lastEnd ? this.#errorOf(context.lastEnd) : undefined;
    if (state === 'closed' || state === 'failed')
      this.#finish(error);
    this.#status.next({ phase, state, error });
    if (this.#report) this.#complete();
  }

  #errorOf(end: ConnectionEnd): TranscriptionError {
    const { cause, remedy, reason = 'retries-exhausted' } = endingOf(end.kind);
    return new TranscriptionError(reason, cause, {
      ...end,
      remedy,
      cause: end.kind === 'credentials-failed' ? this.#credentialsError : undefined,
    });
  }

  /** Everything that can still be said is said before the observables complete. */
  #finish(error: TranscriptionError | undefined): void {
    this.#stopWatchingNetwork();
    this.#downlink.close();
    this.#timeline.announce();
    this.#report = {
      outcome: error ? 'failed' : this.#outcome,
      error,
      ledger: this.ledger,
      connections: this.#downlink.connection,
      attempts: this.actor.getSnapshot().context.attempts,
      keepAlives: this.#uplink.keepAlivesSent,
      longestOutboundSilenceMs: this.#uplink.longestSilenceMs,
    };
    this.#finalizer.close();
    this.#endSession(this.#report);
  }

  get #outcome(): SessionReport['outcome'] {
    if (this.#isAborted) return 'aborted';
    return this.#isDrained || !this.#timeline.hasPending ? 'drained' : 'deadline';
  }

  #complete(): void {
    for (const subject of [
      this.#transcripts,
      this.#utterances,
      this.#messages,
      this.#notices,
      this.#status,
    ]) {
      subject.complete();
    }
  }

  #notify(notice: notices.NewNotice): void {
    this.#notices.next({ ...notice, at: this.#options.clock.wallTime() });
  }
}

function createFraming(format: AudioFormat, sink: FrameSink): Framing {
  switch (format.kind) {
    case 'raw':
      return new RawFraming(sink, format.sampleRate, format.frameBytes);
    case 'packets':
      return new PacketFraming(sink);
    case 'container':
      return new ContainerFraming(sink);
    default:
      return format satisfies never;
  }
}

function bufferedBytesOf(format: AudioFormat): number {
  return format.kind === 'raw'
    ? Math.max(MIN_BUFFERED_BYTES, format.sampleRate * format.frameBytes)
    : MIN_BUFFERED_BYTES;
}

function primerOf(format: AudioFormat, primerMs: number): Primer | undefined {
  if (format.kind !== 'raw' || primerMs === 0) return undefined;
  const samples = Math.round((format.sampleRate * primerMs) / 1000);
  return { samples, bytes: new Uint8Array(samples * format.frameBytes).fill(format.silentByte) };
}

/** A throwing inspector would throw out of `createActor`, and of every event after it. */
function guarded<Event>(inspect: (event: Event) => void): (event: Event) => void {
  return (event) => {
    try {
      inspect(event);
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  };
}
