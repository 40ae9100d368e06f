/**
 * Framing for audio that is not raw. Loaded only when such audio is declared, since most apps send linear16.
 */
import { createDemuxer } from './containers/containers.ts';
import type { Demuxer, Piece } from './containers/demuxer.ts';
import { type ContainerName, sniffContainer } from './containers/sniff.ts';
import type { Framing, FrameSink, RawFraming } from './framing.ts';

/** Chunks whose length in time only their arrival tells. */
export class PacketFraming implements Framing {
  readonly header = undefined;
  readonly isExact = false;
  readonly #sink: FrameSink;
  readonly #arrival = new ArrivalTimer();

  constructor(sink: FrameSink) {
    this.#sink = sink;
  }

  push(bytes: Uint8Array, now: number): void {
    this.#sink.append(bytes, this.#arrival.durationMs(now), now, true);
  }

  finish(): void {}
}

/** Enough to recognise any container. */
const SNIFF_BYTES = 12;

/** A container, recognised by its first bytes. */
export class ContainerFraming implements Framing {
  readonly #sink: FrameSink;
  readonly #Raw: typeof RawFraming;
  readonly #arrival = new ArrivalTimer();
  /** Chunks that together are too few bytes to tell the container by. */
  #first: Uint8Array[] = [];
  #demuxer: Demuxer | undefined;
  /** The audio inside is raw: the header goes first and the rest is exact. */
  #raw: RawFraming | undefined;
  /** Time of the pieces so far, and what of it is in whole milliseconds on the timeline. */
  #elapsedMs = 0;
  #placedMs = 0;

  /** WAV holds raw audio: `Raw` frames that. Handed in, so that loading this file loads nothing twice. */
  constructor(sink: FrameSink, Raw: typeof RawFraming) {
    this.#sink = sink;
    this.#Raw = Raw;
  }

  get header(): Uint8Array | undefined {
    return this.#raw?.header ?? this.#demuxer?.header;
  }

  get isExact(): boolean {
    return this.#raw !== undefined || (this.#demuxer?.exact ?? true);
  }

  push(bytes: Uint8Array, now: number): void {
    if (this.#demuxer) {
      this.#placeAll(this.#demuxer.push(bytes), this.#demuxer, now);
      return;
    }
    this.#first.push(new Uint8Array(bytes));
    const name = sniffContainer(
      Uint8Array.from(this.#first.flatMap((chunk) => [...chunk.subarray(0, SNIFF_BYTES)])),
    );
    if (name !== undefined) this.#begin(name, now);
  }

  finish(now: number): void {
    if (!this.#demuxer && this.#first.length > 0) this.#begin('unknown', now);
    if (this.#demuxer) this.#placeAll(this.#demuxer.flush(), this.#demuxer, now);
  }

  #begin(name: ContainerName, now: number): void {
    if (name === 'unknown') this.#sink.doubt('none that we know');
    this.#demuxer = createDemuxer(name);
    for (const chunk of this.#first) this.#placeAll(this.#demuxer.push(chunk), this.#demuxer, now);
    this.#first = [];
  }

  #placeAll(pieces: readonly Piece[], demuxer: Demuxer, now: number): void {
    for (const piece of pieces) this.#place(piece, demuxer, now);
  }

  #place(piece: Piece, demuxer: Demuxer, now: number): void {
    const { format } = demuxer;
    if (format && !this.#raw) {
      this.#raw = new this.#Raw(this.#sink, format.sampleRate, format.blockAlign, demuxer.header);
    }
    if (this.#raw) {
      // Chunks behind the audio, such as a title, take no time.
      if (piece.durationMs !== 0) this.#raw.push(piece.bytes, now);
      return;
    }
    this.#elapsedMs += piece.durationMs ?? this.#arrival.durationMs(now);
    const samples = Math.max(0, Math.round(this.#elapsedMs) - this.#placedMs);
    this.#placedMs += samples;
    const { startsAtBoundary, opening } = piece;
    this.#sink.append(piece.bytes, samples, now, startsAtBoundary || opening !== undefined, opening);
  }
}

/** A chunk this many times longer in coming than its fellows came after a pause. */
const PAUSE_FACTOR = 4;

/** The longest chunk believed in, where the second one tells the length of the first. */
const MAX_CHUNK_MS = 5_000;

/** What the first chunk is taken to hold: `MediaRecorder` is mostly asked for a quarter of a second. */
const FIRST_CHUNK_MS = 250;

/**
 * Guesses how much audio a chunk holds from the time since the one before. Where it errs it says too much rather than too
 * little: audio is then kept for replay a little longer than it need be.
 */
class ArrivalTimer {
  #chunks = 0;
  #lastAt = 0;
  #typicalMs = FIRST_CHUNK_MS;

  durationMs(now: number): number {
    const gapMs = now - this.#lastAt;
    // The pieces of one chunk: the first of them has its whole time.
    if (this.#chunks > 0 && gapMs <= 0) return 0;
    this.#lastAt = now;
    this.#chunks += 1;
    if (this.#chunks === 1) return FIRST_CHUNK_MS;
    if (this.#chunks === 2) {
      // Now it is known how long the first one was.
      this.#typicalMs = Math.min(gapMs, MAX_CHUNK_MS);
      return Math.round(Math.max(0, 2 * this.#typicalMs - FIRST_CHUNK_MS));
    }
    if (gapMs > this.#typicalMs * PAUSE_FACTOR) return Math.round(this.#typicalMs);
    this.#typicalMs += (gapMs - this.#typicalMs) / 8;
    return Math.round(gapMs);
  }
}
