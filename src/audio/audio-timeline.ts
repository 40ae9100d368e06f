/**
 * One timeline for a whole session, whatever happens to its connections: joins the log (the bytes) and the ledger (the
 * books), and is the only place where audio is let go. The nouns:
 *
 *   unsent       accepted, not yet on the present connection
 *   unconfirmed  sent, not yet covered by a final result
 *   at risk      unconfirmed, and pushed out of a full log: can no longer be replayed. It counts as dropped only if its
 *                connection ends before a final covers it, so that a slow server alone loses nothing.
 *   confirmed    covered by a final result on every channel
 *   dropped      given up, and announced
 *
 * Nothing is ever let go by an interim result or by Metadata.
 */
import { AudioLog, type Frame } from './audio-log.ts';
import { Ledger, type LedgerSnapshot } from './ledger.ts';
import type { SampleRange } from './sample-ranges.ts';

/** Why audio was given up. */
export type DropReason =
  /** The log was full, and the audio had not been sent. */
  | 'log-full'
  /** The log was full, and the connection ended before the audio, already sent, was covered by a final result. */
  | 'connection-lost'
  /** The catch-up policy skipped it after an outage. */
  | 'skipped';

export interface Drop extends SampleRange {
  reason: DropReason;
}

export interface TimelineSettings {
  /** Positions per second: the sample rate, or 1000 where positions are milliseconds. */
  rate: number;
  /** Bytes of one position, where audio may be cut anywhere; 0 where frames are whole. */
  frameBytes: number;
  maxSeconds: number;
  maxBytes: number;
  onDrop(drop: Drop): void;
}

/** Raw frames are kept, and replayed, in pieces of this length: small enough for an even pace. */
const LOGGED_FRAME_SECONDS = 0.08;

/** Drops in a row are announced together, at the latest when they have grown to this. */
const ANNOUNCE_SECONDS = 1;

export class AudioTimeline {
  #settings: TimelineSettings;
  #log = new AudioLog();
  #ledger = new Ledger();
  /** Index of the next frame to be sent on the present connection. */
  #next = 0;
  #isConnected = false;
  #isSealed = false;
  #unannounced: Drop | undefined;

  constructor(settings: TimelineSettings) {
    this.#settings = settings;
  }

  /** Positions per second. */
  get rate(): number {
    return this.#settings.rate;
  }

  /** Everything before it is confirmed or dropped. */
  get frontier(): number {
    return this.#ledger.frontier;
  }

  /** Position of the next sample to be accepted. */
  get end(): number {
    return this.#ledger.accepted;
  }

  get dropped(): number {
    return this.#ledger.dropped;
  }

  get hasPending(): boolean {
    return this.#ledger.pending > 0;
  }

  /** Samples accepted and not yet sent on the present connection. */
  get unsent(): number {
    const next = this.#log.at(this.#isConnected ? this.#next : this.#log.firstIndex);
    return next ? this.end - next.start : 0;
  }

  snapshot(): LedgerSnapshot {
    return this.#ledger.snapshot();
  }

  /** The format is known only now: a container's header has told it. Allowed while nothing was accepted. */
  setFormat(rate: number, frameBytes: number): void {
    this.#settings = { ...this.#settings, rate, frameBytes };
  }

  /** Whether so many bytes fit without pushing unconfirmed audio out. */
  hasRoom(bytes: number): boolean {
    const { frameBytes } = this.#settings;
    return !this.#isOverfull(bytes, frameBytes > 0 ? bytes / frameBytes : 0);
  }

  /** Adds audio that is still to be sent. */
  append(bytes: Uint8Array, samples: number, isBoundary = true, opening?: Uint8Array): void {
    const isLastUnsent = !this.#isConnected || this.#next < this.#log.endIndex;
    this.#add(bytes, samples, isLastUnsent, isBoundary, opening);
  }

  /** Adds raw audio that has just been sent on the present connection, behind everything else. */
  appendSent(bytes: Uint8Array, samples: number): void {
    this.#add(bytes, samples, true, true);
    this.#next = this.#log.endIndex;
  }

  /** Whatever comes begins a frame of its own, since a message goes out between it and what was before. */
  seal(): void {
    this.#isSealed = true;
  }

  /** Small frames become larger ones, for fewer things to keep: only with their like, sent with sent. */
  #add(
    bytes: Uint8Array,
    samples: number,
    mayExtend: boolean,
    isBoundary: boolean,
    opening?: Uint8Array,
  ): void {
    const start = this.end;
    const end = start + samples;
    const { frameBytes, rate } = this.#settings;
    this.#ledger.accept(samples);
    const isExtended =
      mayExtend &&
      !this.#isSealed &&
      frameBytes > 0 &&
      this.#log.extend(bytes, end, rate * frameBytes * LOGGED_FRAME_SECONDS);
    if (!isExtended) this.#log.append(bytes, start, end, isBoundary, opening);
    this.#isSealed = false;
    if (!this.#isOverfull()) return;
    while (this.#isOverfull() && this.#log.endIndex - this.#log.firstIndex > 1) this.#evict();
    while (!this.#log.first?.isBoundary && this.#mayBeginAfter(this.#log.firstIndex, Infinity)) this.#evict();
  }

  /** A connection begins: everything unconfirmed is to be sent on it. */
  connect(): void {
    this.announce();
    this.#isConnected = true;
    this.#next = this.#log.firstIndex;
  }

  /** The connection is over: what was at risk is lost, what is logged is unsent again. */
  disconnect(): void {
    if (!this.#isConnected) return;
    this.#isConnected = false;
    this.#drop({ start: this.frontier, end: this.#log.first?.start ?? this.end, reason: 'connection-lost' });
    this.announce();
  }

  /** The next frame to be sent, if there is one. */
  get next(): Frame | undefined {
    return this.#log.at(this.#next);
  }

  advance(): void {
    this.#next += 1;
  }

  /** A final result covers everything before `position`; the answer is whether that confirmed anything. */
  confirm(position: number): boolean {
    const hasConfirmed = this.#ledger.confirm(position);
    this.#release();
    return hasConfirmed;
  }

  /** Gives up what is pending before `position`, by the catch-up policy; to be called between connections. */
  skipTo(position: number): void {
    this.#drop({ start: this.frontier, end: position, reason: 'skipped' });
    this.#release();
    this.announce();
  }

  /** Tells of drops not yet told. */
  announce(): void {
    const drop = this.#unannounced;
    this.#unannounced = undefined;
    if (drop) this.#settings.onDrop(drop);
  }

  /** Lets go of what is settled, as far as a replay may still begin at or before the frontier. */
  #release(): void {
    const { frontier } = this;
    for (let first = this.#log.first; first && first.end <= frontier; first = this.#log.first) {
      // Frames of no known length are covered as soon as they come, sent or not.
      const isUnsent = this.#isConnected && this.#log.firstIndex >= this.#next;
      if (isUnsent || !this.#mayBeginAfter(this.#log.firstIndex, frontier)) return;
      this.#log.shift();
    }
    const first = this.#log.first;
    const { frameBytes } = this.#settings;
    if (first && frameBytes > 0 && first.start < frontier) {
      this.#log.cutFirst(frontier, (frontier - first.start) * frameBytes);
    }
  }

  /** Whether a place to begin, not after `position`, remains when the frame at `index` is gone. */
  #mayBeginAfter(index: number, position: number): boolean {
    if (this.#settings.frameBytes > 0) return true;
    for (let later = index + 1; later < this.#log.endIndex; later += 1) {
      const frame = this.#log.at(later);
      if (!frame || frame.start > position) break;
      if (frame.isBoundary) return true;
    }
    return false;
  }

  #isOverfull(moreBytes = 0, moreSamples = 0): boolean {
    const { maxBytes, maxSeconds, rate } = this.#settings;
    if (this.#log.bytes + moreBytes > maxBytes) return true;
    const kept = this.#log.isEmpty ? 0 : this.end - this.#log.start;
    return kept + moreSamples > maxSeconds * rate;
  }

  /** Pushes the oldest frame out of a full log. */
  #evict(): void {
    const wasSent = this.#isConnected && this.#log.firstIndex < this.#next;
    const frame = this.#log.shift();
    if (!frame || wasSent) return;
    this.#next = Math.max(this.#next, this.#log.firstIndex);
    this.#drop({ start: frame.start, end: frame.end, reason: 'log-full' });
  }

  #drop({ start, end, reason }: Drop): void {
    for (const range of this.#ledger.drop({ start, end })) {
      const waiting = this.#unannounced;
      if (waiting?.reason === reason && waiting.end === range.start) waiting.end = range.end;
      else {
        this.announce();
        this.#unannounced = { ...range, reason };
      }
    }
    const { start: from = 0, end: to = 0 } = this.#unannounced ?? {};
    if (to - from >= ANNOUNCE_SECONDS * this.rate) this.announce();
  }
}
