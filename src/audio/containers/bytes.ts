/**
 * Reading numbers and names out of bytes. A byte past the end reads as 0: a truncated field gives a wrong number,
 * which the caller checks anyway, and never an exception.
 */

/** The unsigned big-endian integer in `bytes[from, to)`; exact up to 53 bits. */
export function uintBE(bytes: Uint8Array, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at++) value = value * 256 + (bytes[at] ?? 0);
  return value;
}

/** The unsigned little-endian integer in `bytes[from, to)`; exact up to 53 bits. */
export function uintLE(bytes: Uint8Array, from: number, to: number): number {
  let value = 0;
  for (let at = to; at-- > from; ) value = value * 256 + (bytes[at] ?? 0);
  return value;
}

/** The bytes of `bytes[from, to)` as characters, for comparing with a format's magic words. */
export function ascii(bytes: Uint8Array, from: number, to: number): string {
  return String.fromCharCode(...bytes.subarray(from, to));
}
