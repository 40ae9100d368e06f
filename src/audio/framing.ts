/**
 * From bytes cut anywhere to frames with a position on the timeline. Three kinds of audio:
 *
 *   raw        whole samples, exact; a sample cut in two waits for its other half, a long chunk is split
 *   packets    an encoding whose bytes do not tell time (opus, flac, amr …): the caller's chunks, timed by arrival
 *   container  WAV, Ogg, WebM …: a header first on every connection, then pieces timed by the container itself
 */
import { MAX_CHUNK_MS } from '../protocol/limits.ts';

/** The receiver of frames. */
export interface FrameSink {
  /** Without `isBoundary` it is raw audio, where a connection may begin at every sample. */
  append(bytes: Uint8Array, samples: number, now: number, isBoundary?: boolean, opening?: Uint8Array): void;
  setFormat(rate: number, frameBytes: number): void;
  /** When the next sample was captured, in milliseconds since 1970, if the source knows it. */
  capturedAt: number | undefined;
}

export interface Framing {
  /** The header that every connection must begin with. */
  readonly header: Uint8Array | undefined;
  /** The first frame contains the header. */
  readonly isHeaderAudio?: boolean;
  /** `false`: positions are estimates, and a replay may repeat or miss a little. */
  readonly isExact: boolean;
  /** Raw audio, and no part of a sample waits for the rest. */
  readonly isWhole?: boolean;
  push(bytes: Uint8Array, now: number): void;
  /** No more audio will come: outputs the rest, if it is usable. */
  finish(now: number): void;
}

/** Positions per second where they are milliseconds. */
export const MILLISECONDS = 1000;

/** Whole samples of raw audio. */
export class RawFraming implements Framing {
  readonly header: Uint8Array | undefined;
  readonly isExact = true;
  readonly #sink: FrameSink;
  readonly #frameBytes: number;
  readonly #maxBytes: number;
  /** The bytes of a sample whose rest has not come yet. */
  #carry: Uint8Array | undefined;

  /** `frameBytes` is one sample of every channel. */
  constructor(sink: FrameSink, rate: number, frameBytes: number, header?: Uint8Array) {
    this.header = header;
    this.#sink = sink;
    this.#frameBytes = frameBytes;
    this.#maxBytes = Math.ceil((rate * MAX_CHUNK_MS) / 1000) * frameBytes;
    sink.setFormat(rate, frameBytes);
  }

  get isWhole(): boolean {
    return this.#carry === undefined;
  }

  push(bytes: Uint8Array, now: number): void {
    const length = bytes.byteLength;
    if (length === 0) return;
    if (!this.#carry && length <= this.#maxBytes && length % this.#frameBytes === 0) {
      this.#sink.append(bytes, length / this.#frameBytes, now);
      return;
    }
    const all = this.#carry ? join(this.#carry, bytes) : bytes;
    const whole = all.byteLength - (all.byteLength % this.#frameBytes);
    // In equal parts, so that no message holds only a short rest.
    const parts = Math.ceil(whole / this.#maxBytes);
    const partBytes = Math.ceil(whole / this.#frameBytes / parts) * this.#frameBytes;
    for (let from = 0; from < whole; from += partBytes) {
      const frame = all.subarray(from, Math.min(from + partBytes, whole));
      this.#sink.append(frame, frame.byteLength / this.#frameBytes, now);
    }
    this.#carry = whole < all.byteLength ? new Uint8Array(all.subarray(whole)) : undefined;
  }

  /** Half of a sample is dropped. */
  finish(): void {
    this.#carry = undefined;
  }
}

function join(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(first.byteLength + second.byteLength);
  joined.set(first);
  joined.set(second, first.byteLength);
  return joined;
}
