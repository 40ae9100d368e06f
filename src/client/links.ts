/**
 * The links of a session, one after the other: the objects that they share, the ports of their attempts, the start of each, and the
 * requests that outlive links. This file and all that only it imports is the half of the client that connects and logs: a page loads it
 * behind its first script.
 */
import { AdaptiveTimeout } from '../adaptive-timeout.ts';
import type { AudioTimeline } from '../audio/audio-timeline.ts';
import type { Intake } from '../audio/intake.ts';
import type { Clock } from '../clock.ts';
import type { EventReceiver } from '../connection/events.ts';
import { type ConnectionPorts, holdSocket } from '../connection/hold-socket.ts';
import type { ConnectionLimit } from '../connection/place.ts';
import { type HeldSocket, type HoldSocket, holdLater } from '../connection/hold-later.ts';
import { invalidOption, type TranscriptionError } from '../errors.ts';
import type { FactCode, Facts } from '../facts.ts';
import type { MakeKeeper } from '../link/kept-link.ts';
import { Link } from '../link/link.ts';
import type { LinkCounts, LinkFact, LinkSession } from '../link/link-session.ts';
import type { ListenChange } from '../protocol/configure.ts';
import type { ConnectionEnd } from '../protocol/connection-end.ts';
import { MAX_CONNECT_TIMEOUT_MS } from '../protocol/limits.ts';
import { listenV1 } from '../protocol/listen-v1/listen-v1.ts';
import type { Api, AudioFormat, Parameters, Protocol } from '../protocol/protocol.ts';
import { requestIdIn } from '../protocol/response.ts';
import type { ServerMessage } from '../protocol/server-message.ts';
import type { RebasedLink } from '../transcript/rebased-messages.ts';
import { TranscriptAssembly } from '../transcript/transcript-assembly.ts';
import { openGuarded } from '../transports/guarded.ts';
import type { Credentials, Handshake, OpenRequest, Socket, SocketHandlers } from '../transports/transport.ts';
import { loadConfigure } from './configure.ts';
import type { ConfigureRequests } from './configure-requests.ts';
import { finalError } from './final-error.ts';
import { FinalizeRequests } from './finalize-requests.ts';
import { fluxCode, loadFlux } from './flux.ts';
import type { LiveTranscription, SessionCounts } from './live-transcription.ts';
import { SessionAudio } from './session-audio.ts';
import type { Outlet } from './session-keeper.ts';
import type { CheckedOptions } from './options.ts';
import type { OpenConnection } from './status.ts';
import type { Surroundings } from './surroundings.ts';

/** With a slow server the stall timeout grows up to this multiple of `stallMs`. Deepgram itself gives up after 30 s. */
const MAX_ANSWER_FACTOR = 3;

/** The least number of bytes that may wait in a socket before audio is held back; more if a second of audio is more. */
const MIN_BUFFERED_BYTES = 64 * 1024;

/** A shorter backlog gives no notice. */
const MIN_BACKLOG_SECONDS = 1;

export class Links implements ConnectionPorts, LinkSession {
  present: Link | undefined;
  /** The last connection. */
  opened: OpenConnection = { connection: 0, since: 0, requestId: undefined };
  readonly audio: SessionAudio;
  readonly timeline: AudioTimeline;
  readonly transcript: TranscriptAssembly;
  readonly requests: FinalizeRequests;
  readonly handshakeTimeout: AdaptiveTimeout;
  readonly answerTimeout: AdaptiveTimeout;
  readonly clock: Clock;
  protocol: Protocol = listenV1;
  readonly options: CheckedOptions;
  readonly maxBufferedBytes: number;
  /** The parameters of the next connection; `configure()` changes them. */
  listen: Parameters;
  readonly silence: LinkSession['silence'];
  readonly counts: LinkCounts = { keepAlives: 0, silenceSeconds: 0, longestSilenceMs: 0 };
  /** The time of the pending call of the auth function. */
  credentialsAskedAt: number | undefined;
  #credentialsError: unknown;
  #configures: ConfigureRequests | undefined;
  readonly #around: Surroundings;
  #isClosed = false;

  constructor(around: Surroundings) {
    const { options, streams } = around;
    const { api, clock, listen } = options;
    // Without a link, the next link starts the timeout.
    this.audio = new SessionAudio(around, () => this.present && void this.finalize());
    const { format, timeline, kept } = this.audio;
    this.timeline = timeline;
    const answerMs = options.stallMs * api.silenceFactor(listen);
    this.#around = around;
    this.clock = clock;
    this.handshakeTimeout = new AdaptiveTimeout(options.connectTimeoutMs, MAX_CONNECT_TIMEOUT_MS);
    this.answerTimeout = new AdaptiveTimeout(answerMs, MAX_ANSWER_FACTOR * answerMs);
    this.transcript = new TranscriptAssembly(kept ?? streams);
    this.requests = new FinalizeRequests(clock, timeline, options.finalizeMs);
    this.options = options;
    this.maxBufferedBytes = maxBufferedBytesOf(format);
    this.listen = listen;
    this.silence = format.kind === 'raw' && options.fillSilence ? format : undefined;
  }

  /** The session begins; its keeper, if it has one, begins with it. */
  keep(live: LiveTranscription): void {
    const { audio, transcript } = this;
    audio.kept?.start({ live, intake: audio.intake, links: this, stitcher: transcript.stitcher });
  }

  /** Begins one attempt. */
  hold(machine: EventReceiver): HeldSocket {
    const { clock, timeline } = this;
    if (this.options.api.endTurn !== undefined) {
      const code = fluxCode();
      if (!code) {
        const loading = loadFlux().then((): HoldSocket => (later) => this.hold(later));
        return holdLater(loading, machine, () => clock.now(), timeline);
      }
      this.protocol = code.flux;
    }
    return holdSocket(this, machine);
  }

  get framing(): Intake {
    return this.audio.intake;
  }

  get api(): Api {
    return this.options.api;
  }

  report<Code extends FactCode>(code: Code, evidence: Facts[Code], cause?: unknown): void {
    this.#around.streams.report(code, evidence, cause);
  }

  get heard(): LinkSession['heard'] {
    return this.#around.heard;
  }

  get connectionLimit(): ConnectionLimit | undefined {
    return this.options.connectionLimit;
  }

  get credentialsTimeoutMs(): number {
    return this.options.credentialsTimeoutMs;
  }

  get attemptsPerSecond(): number {
    return this.options.attemptsPerSecond;
  }

  transport(request: OpenRequest, handlers: SocketHandlers): Socket {
    return openGuarded(this.#around.transport, request, handlers);
  }

  address(): string {
    return this.protocol.address(this.options.baseUrl, this.listen);
  }

  hasPendingAudio(): boolean {
    return this.audio.hasPending;
  }

  credentials(signal: AbortSignal): Promise<Credentials> {
    const { credentials } = this.options;
    if (typeof credentials === 'object') return Promise.resolve(credentials);
    this.credentialsAskedAt = this.clock.now();
    return credentials(signal).finally(() => (this.credentialsAskedAt = undefined));
  }

  credentialsFailed(error: unknown): void {
    this.#credentialsError = error;
    this.#around.streams.report('credentials-failed', {}, error);
  }

  /** The error of a session whose last end this is. */
  finalError(end: ConnectionEnd): TranscriptionError {
    return finalError(end, this.#credentialsError);
  }

  /** The counts of the session. */
  get sums(): Omit<SessionCounts, 'attempts'> {
    const { keepAlives, silenceSeconds, longestSilenceMs } = this.counts;
    return {
      connections: this.opened.connection,
      keepAlives,
      silenceMs: silenceSeconds * 1000,
      longestOutboundSilenceMs: longestSilenceMs,
    };
  }

  /** A connection is open: its link sends the unconfirmed audio, then live audio. */
  openLink(socket: Socket, { headers }: Handshake): Link {
    const { streams } = this.#around;
    const { audio, clock, protocol, transcript } = this;
    const { intake, kept, pauseWatch } = audio;
    const { isExact } = intake;
    const connection = this.opened.connection + 1;
    this.opened = { connection, since: clock.wallTime(), requestId: requestIdIn(headers) };
    if (!isExact) transcript.forgetCoverage();
    if (connection > 1) audio.skip();
    const flux = protocol.keep && fluxCode();
    if (flux) {
      const { turns }: Outlet = kept ?? streams;
      transcript.turns ??= new flux.TurnTracker(
        (turn) => turns.next(turn),
        () => clock.wallTime(),
      );
    }
    const backlogSeconds = audio.backlogMs / 1000;
    const { listen, options } = this;
    const keep: MakeKeeper | undefined =
      flux && ((...link) => protocol.keep?.(flux.keptLink(...link), listen, options));
    const link = new Link(this, connection, socket, this.requests.controls, keep);
    this.present = link;
    this.requests.attach(link);
    link.start();
    this.#configures?.attach(link);
    if (backlogSeconds > 0) pauseWatch?.accepted(clock.now());
    if (connection > 1 && !isExact) streams.report('audio-inexact', { connection });
    if (backlogSeconds >= MIN_BACKLOG_SECONDS) {
      const doneInSeconds = backlogSeconds / audio.shrinkRate;
      streams.report('catching-up', { backlogSeconds, doneInSeconds });
    }
    return link;
  }

  /** Gives the present connection up: the machine then retries or waits for audio. */
  lose(end: ConnectionEnd): void {
    this.#around.send({ type: 'socket.ended', ...this.#lost(end) });
  }

  /** Requests a final result of all audio accepted so far. */
  async finalize(channel?: number): Promise<boolean> {
    const { api, finalizeMs } = this.options;
    const { intake, timeline, kept } = this.audio;
    if (intake.isWaiting) await intake.settled(finalizeMs);
    const { end } = timeline;
    const text = api.finalize?.(channel);
    if (text === undefined) throw invalidOption('Flux has no finalize().', 'Call endTurn().');
    const isFinal = await this.requests.request(text, channel);
    await kept?.passed();
    if (timeline.end === end) this.transcript.finalized(channel);
    return isFinal;
  }

  async endTurn(): Promise<boolean> {
    const { api, forceEndTurn } = this.options;
    if (api.endTurn === undefined) throw invalidOption('endTurn() needs a Flux model.', 'Call finalize().');
    if (!forceEndTurn)
      throw invalidOption(
        'endTurn() is off for this baseUrl.',
        'Give forceEndTurn: true if the server knows ForceEndTurn.',
      );
    return this.requests.request(api.endTurn);
  }

  /** Changes parameters of the present link, and of every later one. */
  async configure(change: ListenChange): Promise<boolean> {
    const position = this.audio.timeline.end;
    const { ConfigureRequests } = await loadConfigure();
    if (this.#isClosed) return false;
    this.#configures ??= new ConfigureRequests(this, this.present);
    return this.#configures.request(change, position);
  }

  /** The session is over: settles all requests. */
  close(): void {
    this.#isClosed = true;
    this.transcript.close();
    this.requests.close();
    this.#configures?.close();
  }

  tell(fact: LinkFact, { number: link }: RebasedLink): void {
    const around = this.#around;
    if (fact.type === 'socket.stalled') around.send({ ...fact, ...this.#lost({ kind: 'stalled' }), link });
    else around.send({ link, ...fact });
  }

  message(message: ServerMessage): void {
    this.#configures?.message(message);
    this.#around.streams.messages.next(message);
  }

  ended(link: RebasedLink): void {
    if (this.present !== link) return;
    this.present = undefined;
    this.transcript.turns?.linkEnded();
    this.#configures?.attach(undefined);
    this.requests.attach(undefined);
  }

  #lost(end: ConnectionEnd) {
    return {
      end,
      at: this.clock.now(),
      link: this.opened.connection,
      pendingAudio: this.hasPendingAudio(),
      flowingAudio: true,
    };
  }
}

function maxBufferedBytesOf(format: AudioFormat): number {
  return format.kind === 'raw'
    ? Math.max(MIN_BUFFERED_BYTES, format.sampleRate * format.frameBytes)
    : MIN_BUFFERED_BYTES;
}
