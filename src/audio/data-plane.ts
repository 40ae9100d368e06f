/**
 * The data plane as one thing: carries audio out and transcripts in, and decides nothing. It is told what is due, reports
 * facts, and has never heard of machines or observables.
 *
 *   accept ─► intake ─► framing ─► timeline ─► uplink ─► socket
 *   transcript, utterance, message ◄─ downlink ◄─────── socket
 */
import type { Clock } from '../clock.ts';
import type { Evidence, NoticeCode } from '../diagnosis/notices.ts';
import type { ConnectionEnd } from '../protocol/close-reasons.ts';
import type { AudioFormat } from '../protocol/listen-v1/parameters.ts';
import type { Socket } from '../transports/transport.ts';
import { AudioTimeline } from './audio-timeline.ts';
import { CaptureClock } from './capture-clock.ts';
import { Downlink, type DownlinkListener } from '../transcript/downlink.ts';
import { Finalizer } from '../transcript/finalizer.ts';
import { type Framing, type FrameSink, MILLISECONDS, RawFraming } from './framing.ts';
import { loadFramings } from './framings.ts';
import { type AudioChunk, Intake } from './intake.ts';
import { PauseWatch } from './pause-watch.ts';
import { type Primer, Uplink, type UplinkListener } from '../link/uplink.ts';

/** What becomes of audio that came while there was no connection. */
export type CatchUp =
  /** All of it is sent, at most at `catchUpRate`. */
  | 'all'
  /** None: straight to live. What is skipped is announced. */
  | 'live'
  /** The last of it, up to 3600 seconds. What is skipped is announced. */
  | { lastSeconds: number };

export interface DataPlaneSettings {
  clock: Clock;
  format: AudioFormat;
  log: { maxSeconds: number; maxBytes: number };
  keepAliveMs: number;
  stallMs: number;
  drainMs: number;
  finalizeMs: number;
  finalizeAfterMs: number;
  primerMs: number;
  catchUp: CatchUp;
  catchUpRate: number;
}

/** What the data plane has to say. */
export interface DataPlaneListener extends UplinkListener, DownlinkListener {
  notice(code: NoticeCode, evidence: Evidence, cause?: unknown): void;
}

/** Bytes that may wait in a socket before audio is held back: a second of it, at least this. */
const MIN_BUFFERED_BYTES = 64 * 1024;

/** A backlog worth telling of. */
const TELL_BACKLOG_SECONDS = 1;

/** The next chunk comes within this, where a source goes on: longer ones have a notice of their own. */
const FLOWING_MS = 1_000;

/** 128 kbit/s, for what waits in a container that was not read yet. */
const WAITING_BYTES_PER_MS = 16;

/** Until code that could not be loaded is asked for again. */
const LOAD_AGAIN_MS = 3_000;

export class DataPlane {
  readonly timeline: AudioTimeline;
  readonly uplink: Uplink;
  /** Is shown all audio, in the app's own memory, while diagnosis watches. */
  tap: ((bytes: Uint8Array) => void) | undefined;
  readonly #settings: DataPlaneSettings;
  readonly #listener: DataPlaneListener;
  readonly #captureClock: CaptureClock;
  readonly #intake: Intake;
  readonly #downlink: Downlink;
  readonly #finalizer: Finalizer;
  readonly #pauseWatch: PauseWatch | undefined;
  #framing: Framing | undefined;
  /** What waits for something that may never come, and is let go by `close()`. */
  readonly #waits = new Set<() => void>();
  #hasFinished = false;
  #acceptedAt = -Infinity;
  #isClosed = false;

  constructor(settings: DataPlaneSettings, listener: DataPlaneListener) {
    const { clock, format, log, finalizeAfterMs } = settings;
    this.#settings = settings;
    this.#listener = listener;
    this.timeline = new AudioTimeline({
      rate: MILLISECONDS,
      frameBytes: 0,
      ...log,
      onDrop: ({ start, end, reason }) => {
        const { rate } = this.timeline;
        listener.notice('audio-dropped', { startSeconds: start / rate, endSeconds: end / rate, reason });
      },
    });
    this.#captureClock = new CaptureClock(clock);
    this.#intake = new Intake(
      (bytes) => this.#accept(bytes),
      (error, bytes) => listener.notice('audio-unreadable', { bytes }, error),
    );
    this.#beginFraming(format);
    this.uplink = new Uplink(
      clock,
      this.timeline,
      {
        ...settings,
        maxBufferedBytes: bufferedBytesOf(format),
        primer: primerOf(format, settings.primerMs),
        header: (position) =>
          this.#framing?.isHeaderAudio && position === 0 ? undefined : this.#framing?.header,
        isExact: () => this.#framing?.isExact !== false,
      },
      {
        ...listener,
        stalled: () => {
          if (!this.#downlink.fellSilent()) listener.stalled();
        },
      },
    );
    this.#finalizer = new Finalizer(clock, this.timeline, this.uplink, settings.finalizeMs);
    this.#downlink = new Downlink(this.timeline, this.uplink, this.#finalizer, this.#captureClock, listener);
    if (finalizeAfterMs < Infinity) {
      this.#pauseWatch = new PauseWatch(clock, finalizeAfterMs, () => {
        // The next connection begins the wait anew.
        if (this.uplink.isConnected) void this.finalize(undefined);
      });
    }
  }

  /** Connections so far. */
  get connections(): number {
    return this.#downlink.connection;
  }

  /** Audio that waits to be sent, in milliseconds; of what waits for its bytes, or for code, an estimate. */
  get backlogMs(): number {
    const { format } = this.#settings;
    const bytesPerMs =
      format.kind === 'raw' ? (format.sampleRate * format.frameBytes) / 1000 : WAITING_BYTES_PER_MS;
    return (this.timeline.unsent * 1000) / this.timeline.rate + this.#intake.waitingBytes / bytesPerMs;
  }

  /** Audio sent on the present connection. */
  get sentSeconds(): number {
    return (this.uplink.connectionClock?.sent ?? 0) / this.timeline.rate;
  }

  /** Bytes that wait in the socket. */
  get bufferedAmount(): number {
    return this.uplink.bufferedAmount;
  }

  /** Whether this many more bytes fit, if need be by pushing unconfirmed audio out; never more than the log holds. */
  hasRoom(bytes: number, mayPushOut: boolean): boolean {
    const { waitingBytes } = this.#intake;
    if (!mayPushOut) return this.timeline.hasRoom(waitingBytes + bytes);
    return waitingBytes + bytes <= this.#settings.log.maxBytes;
  }

  accept(chunk: AudioChunk): void {
    this.#intake.push(chunk);
  }

  async finalize(channel: number | undefined): Promise<boolean> {
    if (this.#intake.isWaiting) await this.read(this.#settings.finalizeMs);
    const { end } = this.timeline;
    const isFinal = await this.#finalizer.request(channel);
    if (this.timeline.end === end) this.#downlink.finalized(channel);
    return isFinal;
  }

  /** Some audio waits for its bytes. */
  get isReading(): boolean {
    return this.#intake.isWaiting;
  }

  /** Resolves when none does any more, after `patienceMs` or at the end of the session. */
  read(patienceMs: number): Promise<void> {
    return this.#wait(patienceMs, this.#intake.settled());
  }

  /** No more audio will come. */
  finish(): void {
    if (this.#hasFinished) return;
    const now = this.#settings.clock.now();
    this.#hasFinished = true;
    this.#pauseWatch?.stop();
    this.#framing?.finish(now);
    if (this.timeline.unsent > 0) this.uplink.accepted(now);
  }

  /** The session is over: says what is left to say. */
  close(): void {
    this.#isClosed = true;
    this.#pauseWatch?.stop();
    this.#downlink.close();
    this.timeline.announce();
    const bytes = this.#intake.waitingBytes;
    if (bytes > 0) this.#listener.notice('audio-unreadable', { bytes });
    this.#finalizer.close();
    for (const letGo of this.#waits) letGo();
  }

  // The line: what the machine's socket actor asks for.

  attach(socket: Socket): void {
    const isExact = this.#framing?.isExact !== false;
    this.#downlink.attach(isExact);
    const connection = this.connections;
    if (connection > 1) this.#skipBacklog();
    const backlogSeconds = this.backlogMs / 1000;
    this.#finalizer.attach();
    this.uplink.attach(socket);
    if (backlogSeconds > 0) this.#pauseWatch?.accepted(this.#settings.clock.now());
    if (connection > 1 && !isExact) this.#listener.notice('audio-inexact', { connection });
    if (backlogSeconds >= TELL_BACKLOG_SECONDS) {
      const { catchUpRate } = this.#settings;
      const doneInSeconds = backlogSeconds / (this.#isFlowing ? catchUpRate - 1 : catchUpRate);
      this.#listener.notice('catching-up', { backlogSeconds, doneInSeconds });
    }
  }

  receive(text: string): void {
    this.#downlink.receive(text);
  }

  receiveBinary(bytes: number): void {
    this.#listener.notice('message-malformed', { problem: 'binary', bytes });
  }

  detach(end?: ConnectionEnd): void {
    this.#downlink.detach(end);
    this.uplink.detach();
  }

  takeLeave(): boolean {
    return this.uplink.takeLeave();
  }

  hasPendingAudio(): boolean {
    return this.timeline.hasPending;
  }

  wasFlowing(): boolean {
    return this.uplink.wasFlowing;
  }

  /** Audio goes on coming, so that a backlog gets shorter by only what is sent beyond real time. */
  get #isFlowing(): boolean {
    return !this.#hasFinished && this.#settings.clock.now() - this.#acceptedAt <= FLOWING_MS;
  }

  #accept(bytes: Uint8Array): void {
    if (this.#isClosed) return;
    const now = this.#settings.clock.now();
    if (!this.#framing || this.#hasFinished) {
      this.#listener.notice('audio-unreadable', { bytes: bytes.byteLength });
      return;
    }
    this.#acceptedAt = now;
    this.#framing.push(bytes, now);
    this.uplink.accepted(now);
    this.#pauseWatch?.accepted(now);
    this.tap?.(bytes);
  }

  #beginFraming(format: AudioFormat): void {
    const sink: FrameSink = {
      append: (bytes, samples, now, isBoundary, opening) => {
        const isSent = isBoundary === undefined && this.uplink.sendLive(bytes, samples, now);
        if (!isSent) this.timeline.append(bytes, samples, isBoundary, opening);
        this.#captureClock.mark(this.timeline.end, samples, this.timeline.rate, now);
      },
      setFormat: (rate, frameBytes) => this.timeline.setFormat(rate, frameBytes),
      notice: (code, evidence) => this.#listener.notice(code, evidence),
    };
    if (format.kind === 'raw') this.#framing = new RawFraming(sink, format.sampleRate, format.frameBytes);
    else this.#intake.holdUntil(() => this.#loadFraming(format.kind === 'packets', sink));
  }

  /** Most apps send raw audio, and need not load the code for any other. Where it cannot be loaded, the audio waits for it. */
  async #loadFraming(isPackets: boolean, sink: FrameSink): Promise<void> {
    while (!this.#framing && !this.#isClosed) {
      try {
        const { ContainerFraming, PacketFraming } = await loadFramings();
        this.#framing = isPackets ? new PacketFraming(sink) : new ContainerFraming(sink, RawFraming);
      } catch (error) {
        this.#listener.notice('audio-unreadable', { bytes: 0 }, error);
        await this.#wait(LOAD_AGAIN_MS);
      }
    }
  }

  /** Waits for something, for so long at most, and not beyond the session. */
  #wait(delayMs: number, something?: Promise<void>): Promise<void> {
    const { clock } = this.#settings;
    return new Promise((resolve) => {
      const letGo = () => {
        clock.clearTimeout(timer);
        this.#waits.delete(letGo);
        resolve();
      };
      const timer = clock.setTimeout(letGo, delayMs);
      this.#waits.add(letGo);
      void something?.then(letGo);
    });
  }

  /** After an outage: gives up what the catch-up policy does not want. */
  #skipBacklog(): void {
    const { catchUp } = this.#settings;
    if (catchUp === 'all') return;
    const keptSeconds = catchUp === 'live' ? 0 : catchUp.lastSeconds;
    this.timeline.skipTo(this.timeline.end - Math.round(keptSeconds * this.timeline.rate));
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
