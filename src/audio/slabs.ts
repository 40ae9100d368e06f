/**
 * Memory for the audio log: slabs that frames are copied into, about a second of speech each, used again and again. A fresh
 * one for every second of every session would keep the garbage collector busier than the audio itself.
 */

const SLAB_BYTES = 32 * 1024;

/** A frame larger than this gets memory of its own. */
export const LARGEST_SHARED_BYTES = SLAB_BYTES / 4;

/** Spare slabs kept for all sessions together: at most 16 MiB, and never more than were in use at once. */
const MAX_SPARE = 512;

/** Memory that frames lie in. */
export class Slab {
  readonly bytes: Uint8Array;
  /** How many frames lie in it. */
  frames = 0;
  used = 0;

  constructor(byteLength: number) {
    this.bytes = new Uint8Array(byteLength);
  }

  hasRoom(byteLength: number): boolean {
    return this.used + byteLength <= this.bytes.byteLength;
  }

  /** Copies the bytes in, and says where they are. */
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

/** Gives a slab back that no frame lies in any more. */
export function giveBackSlab(slab: Slab): void {
  if (slab.bytes.byteLength !== SLAB_BYTES || spare.length >= MAX_SPARE) return;
  slab.used = 0;
  spare.push(slab);
}
