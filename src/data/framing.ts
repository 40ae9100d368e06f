/**
 * From bytes cut anywhere to frames with a place on the timeline. Three ways, by what is known of the audio:
 *
 *   raw        whole samples, exact; a sample cut in two waits for its other half, a long chunk is split
 *   packets    an encoding whose bytes do not tell time (opus, flac, amr …): the caller's chunks, timed by arrival
 *   container  WAV, Ogg, WebM …: a header first on every connection, then pieces timed by the container itself
 */
import { MAX_FRAME_MS } from '../protocol/limits.ts';
import { createDemuxer } from './containers/containers.ts';
import type { Demuxer, Piece } from './containers/demuxer.ts';
import { type ContainerName, sniffContainer } from './containers/sniff.ts';

/** Where frames go. */
export interface FrameSink {
  append(bytes: Uint8Array, samples: number, isBoundary?: boolean, opening?: Uint8Array): void;
  setFormat(rate: number, frameBytes: number): void;
}

export interface Framing {
  /** What every connection must begin with. */
  readonly header: Uint8Array | undefined;
  /** `false`: positions are estimates, and a replay may repeat or miss a little. */
  readonly isExact: boolean;
  push(bytes: Uint8Array, now: number): void;
  /** No more will come: gives what was held back, if it is of any use. */
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
    this.#maxBytes = Math.ceil((rate * MAX_FRAME_MS) / 1000) * frameBytes;
    sink.setFormat(rate, frameBytes);
  }

  push(bytes: Uint8Array): void {
    const length = bytes.byteLength;
    if (!this.#carry && length <= this.#maxBytes && length % this.#frameBytes === 0) {
      this.#sink.append(bytes, length / this.#frameBytes);
      return;
    }
    const all = this.#carry ? join(this.#carry, bytes) : bytes;
    const whole = all.byteLength - (all.byteLength % this.#frameBytes);
    for (let from = 0; from < whole; from += this.#maxBytes) {
      const frame = all.subarray(from, Math.min(from + this.#maxBytes, whole));
      this.#sink.append(frame, frame.byteLength / this.#frameBytes);
    }
    this.#carry = whole < all.byteLength ? all.slice(whole) : undefined;
  }

  /** Half a sample is no audio. */
  finish(): void {
    this.#carry = undefined;
  }
}

/** Chunks whose length in time only their arrival tells. */
export class PacketFraming implements Framing {
  readonly header = undefined;
  readonly isExact = false;
  readonly #sink: FrameSink;
  readonly #arrival = new ArrivalTimer();

  constructor(sink: FrameSink) {
    this.#sink = sink;
    sink.setFormat(MILLISECONDS, 0);
  }

  push(bytes: Uint8Array, now: number): void {
    this.#sink.append(bytes, this.#arrival.durationMs(now));
  }

  finish(): void {}
}

/** A container, recognised by its first bytes. */
export class ContainerFraming implements Framing {
  readonly #sink: FrameSink;
  readonly #arrival = new ArrivalTimer();
  #first = new Uint8Array(0);
  #demuxer: Demuxer | undefined;
  /** The audio inside is raw: the header goes first and the rest is exact. */
  #raw: RawFraming | undefined;
  /** Time of the pieces so far, and what of it is in whole milliseconds on the timeline. */
  #elapsedMs = 0;
  #placedMs = 0;

  constructor(sink: FrameSink) {
    this.#sink = sink;
    sink.setFormat(MILLISECONDS, 0);
  }

  get header(): Uint8Array | undefined {
    return this.#raw?.header ?? this.#demuxer?.header;
  }

  get isExact(): boolean {
    return this.#raw !== undefined || (this.#demuxer?.exact ?? true);
  }

  push(bytes: Uint8Array, now: number): void {
    if (this.#raw) {
      this.#raw.push(bytes);
      return;
    }
    if (this.#demuxer) {
      this.#placeAll(this.#demuxer.push(bytes), this.#demuxer, now);
      return;
    }
    this.#first = join(this.#first, bytes);
    const name = sniffContainer(this.#first);
    if (name !== undefined) this.#begin(name, now);
  }

  finish(now: number): void {
    if (!this.#demuxer && this.#first.byteLength > 0) this.#begin('unknown', now);
    if (this.#demuxer) this.#placeAll(this.#demuxer.flush(), this.#demuxer, now);
  }

  #begin(name: ContainerName, now: number): void {
    this.#demuxer = createDemuxer(name);
    this.#placeAll(this.#demuxer.push(this.#first), this.#demuxer, now);
    this.#first = new Uint8Array(0);
  }

  #placeAll(pieces: readonly Piece[], demuxer: Demuxer, now: number): void {
    for (const piece of pieces) this.#place(piece, demuxer, now);
  }

  #place(piece: Piece, demuxer: Demuxer, now: number): void {
    const { format } = demuxer;
    if (format && !this.#raw) {
      this.#raw = new RawFraming(this.#sink, format.sampleRate, format.blockAlign, demuxer.header);
    }
    if (this.#raw) {
      this.#raw.push(piece.bytes);
      return;
    }
    this.#elapsedMs += piece.durationMs ?? this.#arrival.durationMs(now);
    const samples = Math.max(0, Math.round(this.#elapsedMs) - this.#placedMs);
    this.#placedMs += samples;
    const { startsAtBoundary, reopening } = piece;
    this.#sink.append(piece.bytes, samples, startsAtBoundary || reopening !== undefined, reopening);
  }
}

/** A chunk this many times longer in coming than its fellows came after a pause. */
const PAUSE_FACTOR = 4;

/** What the first chunk is taken to hold: `MediaRecorder` is mostly asked for a quarter of a second. */
const FIRST_CHUNK_MS = 250;

/** Guesses how much audio a chunk holds from the time since the one before. */
class ArrivalTimer {
  #lastAt: number | undefined;
  #typicalMs = FIRST_CHUNK_MS;

  durationMs(now: number): number {
    const gapMs = this.#lastAt === undefined ? Infinity : now - this.#lastAt;
    this.#lastAt = now;
    if (gapMs <= this.#typicalMs * PAUSE_FACTOR) this.#typicalMs += (gapMs - this.#typicalMs) / 8;
    return Math.round(gapMs <= this.#typicalMs * PAUSE_FACTOR ? gapMs : this.#typicalMs);
  }
}

function join(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(first.byteLength + second.byteLength);
  joined.set(first);
  joined.set(second, first.byteLength);
  return joined;
}
