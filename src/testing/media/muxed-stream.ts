/** The output of a recorder: a header that every connection needs first, and chunks that cannot be decoded without it. */

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
