/**
 * Memory for the audio log: slabs of about a second of speech, into which frames are copied, and which are reused. New memory for
 * each second of each session would cost more garbage collection than the audio itself.
 */

const SLAB_BYTES = 32 * 1024;

/** A frame larger than this gets memory of its own. */
export const LARGEST_SHARED_BYTES = SLAB_BYTES / 4;

/** Spare slabs for all sessions together: 1 MiB. Where more are released at once, some are allocated again later. */
const MAX_SPARE = 32;

/** Memory for frames. */
export class Slab {
  readonly bytes: Uint8Array;
  /** The number of frames in it. */
  frames = 0;
  used = 0;

  constructor(byteLength: number) {
    this.bytes = new Uint8Array(byteLength);
  }

  hasRoom(byteLength: number): boolean {
    return this.used + byteLength <= this.bytes.byteLength;
  }

  /** Copies the bytes, and returns their place. */
  add(bytes: Uint8Array): number {
    const offset = this.used;
    this.bytes.set(bytes, offset);
    this.used += bytes.byteLength;
    return offset;
  }
}

const spare: Slab[] = [];

export function takeSlab(): Slab {
  return spare.pop() ?? new Slab(SLAB_BYTES);
}

/** Releases a slab without frames. */
export function giveBackSlab(slab: Slab): void {
  if (slab.bytes.byteLength !== SLAB_BYTES || spare.length >= MAX_SPARE) return;
  slab.used = 0;
  spare.push(slab);
}
