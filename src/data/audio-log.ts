/**
 * The audio log: a copy of every accepted frame, kept for replay until a final result covers it. It holds bytes and
 * positions and knows nothing of connections; what may be let go is decided by `audio-timeline.ts`.
 *
 * Frames have an index that never changes, so that a sender can remember where it stands while the oldest go.
 */

/** A piece of audio as it will be sent. Positions are samples since the session began, `end` not included. */
export interface Frame {
  start: number;
  readonly end: number;
  bytes: Uint8Array;
  /** A connection may begin here … */
  readonly isBoundary: boolean;
  /** … if these bytes go before the frame (a container's block, cut out of its cluster). */
  readonly opening: Uint8Array | undefined;
}

/** Frames are copied into slabs of this size: one allocation for about a second of speech instead of fifty. */
const SLAB_BYTES = 32 * 1024;

/** How many spent entries the array may carry before it is cut. */
const COMPACT_AFTER = 1024;

export class AudioLog {
  #frames: Frame[] = [];
  /** Array position of the oldest frame kept. */
  #head = 0;
  /** Index of the array's first entry. */
  #base = 0;
  #bytes = 0;
  #slab = new Uint8Array(0);
  #slabUsed = 0;

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

  get first(): Frame | undefined {
    return this.#frames[this.#head];
  }

  at(index: number): Frame | undefined {
    return index < this.firstIndex ? undefined : this.#frames[index - this.#base];
  }

  /** Copies the bytes: their owner may reuse them at once. */
  append(bytes: Uint8Array, start: number, end: number, isBoundary: boolean, opening?: Uint8Array): void {
    this.#frames.push({ start, end, bytes: this.#copy(bytes), isBoundary, opening });
    this.#bytes += bytes.byteLength;
  }

  /** Lets the oldest frame go. */
  shift(): Frame | undefined {
    const frame = this.#frames[this.#head];
    if (!frame) return undefined;
    this.#bytes -= frame.bytes.byteLength;
    this.#head += 1;
    if (this.#head === this.#frames.length) this.#forget();
    else if (this.#head >= COMPACT_AFTER) this.#compact();
    return frame;
  }

  /** Cuts the first `bytes` bytes off the oldest frame, which then begins at `position`. */
  cutFirst(position: number, bytes: number): void {
    const frame = this.#frames[this.#head];
    if (!frame) return;
    frame.start = position;
    frame.bytes = frame.bytes.subarray(bytes);
    this.#bytes -= bytes;
  }

  #copy(bytes: Uint8Array): Uint8Array {
    const { byteLength } = bytes;
    if (byteLength > SLAB_BYTES / 4) return bytes.slice();
    if (this.#slabUsed + byteLength > this.#slab.byteLength) {
      this.#slab = new Uint8Array(SLAB_BYTES);
      this.#slabUsed = 0;
    }
    const copy = this.#slab.subarray(this.#slabUsed, this.#slabUsed + byteLength);
    copy.set(bytes);
    this.#slabUsed += byteLength;
    return copy;
  }

  /** An empty log holds no memory: thousands of sessions idle at once. */
  #forget(): void {
    this.#base += this.#head;
    this.#frames = [];
    this.#head = 0;
    this.#slab = new Uint8Array(0);
    this.#slabUsed = 0;
  }

  #compact(): void {
    this.#frames = this.#frames.slice(this.#head);
    this.#base += this.#head;
    this.#head = 0;
  }
}
