/** Container streams in chunks of any size. */
import { append } from '../src/testing/media/bytes.ts';
import type { MuxedStream } from '../src/testing/media/muxed-stream.ts';

/**
 * The same stream, header included, cut without regard for its structure, as by a network or a pipe: every chunk is `nextBytes()`
 * long.
 */
export function recut(stream: MuxedStream, nextBytes: () => number): Uint8Array[] {
  const whole = append(stream.header, ...stream.chunks);
  const pieces: Uint8Array[] = [];
  let at = 0;
  while (at < whole.length) {
    const until = at + Math.max(1, Math.floor(nextBytes()));
    pieces.push(whole.slice(at, until));
    at = until;
  }
  return pieces;
}
