/**
 * One timeline for a whole session, over all its connections: combines the log (bytes) and the ledger (counts), and is the only
 * place that releases audio. The states:
 *
 *   unsent       accepted, not yet on the present connection
 *   unconfirmed  sent, not yet covered by a final result
 *   at risk      unconfirmed, and pushed out of a full log: can no longer be replayed. It counts as dropped only if its
 *                connection ends before a final covers it, so that a slow server alone loses nothing.
 *   confirmed    covered by a final result on every channel
 *   dropped      given up, and announced
 *
 * An interim result never releases audio.
 */
import type { Clock } from '../clock.ts';
import { MAX_FRAME_MS } from '../protocol/limits.ts';
import type { AudioTap } from './audio-chunk.ts';
import { AudioLog, type Frame, type LogLimits, maxFrameBytes } from './audio-log.ts';
import { CaptureClock } from './capture-clock.ts';
import type { FrameSink } from './framing.ts';
import { type LevelLink, LiveRun } from './live-run.ts';
import { type LogMemory, logMemoryOf } from './log-memory.ts';
import { Ledger, type LedgerSnapshot } from './ledger.ts';
import type { SampleRange } from './sample-ranges.ts';

/** Why audio was dropped. */
export type DropReason =
  /** The log was full, and the audio had not been sent. */
  | 'log-full'
  /** The logs of all sessions together were full, this one held more than its share, and the audio had not been sent. */
  | 'process-full'
  /** The log was full, and the connection ended before the audio, already sent, was covered by a final result. */
  | 'connection-lost'
  /** The catch-up policy skipped it after an outage. */
  | 'skipped'
  /** The session continues from a store that does not have it: the store dropped or lost it. */
  | 'missing';

export interface Drop extends SampleRange {
  reason: DropReason;
}

/** Is called when audio is dropped, and when audio waits without a link. */
export interface TimelineListener {
  onDrop(drop: Drop): void;
  /** Audio came without a link; called once for each time without one. */
  onWaiting(): void;
}

/** A link's position in the log: everything before it was sent on that link. */
export interface LogCursor {
  /** Index of the frame to send next, or to continue. */
  frameIndex: number;
  /** Position of the sample to send next. */
  nextPosition: number;
}

/** Reads the log, and is called when audio was added to it. */
export interface AudioReader extends LogCursor {
  audioAdded(now: number): void;
  /** This reader, if it is a link that has sent all audio so far. */
  readonly level?: LevelLink | undefined;
}

/** The length of a piece where the process is overloaded. */
const HURRIED_SECONDS = MAX_FRAME_MS / 1000;

/** A backlog is sent in pieces of this length, or of the app's chunks if they are longer: an even pace at the cost of live audio. */
const PIECE_SECONDS = 0.08;

/** The last piece of a frame may be this much longer, to avoid a short one after it. */
const LAST_PIECE_FACTOR = 1.25;

/** Drops in a row are announced together, at the latest when they have grown to this. */
const ANNOUNCE_SECONDS = 1;

export class AudioTimeline implements FrameSink {
  /** When the next sample was captured, in milliseconds since 1970, if the source knows it. */
  capturedAt: number | undefined;
  readonly #clock: Clock;
  #limits: LogLimits;
  readonly #listener: TimelineListener;
  readonly #captureClock: CaptureClock;
  readonly #log: AudioLog;
  readonly #memory: LogMemory;
  readonly ledger = new Ledger();
  /** Made when a run begins: most sessions of a server are idle. */
  run: LiveRun | undefined;
  /** The present link. */
  reader: AudioReader | undefined;
  #isWaiting = false;
  /** The newest frame while it is still in the caller's memory. */
  #live: Uint8Array | undefined;
  #liveStart = 0;
  /** Length of the newest frame. */
  #newestSamples = 0;
  #unannounced: Drop | undefined;

  constructor(clock: Clock, limits: LogLimits, listener: TimelineListener) {
    this.#limits = limits;
    this.#listener = listener;
    this.#captureClock = new CaptureClock(clock);
    this.#memory = logMemoryOf(clock);
    this.#log = new AudioLog(this.#memory);
    this.#clock = clock;
  }

  /** Positions per second. */
  get rate(): number {
    return this.#limits.rate;
  }

  /** Everything before it is confirmed or dropped. */
  get frontier(): number {
    return this.ledger.frontier;
  }

  /** Position of the next sample to be accepted. */
  get end(): number {
    this.run?.settle();
    return this.ledger.accepted;
  }

  get dropped(): number {
    return this.ledger.dropped;
  }

  get hasPending(): boolean {
    this.run?.settle();
    return this.ledger.pending > 0;
  }

  /** Samples accepted and not yet sent on the present link. */
  get unsent(): number {
    const reader = this.reader;
    if (!reader) return this.#log.isEmpty ? 0 : this.end - this.#log.start;
    if (this.#isRaw) return this.end - reader.nextPosition;
    const frame = this.next(reader);
    return frame ? this.end - frame.start : 0;
  }

  snapshot(): LedgerSnapshot {
    this.run?.settle();
    return this.ledger.snapshot();
  }

  /** For how many milliseconds no audio came before the sample at `position`. */
  pauseMsAt(position: number): number {
    return this.#captureClock.pauseMsAt(position, this.rate);
  }

  /** Milliseconds since 1970 at which the sample at `position` was captured. */
  wallTimeOf(position: number): number | undefined {
    return this.#captureClock.wallTimeOf(position, this.rate);
  }

  /** Sets the format from a container's header. Allowed only before the first audio. */
  setFormat(rate: number, frameBytes: number): void {
    this.#limits = { ...this.#limits, rate, frameBytes };
  }

  /** Whether this many bytes fit without dropping unconfirmed audio. */
  hasRoom(bytes: number): boolean {
    const { frameBytes } = this.#limits;
    this.run?.settle();
    return !this.#isOverfull(bytes, frameBytes > 0 ? bytes / frameBytes : 0);
  }

  /** Logs a copy, and lets the present link send it. Small raw frames are joined to larger ones, for fewer objects. */
  append(bytes: Uint8Array, samples: number, now: number, isBoundary = true, opening?: Uint8Array): void {
    const start = this.end;
    const end = start + samples;
    this.ledger.accept(samples);
    const { rate, frameBytes } = this.#limits;
    const isExtended = this.#isRaw && this.#log.extend(bytes, end, maxFrameBytes(rate, frameBytes));
    if (!isExtended) this.#log.append(bytes, start, end, isBoundary, opening);
    this.#noteCapture(start, samples, now);
    if (this.#isOverfull()) this.#makeRoom();
    this.#live = bytes;
    this.#liveStart = start;
    this.#newestSamples = samples;
    this.#tellReader(now);
    this.#live = undefined;
  }

  /** Begins a run: chunks as long as the newest one are then sent at once. Does nothing while audio waits to be sent. */
  beginRun(tap?: AudioTap): void {
    const link = this.reader?.level;
    if (!link) return;
    this.run ??= new LiveRun(this.#clock, this.#memory, this.#log, this.ledger, this.#captureClock);
    this.run.begin(link, this.#newestSamples, this.pieceSamples(false), this.#limits, tap);
  }

  /** The source pauses: ends the run, and frees its memory. */
  forgetRun(): void {
    this.run?.end();
    this.run = undefined;
  }

  #noteCapture(start: number, samples: number, now: number): void {
    const { rate } = this.#limits;
    const { capturedAt } = this;
    if (capturedAt === undefined) this.#captureClock.mark(start + samples, samples, rate, now);
    else {
      this.#captureClock.place(start, rate, capturedAt);
      this.capturedAt = capturedAt + (samples * 1000) / rate;
    }
  }

  #tellReader(now: number): void {
    if (this.reader) this.reader.audioAdded(now);
    else if (!this.#isWaiting) {
      this.#isWaiting = true;
      this.#listener.onWaiting();
    }
  }

  #makeRoom(): void {
    while (this.#isOverfull() && this.#log.endIndex - this.#log.firstIndex > 1) this.#evict();
    while (!this.#log.first?.isBoundary && this.#mayBeginAfter(this.#log.firstIndex, Infinity)) this.#evict();
  }

  /** A link begins: it will send everything unconfirmed. */
  attach(reader: AudioReader): void {
    this.announce();
    this.reader = reader;
    reader.frameIndex = this.#log.firstIndex;
    reader.nextPosition = this.#log.first?.start ?? this.end;
  }

  /** The link is over: audio at risk is dropped, logged audio is unsent again. */
  detach(reader: AudioReader): void {
    if (this.reader !== reader) return;
    this.reader = undefined;
    this.#isWaiting = false;
    this.drop({ start: this.frontier, end: this.#log.first?.start ?? this.end, reason: 'connection-lost' });
    this.announce();
  }

  /** The frame that a link sends next, or its rest. */
  next(cursor: LogCursor): Frame | undefined {
    if (this.#isRaw && cursor.nextPosition >= this.end) return undefined;
    if (cursor.frameIndex < this.#log.firstIndex) cursor.frameIndex = this.#log.firstIndex;
    const frame = this.#log.at(cursor.frameIndex);
    if (!frame || !this.#isRaw || frame.end > cursor.nextPosition) return frame;
    const following = this.#log.at(cursor.frameIndex + 1);
    if (following) cursor.frameIndex += 1;
    return following;
  }

  /** How much raw audio a link sends in one message. `isHurried`: the process is overloaded, so pieces are longer. */
  pieceSamples(isHurried: boolean): number {
    const seconds = isHurried ? HURRIED_SECONDS : PIECE_SECONDS;
    return Math.max(seconds * this.rate, this.#newestSamples);
  }

  /** The end of the piece that begins at `start`. Frames that are not raw are not divided. */
  endOfPiece(frame: Frame, start: number, samples: number): number {
    return this.#isRaw && start + LAST_PIECE_FACTOR * samples < frame.end
      ? start + Math.floor(samples)
      : frame.end;
  }

  /** The bytes of a frame, or of a part of a raw one. For live audio they are the caller's. */
  bytesOf(frame: Frame, start: number, end: number): Uint8Array {
    if (this.#live && start === this.#liveStart && end === this.end) return this.#live;
    const { frameBytes } = this.#limits;
    return frame.part((start - frame.start) * frameBytes, (frame.end - end) * frameBytes);
  }

  /** Everything of `frame` before `position` was sent. */
  advance(cursor: LogCursor, position: number): void {
    cursor.nextPosition = position;
    if (!this.#isRaw) cursor.frameIndex += 1;
  }

  /** A final result covers everything before `position`; returns whether that confirmed anything. */
  confirm(position: number): boolean {
    this.run?.settle();
    const hasConfirmed = this.ledger.confirm(position);
    this.#release();
    this.run?.findRoom();
    return hasConfirmed;
  }

  /** Drops the pending audio before `position`, by the catch-up policy. Call it between links. */
  skipTo(position: number): void {
    this.drop({ start: this.frontier, end: position, reason: 'skipped' });
    this.#release();
    this.announce();
  }

  /** The session is over: no audio is kept. Audio at risk is dropped; the rest stays pending, even if the link ends later. */
  close(): void {
    if (this.reader) this.detach(this.reader);
    this.announce();
    this.#log.clear();
  }

  /** Reports drops not reported yet. */
  announce(): void {
    const drop = this.#unannounced;
    this.#unannounced = undefined;
    if (drop) this.#listener.onDrop(drop);
  }

  /** Raw audio can be cut at any sample; other frames cannot. */
  get #isRaw(): boolean {
    return this.#limits.frameBytes > 0;
  }

  /** Releases settled audio, but keeps a place at or before the frontier where a replay can begin. */
  #release(): void {
    const { frontier } = this;
    for (let first = this.#log.first; first && first.end <= frontier; first = this.#log.first) {
      // Frames of unknown length count as covered when they come, sent or not.
      if (this.#isUnsent(first) || !this.#mayBeginAfter(this.#log.firstIndex, frontier)) return;
      this.#log.shift();
    }
    const first = this.#log.first;
    const { frameBytes } = this.#limits;
    if (first && frameBytes > 0 && first.start < frontier) {
      this.#log.cutFirst(frontier, (frontier - first.start) * frameBytes);
    }
  }

  /** Whether a part of the oldest frame waits to be sent on the present link. */
  #isUnsent(first: Frame): boolean {
    const reader = this.reader;
    if (!reader || this.#log.firstIndex < reader.frameIndex) return false;
    return !this.#isRaw || first.end > reader.nextPosition;
  }

  /** Whether a place to begin, not after `position`, remains when the frame at `index` is gone. */
  #mayBeginAfter(index: number, position: number): boolean {
    if (this.#isRaw) return true;
    for (let later = index + 1; later < this.#log.endIndex; later += 1) {
      const frame = this.#log.at(later);
      if (!frame || frame.start > position) break;
      if (frame.isBoundary) return true;
    }
    return false;
  }

  #isOverfull(moreBytes = 0, moreSamples = 0): boolean {
    const { maxBytes, maxSeconds, rate } = this.#limits;
    if (this.#log.bytes + moreBytes > maxBytes || this.#isProcessFull(moreBytes)) return true;
    const kept = this.#log.isEmpty ? 0 : this.end - this.#log.start;
    return kept + moreSamples > maxSeconds * rate;
  }

  #isProcessFull(moreBytes = 0): boolean {
    return this.#memory.isExceededBy(this.#log.bytes, moreBytes, this.#limits.maxProcessBytes);
  }

  /** Pushes the oldest frame out of a full log. */
  #evict(): void {
    const { first } = this.#log;
    if (!first) return;
    const reason = this.#isProcessFull() ? 'process-full' : 'log-full';
    const reader = this.reader;
    const isUnsent = !reader || this.#isUnsent(first);
    const sentTo = reader && this.#isRaw ? Math.max(first.start, reader.nextPosition) : first.start;
    this.#log.shift();
    if (!isUnsent) return;
    if (reader) reader.nextPosition = first.end;
    this.drop({ start: sentTo, end: first.end, reason });
  }

  /** Drops the pending audio within the range. */
  drop({ start, end, reason }: Drop): void {
    for (const range of this.ledger.drop({ start, end })) {
      const waiting = this.#unannounced;
      if (waiting?.reason === reason && waiting.end === range.start) waiting.end = range.end;
      else {
        this.announce();
        this.#unannounced = { reason, ...range };
      }
    }
    const { start: from = 0, end: to = 0 } = this.#unannounced ?? {};
    if (to - from >= ANNOUNCE_SECONDS * this.rate) this.announce();
  }
}
