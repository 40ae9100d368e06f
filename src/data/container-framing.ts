/**
 * Framing for audio that is not raw. Loaded only when such audio is declared, since most apps send linear16: it is as large
 * as a sixth of everything else.
 */
import { createDemuxer } from './containers/containers.ts';
import type { Demuxer, Piece } from './containers/demuxer.ts';
import { type ContainerName, sniffContainer } from './containers/sniff.ts';
import { type Framing, type FrameSink, join, MILLISECONDS, RawFraming } from './framing.ts';

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
      // Chunks behind the audio, such as a title, take no time.
      if (piece.durationMs !== 0) this.#raw.push(piece.bytes);
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
