/** The output of a recorder: a header that every connection needs first, and chunks that cannot be decoded without it. */
import { append } from './bytes.ts';

/** A container's bytes in the chunks of a recorder. */
export interface MuxedStream {
  /** The first bytes of every connection. */
  header: Uint8Array;
  /** The other bytes, in order; no chunk can be decoded without the header. */
  chunks: Uint8Array[];
}

/** How to put samples into a container. */
export interface MuxOptions {
  sampleRate: number;
  /**
   * Channels the samples are interleaved of.
   * @defaultValue 1
   */
  channels?: number;
  /**
   * Audio in each chunk, in milliseconds, as a recorder's time slice.
   * @defaultValue 100
   */
  chunkMs?: number;
}

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
