/**
 * Aligns frames of one or two tracks, in any order, by their timestamps, and joins them to chunks of one stream:
 *
 *     inbound    ▮1▮▮2▮▮3▮   ▮5▮        frontier ─┐
 *     outbound        ▮3▮▮4▮                      ▼
 *     chunks     ┃ 1 2 3 · ┃ 5 …       a hole is silence where it cannot be waited for any longer
 *
 * A chunk is released when it is complete on every track, or when any track is `reorderMs` beyond it. A frame for a position
 * before the frontier is counted and ignored. Synchronous and without a clock: it uses only the provider's timestamps.
 */
import type { CallEncoding } from './dialect.ts';
import { type Frame, TrackFrames } from './track-frames.ts';

/** A chunk and its position in the call. */
export interface AlignedChunk {
  bytes: Uint8Array;
  /** Samples since the start of the call; gaps count. */
  at: number;
}

export interface AlignerSettings {
  encoding: CallEncoding;
  sampleRate: number;
  /** The tracks; each becomes one channel. */
  tracks: number;
  frameMs: number;
  reorderMs: number;
  fillMs: number;
}

export interface AlignerListener {
  chunk(chunk: AlignedChunk): void;
  /** A hole that was not filled. */
  gap(fromMs: number, toMs: number): void;
  clockRestarted(): void;
  /** A frame whose time was far from that of all others. */
  stray(): void;
  late(): void;
  doubled(): void;
}

const SILENCE: Record<CallEncoding, { byte: number; sampleBytes: number }> = {
  mulaw: { byte: 0xff, sampleBytes: 1 },
  alaw: { byte: 0xd5, sampleBytes: 1 },
  linear16: { byte: 0, sampleBytes: 2 },
};
/** Timestamps may be off by 3 ms either way. More would make longer holes where the provider's clock drifts. */
const TOLERANCE_MS = 6;
/** A timestamp further off is accepted only when the next two agree: one bad number must not move the call. */
const JUMP_MS = 1_000;
const FRAMES_THAT_PROVE_A_JUMP = 3;

export class Aligner {
  readonly #settings: AlignerSettings;
  readonly #listener: AlignerListener;
  readonly #tracks: TrackFrames[];
  /** Frames of each track far from where they should be. */
  readonly #strays: Frame[][];
  readonly #sampleBytes: number;
  readonly #chunkSamples: number;
  readonly #reorderSamples: number;
  readonly #fillSamples: number;
  readonly #toleranceSamples: number;
  readonly #jumpSamples: number;
  /** Everything before it has been released. */
  #frontier = 0;
  /** Position after the last sample that came. */
  #head = 0;
  #isEmpty = true;
  frames = 0;
  filledSamples = 0;

  constructor(settings: AlignerSettings, listener: AlignerListener) {
    const samples = (ms: number) => Math.round((ms * settings.sampleRate) / 1000);
    this.#settings = settings;
    this.#listener = listener;
    this.#tracks = Array.from({ length: settings.tracks }, () => new TrackFrames());
    this.#strays = this.#tracks.map(() => []);
    this.#sampleBytes = SILENCE[settings.encoding].sampleBytes;
    this.#chunkSamples = samples(settings.frameMs);
    this.#reorderSamples = samples(settings.reorderMs);
    this.#fillSamples = samples(settings.fillMs);
    this.#toleranceSamples = samples(TOLERANCE_MS);
    this.#jumpSamples = samples(JUMP_MS);
  }

  /** Takes a frame of whole samples. Without a time it follows the frame before it. */
  take(trackNumber: number, timestampMs: number | undefined, bytes: Uint8Array): void {
    const track = this.#tracks[trackNumber] as TrackFrames;
    const length = bytes.length / this.#sampleBytes;
    const at =
      timestampMs === undefined
        ? Math.max(track.end, track.origin, this.#frontier)
        : track.origin + Math.round((timestampMs * this.#settings.sampleRate) / 1000);
    const tolerance = Math.min(length / 2, this.#toleranceSamples);
    const start = track.place(at, tolerance);
    const frame = { start, end: start + length, bytes };
    this.frames += 1;
    if (this.#isStray(frame)) {
      this.#rememberStray(trackNumber, frame);
    } else {
      this.#place(track, frame);
      this.#settleStrays(trackNumber);
    }
    if (this.#head - this.#frontier < this.#chunkSamples) return;
    this.#release(Math.max(this.#readyTo(), this.#head - this.#reorderSamples), false);
  }

  /** When the audio pauses: releases all audio that is in order, even if it is shorter than a chunk. */
  releaseSettled(): void {
    this.#release(Math.max(this.#readyTo(), this.#head - this.#reorderSamples), true);
  }

  /** At the end: releases everything, also frames after a jump that no later frame has confirmed. */
  flush(): void {
    const head = this.#head;
    this.#tracks.forEach((track, index) => {
      const strays = this.#strays[index] as Frame[];
      if ((strays[0]?.start ?? 0) > head) for (const frame of strays.splice(0)) this.#place(track, frame);
    });
    this.#release(this.#head, true);
  }

  /** Another stream continues the call, `ms` after the last sample; its timestamps begin at zero. */
  restartAfter(ms: number): void {
    this.flush();
    const origin = this.#head + Math.round((ms * this.#settings.sampleRate) / 1000);
    this.#tracks.forEach((track, index) => {
      track.origin = origin;
      this.#settleStrays(index);
    });
  }

  #place(track: TrackFrames, frame: Frame): void {
    if (frame.end <= this.#frontier) {
      if (track.wasFilled(frame.start, frame.end)) this.#listener.late();
      else this.#listener.doubled();
      return;
    }
    if (track.has(frame.start, this.#toleranceSamples)) {
      this.#listener.doubled();
      return;
    }
    track.add(frame);
    this.#head = Math.max(this.#head, frame.end);
    this.#isEmpty = false;
  }

  #isStray({ start, end }: Frame): boolean {
    const isFarAhead = start - this.#head > this.#jumpSamples;
    return !this.#isEmpty && (isFarAhead || this.#frontier - end > this.#jumpSamples);
  }

  /** Three frames in a row that agree are right: there is a gap, or the provider counts anew, then on both tracks. */
  #rememberStray(trackNumber: number, frame: Frame): void {
    const strays = this.#strays[trackNumber] as Frame[];
    const last = strays.at(-1);
    if (last && Math.abs(frame.start - last.end) > this.#reorderSamples) this.#settleStrays(trackNumber);
    strays.push(frame);
    if (strays.length < FRAMES_THAT_PROVE_A_JUMP) return;
    const first = strays[0] as Frame;
    const shift = first.start < this.#head ? this.#head - first.start : 0;
    if (shift > 0) this.#listener.clockRestarted();
    this.#strays.forEach((others, index) => {
      const isNear = others[0] && Math.abs(others[0].start - first.start) <= this.#jumpSamples;
      if (!isNear) return;
      const track = this.#tracks[index] as TrackFrames;
      track.origin += shift;
      for (const { start, end, bytes } of others.splice(0)) {
        this.#place(track, { start: start + shift, end: end + shift, bytes });
      }
    });
  }

  /** Frames after an unconfirmed jump are ignored, unless the audio has reached their position. */
  #settleStrays(trackNumber: number): void {
    for (const frame of (this.#strays[trackNumber] as Frame[]).splice(0)) {
      if (this.#isStray(frame)) this.#listener.stray();
      else this.#place(this.#tracks[trackNumber] as TrackFrames, frame);
    }
  }

  /** The position up to which every track is complete. */
  #readyTo(): number {
    return Math.min(...this.#tracks.map((track) => track.contiguousTo(this.#frontier)));
  }

  /** `partly`: also releases an incomplete chunk. Before a gap it is always released. */
  #release(limit: number, partly: boolean): void {
    for (;;) {
      const coveredTo = this.#coveredTo();
      const next = this.#nextAfter(coveredTo);
      const to = Math.min(limit, coveredTo);
      while (this.#frontier + this.#chunkSamples <= to) this.#emit(this.#frontier + this.#chunkSamples);
      const isAtGap = next !== undefined && next < limit;
      if (this.#frontier < to && (partly || isAtGap)) this.#emit(to);
      if (!isAtGap) return;
      this.#listener.gap(this.#msOf(this.#frontier), this.#msOf(next));
      this.#frontier = next;
    }
  }

  /** Position where the audio of all tracks ends; holes that may be filled count as audio. */
  #coveredTo(): number {
    let to = this.#frontier;
    for (let before = -1; before !== to; ) {
      before = to;
      for (const { waiting } of this.#tracks) {
        for (const { start, end } of waiting) {
          if (end > to && start - to <= this.#fillSamples) to = end;
        }
      }
    }
    return to;
  }

  /** Position where audio begins again after a hole. */
  #nextAfter(position: number): number | undefined {
    const starts = this.#tracks.flatMap(({ waiting }) => waiting.map(({ start }) => start));
    const later = starts.filter((start) => start > position);
    return later.length > 0 ? Math.min(...later) : undefined;
  }

  #emit(to: number): void {
    const from = this.#frontier;
    const channels = this.#tracks.length;
    const bytes = new Uint8Array((to - from) * this.#sampleBytes * channels);
    bytes.fill(SILENCE[this.#settings.encoding].byte);
    this.#tracks.forEach((track, channel) => {
      this.filledSamples += track.release(from, to, (frame, start, end) => {
        this.#copy(frame, start, end, bytes, from, channel, channels);
      });
    });
    this.#frontier = to;
    this.#listener.chunk({ bytes, at: from });
  }

  #copy(
    frame: Frame,
    start: number,
    end: number,
    into: Uint8Array,
    from: number,
    channel: number,
    channels: number,
  ): void {
    const size = this.#sampleBytes;
    const source = frame.bytes.subarray((start - frame.start) * size, (end - frame.start) * size);
    if (channels === 1) {
      into.set(source, (start - from) * size);
      return;
    }
    const stride = size * channels;
    let at = (start - from) * stride + channel * size;
    for (let i = 0; i < source.length; i += size, at += stride) {
      for (let byte = 0; byte < size; byte += 1) into[at + byte] = source[i + byte] as number;
    }
  }

  #msOf(samples: number): number {
    return Math.round((samples * 1000) / this.#settings.sampleRate);
  }
}

/** Bytes of one sample. */
export function sampleBytesOf(encoding: CallEncoding): number {
  return SILENCE[encoding].sampleBytes;
}
