/**
 * The links of a session, one after the other: the objects that they share, the start of each, and the requests that outlive
 * links.
 */
import { AdaptiveTimeout } from '../adaptive-timeout.ts';
import type { AudioTimeline } from '../audio/audio-timeline.ts';
import type { Intake } from '../audio/intake.ts';
import type { PauseWatch } from '../audio/pause-watch.ts';
import type { ConnectionEvent } from '../connection/events.ts';
import type { MakeKeeper } from '../link/kept-link.ts';
import { Link } from '../link/link.ts';
import type { LinkFact, LinkSession } from '../link/link-session.ts';
import type { ListenChange } from '../protocol/configure.ts';
import type { ConnectionEnd } from '../protocol/connection-end.ts';
import type { AudioFormat, Parameters } from '../protocol/protocol.ts';
import { requestIdIn } from '../protocol/response.ts';
import type { RebasedLink } from '../transcript/rebased-messages.ts';
import type { TranscriptAssembly } from '../transcript/transcript-assembly.ts';
import type { Handshake, Socket } from '../transports/transport.ts';
import type { Backlog } from './backlog.ts';
import { loadConfigure } from './configure.ts';
import type { ConfigureRequests } from './configure-requests.ts';
import { FinalizeRequests } from './finalize-requests.ts';
import { fluxCode } from './flux.ts';
import type { SessionCounts } from './live-transcription.ts';
import type { CheckedOptions } from './options.ts';
import type { Outlet } from './session-keeper.ts';
import type { OpenConnection } from './status.ts';
import type { SessionStreams } from './streams.ts';

/** With a slow server the stall timeout grows up to this multiple of `stallMs`. Deepgram itself gives up after 30 s. */
const MAX_ANSWER_FACTOR = 3;

/** The least number of bytes that may wait in a socket before audio is held back; more if a second of audio is more. */
const MIN_BUFFERED_BYTES = 64 * 1024;

/** A shorter backlog gives no notice. */
const MIN_BACKLOG_SECONDS = 1;

/** The parts of the session that its links use. */
export interface LinkSurroundings {
  options: CheckedOptions;
  format: AudioFormat;
  timeline: AudioTimeline;
  intake: Intake;
  backlog: Backlog;
  transcript: TranscriptAssembly;
  streams: SessionStreams;
  turns: Outlet['turns'];
  pauseWatch: PauseWatch | undefined;
  send: (event: ConnectionEvent) => void;
  heard: LinkSession['heard'];
}

export class Links {
  present: Link | undefined;
  /** The last connection. */
  opened: OpenConnection = { connection: 0, since: 0, requestId: undefined };
  readonly requests: FinalizeRequests;
  #configures: ConfigureRequests | undefined;
  readonly #around: LinkSurroundings;
  readonly shared: LinkSession;
  #isClosed = false;

  constructor(around: LinkSurroundings) {
    const { options, format, timeline, intake, transcript, streams, heard } = around;
    const { clock, protocol, listen } = options;
    const answerMs = options.stallMs * protocol.silenceFactor(listen);
    this.#around = around;
    this.requests = new FinalizeRequests(clock, timeline, options.finalizeMs);
    this.shared = {
      clock,
      protocol,
      timeline,
      settings: {
        listen,
        keepAliveMs: options.keepAliveMs,
        catchUpRate: options.catchUpRate,
        drainMs: options.drainMs,
        mayEndTurn: options.forceEndTurn,
        maxBufferedBytes: maxBufferedBytesOf(format),
      },
      answerTimeout: new AdaptiveTimeout(answerMs, MAX_ANSWER_FACTOR * answerMs),
      framing: intake,
      transcript,
      requests: this.requests,
      silence: format.kind === 'raw' && options.fillSilence ? format : undefined,
      counts: { keepAlives: 0, silenceSeconds: 0, longestSilenceMs: 0 },
      tell: (fact, link) => this.#tell(fact, link),
      report: streams.report,
      message: (message) => {
        this.#configures?.message(message);
        streams.messages.next(message);
      },
      heard,
      ended: (link) => this.#ended(link),
    };
  }

  get counts(): Omit<SessionCounts, 'attempts'> {
    const { keepAlives, silenceSeconds, longestSilenceMs } = this.shared.counts;
    return {
      connections: this.opened.connection,
      keepAlives,
      silenceMs: silenceSeconds * 1000,
      longestOutboundSilenceMs: longestSilenceMs,
    };
  }

  /** The present parameters, with all accepted changes. */
  get listen(): Parameters {
    return this.shared.settings.listen;
  }

  /** A connection is open: its link sends the unconfirmed audio, then live audio. */
  open(socket: Socket, { headers }: Handshake): Link {
    const { options, intake, backlog, transcript, streams, turns, pauseWatch } = this.#around;
    const { clock, protocol } = options;
    const { isExact } = intake;
    const connection = this.opened.connection + 1;
    this.opened = { connection, since: clock.wallTime(), requestId: requestIdIn(headers) };
    if (!isExact) transcript.forgetCoverage();
    if (connection > 1) backlog.skip();
    const code = protocol.keep && fluxCode();
    if (code) {
      transcript.turns ??= new code.TurnTracker(
        (turn) => turns.next(turn),
        () => clock.wallTime(),
      );
    }
    const backlogSeconds = backlog.ms / 1000;
    const { settings } = this.shared;
    const keep: MakeKeeper | undefined =
      code && ((...kept) => protocol.keep?.(code.keptLink(...kept), settings.listen, settings));
    const link = new Link(this.shared, connection, socket, this.requests.controls, keep);
    this.present = link;
    this.requests.attach(link);
    link.start();
    this.#configures?.attach(link);
    if (backlogSeconds > 0) pauseWatch?.accepted(clock.now());
    if (connection > 1 && !isExact) streams.report('audio-inexact', { connection });
    if (backlogSeconds >= MIN_BACKLOG_SECONDS) {
      const doneInSeconds = backlogSeconds / backlog.shrinkRate;
      streams.report('catching-up', { backlogSeconds, doneInSeconds });
    }
    return link;
  }

  /** Gives the present connection up: the machine then retries or waits for audio. */
  lose(end: ConnectionEnd): void {
    this.#around.send({ type: 'socket.ended', ...this.#lost(end) });
  }

  /** Changes parameters of the present link, and of every later one. */
  async configure(change: ListenChange): Promise<boolean> {
    const position = this.#around.timeline.end;
    const { ConfigureRequests } = await loadConfigure();
    if (this.#isClosed) return false;
    this.#configures ??= new ConfigureRequests(this.shared, this.present);
    return this.#configures.request(change, position);
  }

  /** The session is over: settles all requests. */
  close(): void {
    this.#isClosed = true;
    this.requests.close();
    this.#configures?.close();
  }

  #tell(fact: LinkFact, { number: link }: RebasedLink): void {
    const { send } = this.#around;
    if (fact.type === 'socket.stalled') send({ ...fact, ...this.#lost({ kind: 'stalled' }), link });
    else send({ ...fact, link });
  }

  #lost(end: ConnectionEnd) {
    const { options, timeline } = this.#around;
    return {
      end,
      at: options.clock.now(),
      link: this.opened.connection,
      pendingAudio: timeline.hasPending,
      flowingAudio: true,
    };
  }

  #ended(link: RebasedLink): void {
    if (this.present !== link) return;
    this.present = undefined;
    this.#around.transcript.turns?.linkEnded();
    this.#configures?.attach(undefined);
    this.requests.attach(undefined);
  }
}

function maxBufferedBytesOf(format: AudioFormat): number {
  return format.kind === 'raw'
    ? Math.max(MIN_BUFFERED_BYTES, format.sampleRate * format.frameBytes)
    : MIN_BUFFERED_BYTES;
}
