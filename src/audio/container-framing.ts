/**
 * Framing for audio that is not raw. Loaded only when such audio is declared, since most apps send linear16.
 */
import type { Reporter } from '../facts.ts';
import { ArrivalTimer } from './arrival-timer.ts';
import { createDemuxer } from './containers/containers.ts';
import type { Demuxer, Piece } from './containers/demuxer.ts';
import { type ContainerName, sniffContainer } from './containers/sniff.ts';
import type { Framing, FrameSink, RawFraming } from './framing.ts';

/** 24 kbit/s, as speech codecs have. */
const PACKET_BYTES_PER_MS = 3;

/** 64 kbit/s. */
const CONTAINER_BYTES_PER_MS = 8;

/** Bytes of unknown duration are sent in parts of at most this length. */
const PART_MS = 1_000;

/** Framing of chunks whose duration is estimated from their arrival. */
export class PacketFraming implements Framing {
  readonly header = undefined;
  readonly isExact = false;
  readonly #sink: FrameSink;
  readonly #arrival = new ArrivalTimer(PACKET_BYTES_PER_MS);

  constructor(sink: FrameSink, reporter: Reporter) {
    this.#sink = sink;
    reporter.report('audio-inexact', {});
  }

  push(bytes: Uint8Array, now: number): void {
    this.#sink.append(bytes, Math.round(this.#arrival.durationMs(bytes.length, now)), now, true);
  }

  finish(): void {}
}

/** Bytes that are enough to recognise any container. */
const SNIFF_BYTES = 12;

/** Framing of a container, recognised by its first bytes. */
export class ContainerFraming implements Framing {
  readonly #sink: FrameSink;
  readonly #reporter: Reporter;
  readonly #Raw: typeof RawFraming;
  readonly #arrival = new ArrivalTimer(CONTAINER_BYTES_PER_MS);
  /** First chunks, together too short to recognise the container. */
  #first: Uint8Array[] = [];
  #demuxer: Demuxer | undefined;
  /** The audio inside is raw: the header goes first and the rest is exact. */
  #raw: RawFraming | undefined;
  #isDoubted = false;
  #isUntimed = false;
  /** Duration of the pieces so far, and the whole milliseconds of it on the timeline. */
  #elapsedMs = 0;
  #placedMs = 0;

  /** WAV contains raw audio, framed by `Raw`. A parameter, so that no code is loaded twice. */
  constructor(sink: FrameSink, reporter: Reporter, Raw: typeof RawFraming) {
    this.#sink = sink;
    this.#reporter = reporter;
    this.#Raw = Raw;
  }

  get header(): Uint8Array | undefined {
    return this.#raw?.header ?? this.#demuxer?.header;
  }

  get isHeaderAudio(): boolean {
    return this.#demuxer?.isHeaderAudio === true;
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
    this.#demuxer = createDemuxer(name);
    for (const chunk of this.#first) this.#placeAll(this.#demuxer.push(chunk), this.#demuxer, now);
    this.#first = [];
  }

  #placeAll(pieces: readonly Piece[], demuxer: Demuxer, now: number): void {
    const { problem } = demuxer;
    if (problem !== undefined && !this.#isDoubted) {
      this.#isDoubted = true;
      this.#reporter.report('format-doubtful', { declared: 'a container', found: problem });
    }
    for (const piece of pieces) this.#place(piece, demuxer, now);
  }

  #place(piece: Piece, demuxer: Demuxer, now: number): void {
    const { format } = demuxer;
    if (format && !this.#raw) {
      this.#raw = new this.#Raw(this.#sink, format.sampleRate, format.blockAlign, demuxer.header);
    }
    if (this.#raw) {
      // Chunks after the audio, such as a title, have no duration.
      if (piece.durationMs !== 0) this.#raw.push(piece.bytes, now);
      return;
    }
    if (piece.durationMs === undefined) {
      this.#placeUntimed(piece, now);
      return;
    }
    const { bytes, durationMs, startsAtBoundary, opening } = piece;
    this.#append(bytes, durationMs, now, startsAtBoundary || opening !== undefined, opening);
  }

  /** In parts, so that they can be paced. A replay may begin only at the start of the caller's chunk. */
  #placeUntimed({ bytes }: Piece, now: number): void {
    if (!this.#isUntimed) this.#reporter.report('audio-inexact', {});
    this.#isUntimed = true;
    const durationMs = this.#arrival.durationMs(bytes.length, now);
    const parts = Math.max(1, Math.ceil(durationMs / PART_MS));
    const partBytes = Math.ceil(bytes.length / parts);
    for (let from = 0; from < bytes.length; from += partBytes) {
      const part = bytes.subarray(from, from + partBytes);
      this.#append(part, (durationMs * part.length) / bytes.length, now, from === 0);
    }
  }

  #append(
    bytes: Uint8Array,
    durationMs: number,
    now: number,
    isBoundary: boolean,
    opening?: Uint8Array,
  ): void {
    this.#elapsedMs += durationMs;
    const samples = Math.max(0, Math.round(this.#elapsedMs) - this.#placedMs);
    this.#placedMs += samples;
    this.#sink.append(bytes, samples, now, isBoundary, opening);
  }
}
