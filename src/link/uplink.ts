/**
 * The way out: everything that is written to a socket is written here, in one order. Audio first come first sent and never
 * faster than the catch-up rate; control messages as text, behind the audio they follow; no empty frame; the header first
 * on every connection. It reports facts, and decides nothing about connections.
 *
 * A live frame, while nothing is behind, takes the straight way through `sendLive`; a backlog goes through `#pump`.
 */
import { type Clock, TIMER_ROUNDING_MS } from '../clock.ts';
import type { Evidence, NoticeCode } from '../diagnosis/notices.ts';
import { Patience } from '../patience.ts';
import { CLOSE_STREAM, KEEP_ALIVE } from '../protocol/listen-v1/client-messages.ts';
import { TIMEOUT_WINDOW_MS } from '../protocol/limits.ts';
import type { Socket } from '../transports/transport.ts';
import type { Frame } from '../audio/audio-log.ts';
import type { AudioTimeline } from '../audio/audio-timeline.ts';
import { ConnectionClock } from './connection-clock.ts';
import { Pacer } from './pacer.ts';
import { StallWatch } from './stall-watch.ts';

export interface UplinkSettings {
  keepAliveMs: number;
  stallMs: number;
  /** How long the server may be silent after CloseStream. */
  drainMs: number;
  /** A multiple of real time. */
  catchUpRate: number;
  /** Bytes that may wait in the socket before audio is held back in the log. */
  maxBufferedBytes: number;
  primer: Primer | undefined;
  /** What must come before the audio of a connection that begins at this position, if it is known yet. */
  header: (position: number) => Uint8Array | undefined;
  /** Whether positions are exact, or estimates. */
  isExact: () => boolean;
}

/** What the uplink has to say. */
export interface UplinkListener {
  /** Audio came after none had flowed. */
  audioPending(): void;
  /** Nothing went out for `keepAliveMs`. */
  audioIdle(): void;
  stalled(): void;
  notice(code: NoticeCode, evidence: Evidence): void;
}

/** Silence in the declared encoding, sent before any audio of the log. */
export interface Primer {
  bytes: Uint8Array;
  samples: number;
}

/** A text message that waits for its place behind the audio. */
export interface ControlMessage {
  text: string;
  /** Goes out when everything before this position has. */
  position: number;
  onSent(): void;
}

/** How often a full socket is looked at again. */
const CONGESTION_POLL_MS = 50;

/** To this multiple of `stallMs` patience grows with a slow server; Deepgram itself gives up after 30 s. */
const MAX_STALL_FACTOR = 3;

/** Shorter silences after CloseStream say nothing, however short `drainMs` is. */
const MIN_SILENCE_MS = 1_000;

/** A timer this late has something wrong with it. */
const LATE_MS = 1_000;

/** After such a silence the server has closed the connection, whatever the socket believes: the machine slept, or stood still. */
const FORGOTTEN_MS = 1.5 * TIMEOUT_WINDOW_MS;

export class Uplink {
  readonly #clock: Clock;
  readonly #timeline: AudioTimeline;
  readonly #settings: UplinkSettings;
  readonly #listener: UplinkListener;
  #socket: Socket | undefined;
  /** Of all connections, since a slow server is slow on the next one too. */
  readonly #patience: Patience;
  #stallWatch: StallWatch;
  /** From the first audio of a connection on. */
  #pacer: Pacer | undefined;
  #connectionClock: ConnectionClock | undefined;
  #controls: ControlMessage[] = [];
  #isDraining = false;
  #pumpTimer: unknown;
  #idleTimer: unknown;
  #lastOutboundAt = 0;
  #uncongestedUntil = 0;
  #isFlowing = false;
  #wasFlowing = false;
  #hasSentCloseStream = false;
  #longestSilenceMs = 0;
  #keepAlivesSent = 0;

  constructor(clock: Clock, timeline: AudioTimeline, settings: UplinkSettings, listener: UplinkListener) {
    this.#clock = clock;
    this.#timeline = timeline;
    this.#settings = settings;
    this.#listener = listener;
    this.#patience = new Patience(settings.stallMs, MAX_STALL_FACTOR * settings.stallMs);
    this.#stallWatch = this.#watchForStalls();
  }

  /** The clock of the present connection, once audio has gone out on it. */
  get connectionClock(): ConnectionClock | undefined {
    return this.#connectionClock;
  }

  /** The longest time between two frames on one connection so far. */
  get longestSilenceMs(): number {
    return this.#longestSilenceMs;
  }

  get isConnected(): boolean {
    return this.#socket !== undefined;
  }

  get bufferedAmount(): number {
    return this.#socket?.bufferedAmount ?? 0;
  }

  get keepAlivesSent(): number {
    return this.#keepAlivesSent;
  }

  /** Audio was flowing when the connection ended. */
  get wasFlowing(): boolean {
    return this.#wasFlowing;
  }

  get hasSentCloseStream(): boolean {
    return this.#hasSentCloseStream;
  }

  /** Begins a connection: everything unconfirmed, then whatever comes. */
  attach(socket: Socket): void {
    const now = this.#clock.now();
    this.#timeline.connect();
    this.#socket = socket;
    this.#pacer = undefined;
    this.#connectionClock = undefined;
    this.#hasSentCloseStream = false;
    this.#lastOutboundAt = now;
    this.#uncongestedUntil = now;
    this.#stallWatch = this.#watchForStalls();
    if (this.#settings.primer) this.#write(this.#settings.primer.bytes, now);
    this.#isFlowing = this.#timeline.hasPending;
    this.#armIdleTimer();
    this.#pump(now);
  }

  /** The connection is over: nothing more is written to it, and no timer of it is left. */
  detach(): void {
    if (this.#socket && !this.#hasSentCloseStream) this.#noteSilence(this.#clock.now());
    this.#socket = undefined;
    this.#isDraining = false;
    this.#wasFlowing = this.#isFlowing;
    this.#isFlowing = false;
    this.#stallWatch.stop();
    this.#clock.clearTimeout(this.#pumpTimer);
    this.#clock.clearTimeout(this.#idleTimer);
    this.#pumpTimer = undefined;
    this.#idleTimer = undefined;
    this.#timeline.disconnect();
  }

  /**
   * The straight way of a live frame: logs a copy, and sends the caller's own bytes. `false` where anything is behind, in
   * which case nothing was done.
   */
  sendLive(bytes: Uint8Array, samples: number, now: number): boolean {
    const socket = this.#socket;
    const isLevel = this.#isFlowing && this.#pumpTimer === undefined && this.#controls.length === 0;
    if (!socket || !this.#pacer || !isLevel || this.#hasSentCloseStream || this.#timeline.next) return false;
    if (this.#isForgotten(now) || this.#isCongested(socket, now) || this.#pacer.waitMs(now) > 0) return false;
    this.#pacer.take(samples);
    this.#stallWatch.sent((samples * 1000) / this.#timeline.rate, now);
    this.#connectionClock?.send(this.#timeline.end, this.#timeline.end + samples);
    this.#timeline.appendSent(bytes, samples);
    this.#write(bytes, now);
    return true;
  }

  /** Audio was added to the timeline. */
  accepted(now: number): void {
    if (!this.#isFlowing) {
      this.#isFlowing = true;
      this.#armIdleTimer();
      this.#listener.audioPending();
    }
    if (this.#pumpTimer === undefined) this.#pump(now);
  }

  /** Queues a control message behind the audio accepted so far. */
  control(message: ControlMessage): void {
    this.#timeline.seal();
    this.#controls.push(message);
    if (this.#pumpTimer === undefined) this.#pump(this.#clock.now());
  }

  /** Takes a control message back that no longer matters. */
  withdraw(message: ControlMessage): void {
    this.#controls = this.#controls.filter((queued) => queued !== message);
  }

  keepAlive(): void {
    if (!this.#socket || this.#hasSentCloseStream) return;
    const now = this.#clock.now();
    const lateMs = now - this.#lastOutboundAt - this.#settings.keepAliveMs;
    if (lateMs > LATE_MS) this.#listener.notice('timer-late', { lateMs });
    if (this.#isForgotten(now)) return;
    this.#keepAlivesSent += 1;
    this.#write(KEEP_ALIVE, now);
  }

  /** Finds a connection that the server has long closed for silence, and gives it up. */
  #isForgotten(now: number): boolean {
    const isForgotten = now - this.#lastOutboundAt > FORGOTTEN_MS;
    if (isForgotten) this.#stallWatch.condemn();
    return isForgotten;
  }

  /** Sends the rest, then CloseStream, to which an answer is owed. */
  drain(): void {
    this.#isDraining = true;
    if (this.#pumpTimer === undefined) this.#pump(this.#clock.now());
  }

  /** Says CloseStream, if it was not said; `false` where the socket is condemned, and nothing can be said. */
  takeLeave(): boolean {
    if (this.#stallWatch.hasStalled) return false;
    this.#closeStream(this.#clock.now());
    return true;
  }

  /** A message came in; a good moment to see whether a timer of ours starves. */
  heard(): void {
    const now = this.#clock.now();
    this.#stallWatch.heard();
    // There is more to come.
    if (this.#hasSentCloseStream) this.#oweAnswer(now);
    if (now - this.#lastOutboundAt > this.#settings.keepAliveMs + LATE_MS) this.keepAlive();
  }

  advanced(): void {
    this.#stallWatch.advanced();
  }

  doubt(): void {
    if (this.#socket) this.#stallWatch.doubt();
  }

  /** Sends as much as may go now, and comes back for the rest. */
  #pump(now: number): void {
    const socket = this.#socket;
    if (!socket || this.#hasSentCloseStream) return;
    if (this.#isForgotten(now)) return;
    for (let frame = this.#timeline.next; frame; frame = this.#timeline.next) {
      if (this.#controls.length > 0) this.#sendControls(frame.start, now);
      if (this.#isCongested(socket, now)) {
        this.#stallWatch.sent(CONGESTION_POLL_MS, now);
        this.#pumpIn(CONGESTION_POLL_MS);
        return;
      }
      const pacer = this.#pacer ?? this.#begin(frame, now);
      const waitMs = pacer.waitMs(now);
      if (waitMs > 0) {
        this.#pumpIn(waitMs);
        return;
      }
      const samples = frame.end - frame.start;
      pacer.take(samples);
      this.#stallWatch.sent((samples * 1000) / this.#timeline.rate, now);
      this.#connectionClock?.send(frame.start, frame.end);
      this.#timeline.advance();
      this.#write(frame.bytes, now);
    }
    if (this.#controls.length > 0) this.#sendControls(this.#timeline.end, now);
    if (this.#isDraining) {
      this.#closeStream(now);
      this.#oweAnswer(now);
    }
  }

  /** A server that is slow and alive is heard out: each message gives it the whole time again. */
  #oweAnswer(now: number): void {
    this.#stallWatch.owe(now, Math.max(this.#settings.drainMs, MIN_SILENCE_MS));
  }

  /** Asked for every frame, it asks the socket only now and then: its buffer takes a second to fill. */
  #isCongested(socket: Socket, now: number): boolean {
    if (now < this.#uncongestedUntil) return false;
    const isCongested = socket.bufferedAmount > this.#settings.maxBufferedBytes;
    if (!isCongested) this.#uncongestedUntil = now + CONGESTION_POLL_MS;
    return isCongested;
  }

  #closeStream(now: number): void {
    if (!this.#hasSentCloseStream) this.#write(CLOSE_STREAM, now);
    this.#hasSentCloseStream = true;
  }

  /** The first audio of a connection: its header goes first, and its clock starts. */
  #begin(first: Frame, now: number): Pacer {
    const { primer, catchUpRate, header, isExact } = this.#settings;
    const { rate } = this.#timeline;
    for (const bytes of [header(first.start), first.opening]) {
      if (bytes) this.#write(bytes, now);
    }
    this.#connectionClock = new ConnectionClock(rate, first.start, primer?.samples ?? 0, isExact());
    return (this.#pacer = new Pacer(rate, catchUpRate, now));
  }

  #sendControls(position: number, now: number): void {
    while (this.#socket && this.#controls[0] && this.#controls[0].position <= position) {
      const message = this.#controls.shift() as ControlMessage;
      this.#write(message.text, now);
      message.onSent();
    }
  }

  #pumpIn(delayMs: number): void {
    this.#pumpTimer = this.#clock.setTimeout(() => {
      this.#pumpTimer = undefined;
      this.#pump(this.#clock.now());
    }, delayMs);
  }

  #write(message: string | Uint8Array, now: number): void {
    // An empty binary message would end the stream.
    if (message.length === 0) return;
    this.#noteSilence(now);
    this.#lastOutboundAt = now;
    this.#socket?.send(message);
  }

  #noteSilence(now: number): void {
    const silenceMs = now - this.#lastOutboundAt;
    if (silenceMs > this.#longestSilenceMs) this.#longestSilenceMs = silenceMs;
  }

  /** Not re-set for every frame: it finds out by timestamp, and sets itself anew for what is left. */
  #armIdleTimer(): void {
    if (!this.#socket) return;
    this.#clock.clearTimeout(this.#idleTimer);
    this.#idleTimer = this.#clock.setTimeout(() => this.#checkIdle(), Math.max(0, this.#silenceLeftMs()));
  }

  /** Until a KeepAlive is due. */
  #silenceLeftMs(): number {
    return this.#lastOutboundAt + this.#settings.keepAliveMs - this.#clock.now();
  }

  #checkIdle(): void {
    this.#idleTimer = undefined;
    if (this.#hasSentCloseStream) return;
    if (this.#silenceLeftMs() > TIMER_ROUNDING_MS) this.#armIdleTimer();
    else if (this.#timeline.next) {
      // The socket takes no more audio, which is not the same as having none.
      this.keepAlive();
      this.#armIdleTimer();
    } else {
      this.#isFlowing = false;
      this.#listener.audioIdle();
    }
  }

  #watchForStalls(): StallWatch {
    return new StallWatch(this.#clock, this.#patience, () => this.#listener.stalled());
  }
}
