/**
 * The audio log: a copy of every accepted frame, kept for replay until a final result covers it. It holds bytes and positions,
 * without knowledge of connections; `audio-timeline.ts` decides what is released.
 *
 * Frames have an index that never changes, so that a sender keeps its position while the oldest frames are released.
 */
import { MAX_FRAME_MS } from '../protocol/limits.ts';
import type { LogMemory } from './log-memory.ts';
import { giveBackSlab, LARGEST_SHARED_BYTES, Slab, takeSlabForFrames } from './slabs.ts';

/** The format and the limits of a log. */
export interface LogLimits {
  /** Positions per second: the sample rate, or 1000 where positions are milliseconds. */
  rate: number;
  /** Bytes of one position, where audio may be cut anywhere; 0 where frames are whole. */
  frameBytes: number;
  maxSeconds: number;
  maxBytes: number;
  /** Shared by all sessions with this clock. */
  maxProcessBytes: number;
}

/** A piece of audio as it will be sent. Positions are samples since the session began, `end` not included. */
export class Frame {
  start: number;
  end: number;
  byteLength: number;
  /** A connection may begin here … */
  readonly isBoundary: boolean;
  /** … if these bytes go before the frame (a container's block, cut out of its cluster). */
  readonly opening: Uint8Array | undefined;
  readonly slab: Slab;
  #offset: number;

  constructor(
    start: number,
    end: number,
    slab: Slab,
    offset: number,
    byteLength: number,
    isBoundary: boolean,
    opening: Uint8Array | undefined,
  ) {
    this.start = start;
    this.end = end;
    this.slab = slab;
    this.#offset = offset;
    this.byteLength = byteLength;
    this.isBoundary = isBoundary;
    this.opening = opening;
  }

  /** A view without some bytes at either end; made when it is needed, since most frames are never replayed. */
  part(bytesBefore: number, bytesBehind: number): Uint8Array {
    return this.slab.bytes.subarray(this.#offset + bytesBefore, this.#offset + this.byteLength - bytesBehind);
  }

  /** Whether bytes added to its slab now would directly follow it. */
  get isLastInSlab(): boolean {
    return this.#offset + this.byteLength === this.slab.used;
  }

  /** Cuts the first bytes off; the frame then begins at `position`. */
  cut(position: number, bytes: number): void {
    this.start = position;
    this.#offset += bytes;
    this.byteLength -= bytes;
  }
}

/** Chunks of raw audio are joined to frames of this length at most; a longer chunk is a frame of its own. */
export function maxFrameBytes(rate: number, frameBytes: number): number {
  return (rate * frameBytes * MAX_FRAME_MS) / 1000;
}

/** How many released entries the array may have before it is cut. */
const COMPACT_AFTER = 1024;

export class AudioLog {
  #frames: (Frame | undefined)[] = [];
  /** Array position of the oldest frame kept. */
  #head = 0;
  /** Index of the array's first entry. */
  #base = 0;
  #bytes = 0;
  #start = 0;
  /** Where the next frame is copied to. */
  #slab: Slab | undefined;
  /** A run writes into the slab, so the slab is kept even while the log is empty. */
  #isLent = false;
  readonly #memory: LogMemory;

  constructor(memory: LogMemory) {
    this.#memory = memory;
  }

  /** Index of the oldest frame kept; equal to {@link endIndex} when the log is empty. */
  get firstIndex(): number {
    return this.#base + this.#head;
  }

  /** Index that the next frame will get. */
  get endIndex(): number {
    return this.#base + this.#frames.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get isEmpty(): boolean {
    return this.#head === this.#frames.length;
  }

  /** Position of the oldest sample kept, or the end of the last one that was. */
  get start(): number {
    return this.#start;
  }

  get first(): Frame | undefined {
    return this.#frames[this.#head];
  }

  at(index: number): Frame | undefined {
    return index < this.firstIndex ? undefined : this.#frames[index - this.#base];
  }

  /** Copies the bytes: their owner may reuse them at once. */
  append(bytes: Uint8Array, start: number, end: number, isBoundary: boolean, opening?: Uint8Array): void {
    const { byteLength } = bytes;
    if (this.isEmpty) this.#start = start;
    const slab = byteLength > LARGEST_SHARED_BYTES ? new Slab(byteLength) : this.#roomFor(byteLength);
    this.#frames.push(new Frame(start, end, slab, slab.add(bytes), byteLength, isBoundary, opening));
    slab.frames += 1;
    this.#count(byteLength);
  }

  /** Extends the newest frame by these bytes, to `maxBytes` at most; `false` if it cannot grow. */
  extend(bytes: Uint8Array, end: number, maxBytes: number): boolean {
    const last = this.#frames.at(-1);
    const { byteLength } = bytes;
    if (!last?.isLastInSlab || last.byteLength + byteLength > maxBytes || !last.slab.hasRoom(byteLength))
      return false;
    last.slab.add(bytes);
    last.end = end;
    last.byteLength += byteLength;
    this.#count(byteLength);
    return true;
  }

  /** Lends the slab of the newest frame to a writer that fills it; `undefined` if no audio fits behind that frame. */
  lend(): Slab | undefined {
    const last = this.#frames.at(-1);
    this.#isLent = last?.slab === this.#slab && last?.isLastInSlab === true;
    return this.#isLent ? this.#slab : undefined;
  }

  /** Counts chunks that were written into the lent slab, and are already in the memory of all logs. */
  adopt(chunks: number, byteLength: number, start: number, samples: number, maxBytes: number): void {
    const slab = this.#slab as Slab;
    let last = this.#frames.at(-1);
    for (let chunk = 0; chunk < chunks; chunk += 1) {
      const from = start + chunk * samples;
      if (last && last.byteLength + byteLength <= maxBytes) {
        last.end = from + samples;
        last.byteLength += byteLength;
      } else {
        last = new Frame(from, from + samples, slab, slab.used, byteLength, true, undefined);
        this.#frames.push(last);
        slab.frames += 1;
      }
      slab.used += byteLength;
    }
    if (this.#bytes === 0) this.#memory.logs += 1;
    this.#bytes += chunks * byteLength;
  }

  /** The writer is done with the lent slab. */
  takeBack(): void {
    this.#isLent = false;
    if (this.isEmpty) this.#forget();
  }

  /** Releases the oldest frame. */
  shift(): Frame | undefined {
    const frame = this.#frames[this.#head];
    if (!frame) return undefined;
    this.#count(-frame.byteLength);
    this.#start = frame.end;
    // A released entry must not keep its memory.
    this.#frames[this.#head] = undefined;
    this.#head += 1;
    frame.slab.frames -= 1;
    if (frame.slab !== this.#slab) this.#giveBackIfUnused(frame.slab);
    if (this.isEmpty) this.#forget();
    else if (this.#head >= COMPACT_AFTER) this.#compact();
    return frame;
  }

  /** Cuts the first `bytes` bytes off the oldest frame, which then begins at `position`. */
  cutFirst(position: number, bytes: number): void {
    const frame = this.#frames[this.#head];
    if (!frame) return;
    frame.cut(position, bytes);
    this.#start = position;
    this.#count(-bytes);
  }

  /** Releases all frames. */
  clear(): void {
    while (this.shift());
  }

  #count(bytes: number): void {
    const had = this.#bytes > 0;
    this.#bytes += bytes;
    this.#memory.bytes += bytes;
    const has = this.#bytes > 0;
    if (had !== has) this.#memory.logs += has ? 1 : -1;
  }

  #roomFor(byteLength: number): Slab {
    const slab = this.#slab;
    if (slab?.hasRoom(byteLength)) return slab;
    if (slab) this.#giveBackIfUnused(slab);
    return (this.#slab = takeSlabForFrames(byteLength));
  }

  #giveBackIfUnused(slab: Slab): void {
    if (slab.frames === 0) giveBackSlab(slab, this.#memory.bytes);
  }

  /** An empty log holds no memory: thousands of sessions may be idle. */
  #forget(): void {
    this.#base += this.#head;
    this.#frames = [];
    this.#head = 0;
    if (this.#slab && this.#isLent) this.#slab.used = 0;
    if (this.#isLent) return;
    if (this.#slab) giveBackSlab(this.#slab, this.#memory.bytes);
    this.#slab = undefined;
  }

  #compact(): void {
    this.#frames = this.#frames.slice(this.#head);
    this.#base += this.#head;
    this.#head = 0;
  }
}
