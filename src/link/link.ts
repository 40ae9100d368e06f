/**
 * One connection, from open to end: the only object that writes to its socket and reads from it. It sends the audio of the
 * timeline, from the last confirmed sample on, at most at the catch-up rate; control messages as text, after their audio; no
 * empty frame; the header first. It is made when a socket opens and thrown away at its end: nothing in it is reset.
 *
 * Its pace, its clock and its stall watch are functions over the fields below: one object for each link. Most live
 * chunks are sent by a run, without this object: see `audio/live-run.ts`.
 */
import type { AdaptiveTimeout } from '../adaptive-timeout.ts';
import type { AudioReader } from '../audio/audio-timeline.ts';
import type { Frame } from '../audio/audio-log.ts';
import type { LevelLink, LiveRun } from '../audio/live-run.ts';
import { startPace, waitMs } from '../pace.ts';
import type { Clock } from '../clock.ts';
import type { ConnectionEnd } from '../protocol/connection-end.ts';
import type { LinkKeeper, ServerError } from '../protocol/protocol.ts';
import { type RunningTime, runningTimeOf } from '../running-time.ts';
import type { Socket } from '../transports/transport.ts';
import { conclude, type ReceivingLink, receiveEvent, takeSegment } from './incoming.ts';
import type { KeepableLink, MakeKeeper } from './kept-link.ts';
import { countSent, type LinkClock, positionOf } from './link-clock.ts';
import type { ControlMessage, LinkSession } from './link-session.ts';
import {
  countSilence,
  FORGOTTEN_WINDOWS,
  holdIdle,
  idleQueue,
  isForgotten,
  isLate,
  lateMs,
  noteOutbound,
  type SilentLink,
  watchForSilence,
} from './outbound-silence.ts';
import { expectReply, noteAudio, noteMessage, shortenTimeout, stopWatching } from './stall-watch.ts';

/** Time between two checks of a socket that holds bytes, and of an empty one, which takes a second to fill. */
const CONGESTION_POLL_MS = 50;
const EMPTY_POLL_MS = 200;

/** A timer this late shows that the process is overloaded. */
const HURRIED_MS = 50;

/** The least timeout after the end of the stream, also for a shorter `drainMs`. */
const MIN_DRAIN_SILENCE_MS = 1_000;

export class Link implements AudioReader, KeepableLink, LevelLink, ReceivingLink, SilentLink {
  /** The first connection of a session is 1. */
  readonly number: number;
  readonly clock: Clock;
  readonly session: LinkSession;
  readonly keeper: LinkKeeper | undefined;
  readonly socket: Socket;

  // Its position in the log.
  frameIndex = 0;
  nextPosition = 0;

  // Its pace, from the first audio on.
  tokens = 0;
  tokensAt = 0;
  tokensPerMs = 0;
  maxTokens = 0;

  // Its audio clock.
  rate = 0;
  isExact = true;
  sentSamples = 0;
  position = 0;
  segments: LinkClock['segments'] = [];

  // Its stall watch.
  readonly running: RunningTime;
  readonly answerTimeout: AdaptiveTimeout;
  timeoutMs: number;
  hasAnswered = false;
  sentMs = 0;
  seenMs = 0;
  answerSince: number | undefined;
  answerSentMs = 0;
  advanceSince: number | undefined;
  advanceSentMs = 0;
  stallTimer: unknown;
  isStalled = false;

  // The order of outgoing messages.
  #controls: ControlMessage[];
  #pumpTimer: unknown;
  /** There is a backlog and the process is overloaded: longer pieces cost less. */
  #isHurried = false;
  idleTimer: unknown;
  lastOutboundAt: number;
  longestSilenceMs = 0;
  readonly forgottenMs: number;
  uncongestedUntil: number;
  /** Audio has flowed within the KeepAlive interval, or waits to be sent. */
  isFlowing = false;
  #isDraining = false;
  hasEndedStream = false;
  keepAliveDueAt = 0;
  isOver = false;

  // The state of incoming results.
  transcribedTo = 0;
  hasConfirmed = false;
  hasSpeakers = false;
  processedSeconds: number | undefined;
  serverError: ServerError | undefined;

  /** `controls` wait for their place from the beginning. */
  constructor(
    session: LinkSession,
    number: number,
    socket: Socket,
    controls: readonly ControlMessage[],
    keep?: MakeKeeper,
  ) {
    const { clock } = session;
    this.session = session;
    this.socket = socket;
    this.#controls = [...controls];
    this.number = number;
    this.clock = clock;
    this.running = runningTimeOf(clock);
    this.answerTimeout = session.answerTimeout;
    this.timeoutMs = session.answerTimeout.ms;
    this.lastOutboundAt = clock.now();
    this.forgottenMs = FORGOTTEN_WINDOWS * session.protocol.windowMs;
    this.uncongestedUntil = this.lastOutboundAt;
    this.keeper = keep?.(this, socket, (segment) => takeSegment(this, segment));
  }

  /** Begins to send: unconfirmed audio, then live audio. */
  start(): void {
    const { timeline } = this.session;
    const now = this.clock.now();
    timeline.attach(this);
    this.isFlowing = timeline.hasPending;
    if (this.isFlowing) watchForSilence(this, now);
    else holdIdle(this, now);
    this.#pump(now);
  }

  /** The connection is over, ended by the server or by us: stops all its timers. */
  end(end?: ConnectionEnd): void {
    this.isOver = true;
    this.run?.end();
    if (!this.hasEndedStream) countSilence(this, this.clock.now());
    const { counts } = this.session;
    counts.longestSilenceMs = Math.max(counts.longestSilenceMs, this.longestSilenceMs);
    stopWatching(this);
    this.clock.clearTimeout(this.#pumpTimer);
    this.clock.clearTimeout(this.idleTimer);
    idleQueue(this).remove(this);
    this.keeper?.end();
    if (this.session.protocol.cleanCloseCodes.includes(end?.code)) {
      if (this.hasEndedStream && this.keeper) this.processedSeconds = this.keeper.closed();
      conclude(this);
    }
    this.session.timeline.detach(this);
    this.session.ended(this);
  }

  /** Audio was added to the timeline. */
  audioAdded(now: number): void {
    if (!this.isFlowing) {
      this.isFlowing = true;
      idleQueue(this).remove(this);
      watchForSilence(this, now);
      this.session.tell({ type: 'audio.pending' }, this);
    }
    if (this.#pumpTimer === undefined) this.#pump(now);
  }

  /** This link, if it has sent all audio. */
  get level(): LevelLink | undefined {
    return this.nextPosition === this.session.timeline.end ? this : undefined;
  }

  countRun(samples: number, since: number): void {
    this.sentSamples += samples;
    this.position += samples;
    this.nextPosition += samples;
    noteAudio(this, (samples * 1000) / this.rate, since);
  }

  /** Settled before this link is read, and ended before it sends anything but live audio. */
  get run(): LiveRun | undefined {
    return this.session.timeline.run;
  }

  /** A text message came. */
  receive(text: string): void {
    this.run?.settle();
    const now = this.clock.now();
    noteMessage(this, now);
    if (this.hasEndedStream) this.#expectLastResults(now);
    // Also checks whether one of our timers is late.
    if (isLate(this, now)) this.keepAlive(now);
    try {
      receiveEvent(this, this.session.protocol.decode(text));
      if (this.#isDraining && this.keeper && !this.hasEndedStream) this.goOn();
    } catch (error) {
      // No message may end the process.
      this.session.report('message-malformed', { problem: 'unexpected' }, error);
    }
  }

  receiveBinary(bytes: number): void {
    this.session.report('message-malformed', { problem: 'binary', bytes });
  }

  /** Queues a control message after the audio accepted so far. */
  control(message: ControlMessage): void {
    this.#controls.push(message);
    this.goOn();
  }

  /** Takes back a control message that no longer matters. */
  withdraw(message: ControlMessage): void {
    this.#controls = this.#controls.filter((queued) => queued !== message);
  }

  /** Sends the remaining audio, then CloseStream, and expects the last results. */
  drain(): void {
    this.#isDraining = true;
    this.goOn();
  }

  /** Sends CloseStream, if that was not done. */
  endStream(): void {
    this.#endStream(this.clock.now());
  }

  keepAlive(now: number): void {
    const { counts, protocol } = this.session;
    if (this.hasEndedStream || this.isOver) return;
    if (isLate(this, now)) this.session.report('timer-late', { lateMs: lateMs(this, now) });
    if (isForgotten(this, now)) return;
    counts.keepAlives += 1;
    if (this.keeper) this.keeper.hold();
    else if (protocol.keepAlive !== undefined) this.write(protocol.keepAlive, now);
  }

  /** The platform reports that it is offline: shorten the stall timeout. */
  suspect(): void {
    shortenTimeout(this);
  }

  /** The server was silent for too long. After its answer to CloseStream this completes the drain, like a close. */
  stalled(): void {
    if (!conclude(this)) this.session.tell({ type: 'socket.stalled' }, this);
  }

  /** Audio was sent on it, so times of the server are valid. */
  get hasClock(): boolean {
    return this.segments.length > 0;
  }

  /** Session position of a time on this connection. */
  positionOf(seconds: number, edge: 'start' | 'end'): number {
    return positionOf(this, seconds, edge);
  }

  /** Milliseconds since 1970 at which the sample at a session position was captured. */
  wallTimeOf(position: number): number | undefined {
    return this.session.timeline.wallTimeOf(position);
  }

  /** Audio sent on this connection, in seconds. */
  get sentSeconds(): number {
    this.run?.settle();
    return this.sentSamples / this.session.timeline.rate;
  }

  /** Continues a drain that the keeper delayed. */
  goOn(): void {
    if (this.#pumpTimer === undefined) this.#pump(this.clock.now());
  }

  get bufferedAmount(): number {
    return this.socket.bufferedAmount;
  }

  /** Sends as much live audio and backlog as the pace allows now, and sets a timer for the rest. */
  #pump(now: number): void {
    const timeline = this.session.timeline;
    if (this.hasEndedStream || this.isOver || isForgotten(this, now)) return;
    const samples = timeline.pieceSamples(this.#isHurried);
    for (let frame = timeline.next(this); frame; frame = timeline.next(this)) {
      const start = Math.max(frame.start, this.nextPosition);
      if (this.#controls.length > 0) this.#sendControls(start, now);
      if (!this.#isLive()) return;
      const delayMs = this.isCongested(now)
        ? this.#waitForSocket(now)
        : this.#waitForPace(frame, start, now, samples);
      if (delayMs > 0) {
        this.#pumpIn(delayMs);
        return;
      }
      const end = timeline.endOfPiece(frame, start, samples);
      this.#sendAudio(frame, start, this.#beforeControl(end), now);
    }
    this.#isHurried = false;
    if (this.#controls.length > 0) this.#sendControls(timeline.end, now);
    if (!this.#isDraining) return;
    const mayEnd = this.keeper?.mayEndStream() !== false;
    if (!this.#isLive()) return;
    if (mayEnd) this.#endStream(now);
    this.#expectLastResults(now, MIN_DRAIN_SILENCE_MS);
  }

  /** A piece ends where a control message has its place. */
  #beforeControl(end: number): number {
    const control = this.#controls.length > 0 ? this.#controls[0] : undefined;
    return control ? Math.min(end, control.position) : end;
  }

  /** Sending a control message may have ended the link. */
  #isLive(): boolean {
    return !this.isOver;
  }

  #sendAudio(frame: Frame, start: number, end: number, now: number): void {
    const samples = end - start;
    this.tokens -= samples;
    noteAudio(this, (samples * 1000) / this.rate, this.running.at(now));
    countSent(this, start, end);
    this.session.timeline.advance(this, end);
    this.write(this.session.timeline.bytesOf(frame, start, end), now);
  }

  #waitForSocket(now: number): number {
    noteAudio(this, CONGESTION_POLL_MS, this.running.at(now));
    return CONGESTION_POLL_MS;
  }

  #waitForPace(frame: Frame, start: number, now: number, samples: number): number {
    if (this.tokensPerMs === 0) this.#begin(frame, start, now);
    return waitMs(this, now, samples);
  }

  /** Called for every frame, but reads the socket's buffer only sometimes. */
  isCongested(now: number): boolean {
    if (now < this.uncongestedUntil) return false;
    const { bufferedAmount } = this.socket;
    if (bufferedAmount > this.session.maxBufferedBytes) return true;
    this.uncongestedUntil = now + (bufferedAmount > 0 ? CONGESTION_POLL_MS : EMPTY_POLL_MS);
    return false;
  }

  /** The first audio: sends the header first, and starts the clock. */
  #begin(first: Frame, start: number, now: number): void {
    const { options, framing, timeline } = this.session;
    for (const bytes of [framing.headerAt(start), first.opening]) {
      if (bytes) this.write(bytes, now);
    }
    this.rate = timeline.rate;
    this.isExact = framing.isExact;
    startPace(this, timeline.rate, options.catchUpRate, now);
  }

  #sendControls(position: number, now: number): void {
    while (!this.isOver && this.#controls[0] && this.#controls[0].position <= position) {
      const message = this.#controls.shift() as ControlMessage;
      this.write(message.text, now);
      message.onSent();
    }
  }

  #endStream(now: number): void {
    if (!this.hasEndedStream) this.write(this.session.protocol.endStream, now);
    this.hasEndedStream = true;
  }

  /** Each message restarts the timeout, so that a slow server can finish. */
  #expectLastResults(now: number, leastMs?: number): void {
    expectReply(this, now, Math.max(this.session.options.drainMs, MIN_DRAIN_SILENCE_MS), leastMs);
  }

  #pumpIn(delayMs: number): void {
    const dueAt = this.clock.now() + delayMs;
    this.#pumpTimer = this.clock.setTimeout(() => {
      const now = this.clock.now();
      this.#pumpTimer = undefined;
      this.#isHurried = now - dueAt > HURRIED_MS;
      this.#pump(now);
    }, delayMs);
  }

  /** Sends one message. */
  write(message: string | Uint8Array, now: number): void {
    // An empty binary message would end the stream.
    if (message.length === 0) return;
    this.run?.end();
    noteOutbound(this, now);
    this.socket.send(message);
  }
}
