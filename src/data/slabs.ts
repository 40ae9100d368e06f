/**
 * Memory for the audio log: slabs that frames are copied into, about a second of speech each, used again and again. A fresh
 * one for every second of every session would keep the garbage collector busier than the audio itself.
 */

export const SLAB_BYTES = 32 * 1024;

/** Spare slabs kept for all sessions together: 2 MiB. */
const MAX_SPARE = 64;

const spare: Uint8Array[] = [];

export function takeSlab(): Uint8Array {
  return spare.pop() ?? new Uint8Array(SLAB_BYTES);
}

/** Gives a slab back that no frame lies in any more. Anything else that is given is left to the garbage collector. */
export function giveBackSlab(slab: Uint8Array): void {
  if (slab.byteLength === SLAB_BYTES && spare.length < MAX_SPARE) spare.push(slab);
}
