/**
 * Memory for the audio log: slabs of about a second of speech, into which frames are copied, and which are reused. New memory for
 * each second of each session would cost more garbage collection than the audio itself.
 */

const SLAB_BYTES = 32 * 1024;

/** A frame larger than this gets memory of its own. */
export const LARGEST_SHARED_BYTES = SLAB_BYTES / 4;

/**
 * Spare slabs for all sessions together: a quarter of the audio that they keep, so that a crowd that speaks reuses them and a crowd
 * that is idle keeps few; from 1 to 16 MiB.
 */
const MIN_SPARE = 32;
const MAX_SPARE = 512;
const SPARE_SHARE = 1 / 4;

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
let mostSpare = MIN_SPARE;

/** A slab with room for `byteLength`. */
export function takeSlab(byteLength = SLAB_BYTES): Slab {
  return byteLength > SLAB_BYTES ? new Slab(byteLength) : (spare.pop() ?? new Slab(SLAB_BYTES));
}

/** Releases a slab that nobody reads any more. `keptBytes`: the audio of all logs, from one of them. */
export function giveBackSlab(slab: Slab, keptBytes?: number): void {
  if (keptBytes !== undefined) mostSpare = spareFor(keptBytes);
  if (slab.bytes.byteLength !== SLAB_BYTES) return;
  slab.used = 0;
  spare.push(slab);
  spare.length = Math.min(spare.length, mostSpare);
}

function spareFor(keptBytes: number): number {
  const wanted = Math.floor((SPARE_SHARE * keptBytes) / SLAB_BYTES);
  return Math.min(MAX_SPARE, Math.max(MIN_SPARE, wanted));
}
