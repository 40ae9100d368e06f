/**
 * Memory for the audio log: slabs of about a second of speech, into which frames are copied, and which are reused. New memory for
 * each second of each session would cost more garbage collection than the audio itself.
 */

/** A slab has room for at least so many frames of a session. */
const FRAMES_IN_SLAB = 4;

/** The sizes of slabs. The larger one is for chunks of more than 8 KiB. */
const SLAB_BYTES = [32 * 1024, 64 * 1024] as const;

/** A frame larger than this gets memory of its own. */
export const LARGEST_SHARED_BYTES = SLAB_BYTES[1] / FRAMES_IN_SLAB;

/**
 * Spare slabs of each size, for all sessions together: a quarter of the audio that they keep, so that a crowd that speaks reuses them
 * and a crowd that is idle keeps few; from 1 to 16 MiB.
 */
const SPARE_SHARE = 1 / 4;
const MIN_SPARE_BYTES = 2 ** 20;
const MAX_SPARE_BYTES = 2 ** 24;

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

const spareOf = new Map<number, Slab[]>(SLAB_BYTES.map((bytes) => [bytes, []]));
let spareBytes = MIN_SPARE_BYTES;

/** A slab for frames of this length. */
export function takeSlabForFrames(frameBytes: number): Slab {
  return takeSlab(FRAMES_IN_SLAB * frameBytes);
}

/** A slab with room for `byteLength`. */
export function takeSlab(byteLength: number): Slab {
  const size = SLAB_BYTES.find((bytes) => byteLength <= bytes) ?? byteLength;
  return spareOf.get(size)?.pop() ?? new Slab(size);
}

/** Releases a slab that nobody reads any more. `keptBytes`: the audio of all logs, from one of them. */
export function giveBackSlab(slab: Slab, keptBytes?: number): void {
  if (keptBytes !== undefined)
    spareBytes = Math.min(MAX_SPARE_BYTES, Math.max(MIN_SPARE_BYTES, SPARE_SHARE * keptBytes));
  slab.used = 0;
  spareOf.get(slab.bytes.byteLength)?.push(slab);
  for (const [size, spare] of spareOf) spare.length = Math.min(spare.length, Math.floor(spareBytes / size));
}
