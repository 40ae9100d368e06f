/**
 * The composition root: here, and only here, the planes meet.
 *
 *   machine (control/)     ── is due: keep-alive.due · drain.due ──────────────────►  data plane (data/)
 *   decides, carries none  ◄─ facts: audio.pending · audio.idle · audio.confirmed ──  carries, decides none
 */
import { type Observable, ReplaySubject, Subject } from 'rxjs';
import { type Actor, createActor, type InspectionEvent } from 'xstate';
import { transport as transportOfPlatform } from '#transport';
import { connectedMachine, lendPorts } from '../connection/socket-actor.ts';
import type { connectionMachine } from '../connection/connection-machine.ts';
import type { ConnectionEmitted, ConnectionEvent } from '../connection/events.ts';
import { leafState, phaseOf } from '../connection/status.ts';
import { DataPlane } from '../audio/data-plane.ts';
import { type AudioChunk, refuseFloats, sizeOf } from '../audio/intake.ts';
import type { Transcript } from '../transcript/stitcher.ts';
import type { Utterance } from '../transcript/utterances.ts';
import { diagnose } from '../diagnosis/diagnose.ts';
import type { Fact } from '../diagnosis/facts.ts';
import type { Evidence, Notice, NoticeCode } from '../diagnosis/notices.ts';
import { watchEnvironment } from '../environment.ts';
import { TranscriptionError } from '../errors.ts';
import type {
  AudioLedger,
  CloseOptions,
  LiveTranscription,
  SendResult,
  SessionReport,
  Status,
} from './live-transcription.ts';
import { type CheckedOptions, checkOptions, checkTimeout, type LiveTranscriptionOptions } from './options.ts';
import { type ConnectionEnd, reasonOf, remedyFor } from '../protocol/close-reasons.ts';
import { audioFormatOf, listenUrl } from '../protocol/listen-v1/parameters.ts';
import type { ServerMessage } from '../protocol/listen-v1/server-messages.ts';
import { guarded as guardedTransport } from '../transports/guarded.ts';
import type { Transport } from '../transports/transport.ts';

/** The socket of this platform, for wrapping: `ws` in Node, `WebSocket` elsewhere. */
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

const MAX_UNHEARD_FACTS = 64;

/** What almost every chunk is told. */
const ACCEPTED: SendResult = Object.freeze({ accepted: true, backlogMs: 0, droppedMs: 0 });

class Session implements LiveTranscription {
  readonly actor: Actor<typeof connectionMachine>;
  readonly #options: CheckedOptions;
  readonly #refusesOverflow: boolean;
  readonly #plane: DataPlane;
  readonly #transcripts = new Subject<Transcript>();
  readonly #utterances = new Subject<Utterance>();
  /** As many as may wait for somebody to listen. */
  readonly #facts = new ReplaySubject<Fact>(MAX_UNHEARD_FACTS);
  readonly #messages = new Subject<ServerMessage>();
  /** Late subscribers learn of the end, too. */
  readonly #status = new ReplaySubject<Status>(1);
  #shown: Status = { phase: 'waiting', state: 'dormant', error: undefined, lastEnd: undefined };
  readonly transcripts$ = this.#transcripts.asObservable();
  readonly utterances$ = this.#utterances.asObservable();
  readonly messages$ = this.#messages.asObservable();
  readonly status$ = this.#status.asObservable();
  #notices: Observable<Notice> | undefined;
  isPaused = false;
  readonly #ended: Promise<SessionReport>;
  readonly #stopWatching: () => void;
  #settle!: (report: SessionReport) => void;
  #report: SessionReport | undefined;
  #isClosing = false;
  #isDrained = false;
  /** On the session's clock. */
  #closeBy = Infinity;
  #isAborted = false;
  #credentialsError: unknown;
  #credentialsAskedAt: number | undefined;

  constructor(options: CheckedOptions, { inspect, transport = platformTransport }: LiveTranscriptionOptions) {
    const { clock, listen } = options;
    this.#options = options;
    this.#refusesOverflow = options.log.overflow === 'refuse';
    this.#ended = new Promise((resolve) => (this.#settle = resolve));
    this.#plane = new DataPlane(
      {
        ...options,
        format: audioFormatOf(listen),
        // Without interim results a healthy server may say little.
        stallMs: options.stallMs * (String(listen.interim_results) === 'true' ? 1 : 2),
      },
      {
        audioPending: () => this.#tell({ type: 'audio.pending' }),
        audioIdle: () => this.#tell({ type: 'audio.idle' }),
        audioConfirmed: () => this.#tell({ type: 'audio.confirmed' }),
        stalled: () => this.#tell({ type: 'socket.stalled', ...this.#lost({ kind: 'stalled' }) }),
        drained: (isWhole) => {
          this.#isDrained = this.#isClosing && isWhole;
          this.#tell({ type: 'drain.completed' });
        },
        transcript: (transcript) => this.#transcripts.next(transcript),
        utterance: (utterance) => this.#utterances.next(utterance),
        message: (message) => this.#messages.next(message),
        notice: (code, evidence, cause) => this.#notify(code, evidence, cause),
      },
    );

    const { keepAliveMs, disconnectAfterIdleMs, giveUpAfterMs, drainMs, canReauthorise, seed } = options;
    this.actor = createActor(connectedMachine, {
      input: { keepAliveMs, disconnectAfterIdleMs, giveUpAfterMs, drainMs, canReauthorise, seed },
      clock,
      ...(inspect ? { inspect: guarded(inspect) } : {}),
    });
    lendPorts(this.actor.system, {
      ...options,
      transport: guardedTransport(transport),
      line: this.#plane,
      url: listenUrl(options.baseUrl, listen),
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
    this.actor.on('*', (due) => this.#obey(due));
    this.#stopWatching = watchEnvironment({
      online: () => this.#tell({ type: 'network.online' }),
      offline: () => this.#tell({ type: 'network.offline' }),
      // No KeepAlive can be sent then: rather than be closed for silence, the connection is given back in good order.
      frozen: () =>
        this.#tell({
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
      plane: this.#plane,
      status$: this.#status,
      messages$: this.#messages,
      facts$: this.#facts,
      isPaused: () => this.isPaused,
      credentialsAskedAt: () => this.#credentialsAskedAt,
    }));
  }

  get ledger(): AudioLedger {
    const { timeline } = this.#plane;
    return { ...timeline.snapshot(), sampleRate: timeline.rate };
  }

  get backlogMs(): number {
    return this.#plane.backlogMs;
  }

  send(chunk: AudioChunk): SendResult {
    const size = sizeOf(chunk);
    refuseFloats(chunk, this.#options.listen.encoding);
    if (this.#isClosing || this.#report) return this.#refuse('closed');
    if (this.isPaused) return this.#refuse('paused');
    if (size === 0) {
      this.#notify('empty-audio');
      return this.#refuse('empty');
    }
    if (!this.#plane.hasRoom(size, !this.#refusesOverflow)) {
      this.#notify('audio-refused', { bytes: size });
      return this.#refuse('log-full');
    }
    const { timeline } = this.#plane;
    const droppedBefore = timeline.dropped;
    this.#plane.accept(chunk);
    const { backlogMs } = this;
    if (backlogMs === 0) return ACCEPTED;
    return {
      accepted: true,
      backlogMs,
      droppedMs: ((timeline.dropped - droppedBefore) * 1000) / timeline.rate,
    };
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  connect(): void {
    this.#tell({ type: 'user.connect' });
  }

  finalize(channel?: number): Promise<boolean> {
    return this.#plane.finalize(channel);
  }

  close({ timeoutMs = Infinity }: CloseOptions = {}): Promise<SessionReport> {
    const closeBy = this.#options.clock.now() + checkTimeout(timeoutMs);
    const isSooner = closeBy < this.#closeBy;
    if (isSooner) this.#closeBy = closeBy;
    if (isSooner || !this.#isClosing) {
      this.#isClosing = true;
      void this.#close();
    }
    return this.#ended;
  }

  abort(): void {
    this.#isAborted = true;
    this.#tell({ type: 'user.abort' });
  }

  /** Three times `drainMs`: a dead link is found after the first, and the second drain may take the rest. */
  async #close(): Promise<void> {
    const { clock, drainMs, catchUpRate } = this.#options;
    const latest = clock.now() + 3 * drainMs;
    if (this.#plane.isReading) await this.#plane.read(Math.min(drainMs, this.#closeBy - clock.now()));
    if (!this.#report) this.#plane.finish();
    const { pending } = this.ledger;
    const remainingMs = (pending * 1000) / this.#plane.timeline.rate / catchUpRate;
    this.#closeBy = Math.min(this.#closeBy, latest + remainingMs);
    const deadlineMs = Math.max(0, this.#closeBy - clock.now());
    this.#tell({ type: 'user.close', deadlineMs, pendingAudio: pending > 0 });
  }

  #tell(event: ConnectionEvent): void {
    if (!this.#report) this.actor.send(event);
  }

  /** One listener for all that the machine says: each costs thousands of sessions the same. */
  #obey(due: ConnectionEmitted): void {
    const { uplink } = this.#plane;
    switch (due.type) {
      case 'keep-alive.due':
        uplink.keepAlive();
        break;
      case 'drain.due':
        uplink.drain();
        break;
      case 'connection.doubted':
        uplink.doubt();
        break;
      case 'connection.opened':
        this.#isDrained = false;
        break;
      case 'connection.lost':
        this.#notify('connection-lost', { ...due.end, attempt: due.attempt });
        break;
      case 'connection.suspended':
        this.#notify('connection-suspended');
        break;
      default:
        due satisfies never;
    }
  }

  #lost(end: ConnectionEnd) {
    return {
      end,
      at: this.#options.clock.now(),
      pendingAudio: this.#plane.hasPendingAudio(),
      flowingAudio: true,
    };
  }

  #followMachine(): void {
    const { value, context } = this.actor.getSnapshot();
    const state = leafState(value);
    const phase = phaseOf(state, context);
    if (this.#shown.state === state && this.#shown.phase === phase) return;
    const error = state === 'failed' && context.lastEnd ? this.#errorOf(context.lastEnd) : undefined;
    const hasEnded = state === 'closed' || state === 'failed';
    if (hasEnded) this.#finish(error);
    this.#shown = { phase, state, error, lastEnd: context.lastEnd };
    this.#status.next(this.#shown);
    if (hasEnded) this.#complete();
  }

  /** Everything that can still be said is said before the observables complete. */
  #finish(error: TranscriptionError | undefined): void {
    this.#stopWatching();
    this.#plane.close();
    const { uplink, connections } = this.#plane;
    this.#report = {
      outcome: error ? 'failed' : this.#outcome,
      error,
      lastEnd: this.actor.getSnapshot().context.lastEnd,
      ledger: this.ledger,
      connections,
      attempts: this.actor.getSnapshot().context.attempts,
      keepAlives: uplink.keepAlivesSent,
      longestOutboundSilenceMs: uplink.longestSilenceMs,
    };
    this.#settle(this.#report);
  }

  get #outcome(): SessionReport['outcome'] {
    if (this.#isAborted) return 'aborted';
    const isDrained = this.#isDrained || !this.#plane.hasPendingAudio();
    return isDrained && !this.#plane.isReading ? 'drained' : 'deadline';
  }

  #complete(): void {
    for (const subject of [this.#transcripts, this.#utterances, this.#messages, this.#facts, this.#status]) {
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

  #notify(code: NoticeCode, evidence: Evidence = {}, cause?: unknown): void {
    this.#facts.next({ code, evidence, at: this.#options.clock.wallTime(), cause });
  }
}

/** Between the two, so that an inspector that throws does not throw out of `createActor`, and of every event after it. */
function guarded(inspect: NonNullable<LiveTranscriptionOptions['inspect']>): Subject<InspectionEvent> {
  const events = new Subject<InspectionEvent>();
  events.subscribe(inspect);
  return events;
}
