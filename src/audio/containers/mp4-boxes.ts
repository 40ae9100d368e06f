/** Reads from the boxes of an MP4 the clock of its audio track and the duration of a fragment (ISO/IEC 14496-12). */
import { ascii, uintBE } from './bytes.ts';

/** The first audio track. */
export interface Movie {
  trackId: number;
  msPerTick: number;
  /** Of the whole track; 0 where it comes in fragments. */
  durationMs: number;
  isFragmented: boolean;
  /** Of a sample, where a fragment does not say. */
  sampleTicks: number;
}

/** The payloads of the boxes of this type, directly inside. A box whose size is none ends the list. */
function* inside(boxes: Uint8Array, type: string): Generator<Uint8Array> {
  for (let at = 0; at + 8 <= boxes.length; ) {
    const size = uintBE(boxes, at, at + 4);
    if (size < 8) return;
    if (ascii(boxes, at + 4, at + 8) === type) yield boxes.subarray(at + 8, at + size);
    at += size;
  }
}

/** The payload of the first box at the end of this path. */
function find(boxes: Uint8Array, ...path: string[]): Uint8Array | undefined {
  let found: Uint8Array | undefined = boxes;
  for (const type of path) [found] = found ? [...inside(found, type)] : [];
  return found;
}

/** The audio track of a `moov` box; `undefined` where there is none that tells its time. */
export function readMovie(moov: Uint8Array): Movie | undefined {
  const content = moov.subarray(8);
  for (const track of inside(content, 'trak')) {
    const head = find(track, 'tkhd');
    const media = find(track, 'mdia', 'mdhd');
    const handler = find(track, 'mdia', 'hdlr');
    if (!head || !media || !handler || ascii(handler, 8, 12) !== 'soun') continue;
    // Version 1 has times of 64 bits.
    const timescaleAt = media[0] === 1 ? 20 : 12;
    const durationEnd = timescaleAt + (media[0] === 1 ? 12 : 8);
    const ticksPerSecond = uintBE(media, timescaleAt, timescaleAt + 4);
    if (ticksPerSecond === 0) return undefined;
    const idAt = head[0] === 1 ? 20 : 12;
    const trackId = uintBE(head, idAt, idAt + 4);
    const fragments = find(content, 'mvex');
    const defaults =
      fragments && [...inside(fragments, 'trex')].find((trex) => uintBE(trex, 4, 8) === trackId);
    const msPerTick = 1000 / ticksPerSecond;
    return {
      trackId,
      msPerTick,
      durationMs: uintBE(media, timescaleAt + 4, durationEnd) * msPerTick,
      isFragmented: fragments !== undefined,
      sampleTicks: defaults ? uintBE(defaults, 12, 16) : 0,
    };
  }
  return undefined;
}

/** How long the audio in a `moof` box is. */
export function fragmentTicks(moof: Uint8Array, movie: Movie): number {
  let ticks = 0;
  for (const track of inside(moof.subarray(8), 'traf')) {
    const head = find(track, 'tfhd');
    if (!head || uintBE(head, 4, 8) !== movie.trackId) continue;
    const flags = uintBE(head, 1, 4);
    const durationAt = 8 + (flags & 1 ? 8 : 0) + (flags & 2 ? 4 : 0);
    const sampleTicks = flags & 8 ? uintBE(head, durationAt, durationAt + 4) : movie.sampleTicks;
    for (const run of inside(track, 'trun')) ticks += runTicks(run, sampleTicks);
  }
  return ticks;
}

function runTicks(run: Uint8Array, sampleTicks: number): number {
  const flags = uintBE(run, 1, 4);
  const samples = uintBE(run, 4, 8);
  if ((flags & 0x100) === 0) return samples * sampleTicks;
  // Of each sample: duration, size, flags, offset, as far as they are there; the duration is the first.
  const sampleBytes = [0x100, 0x200, 0x400, 0x800].filter((flag) => flags & flag).length * 4;
  let ticks = 0;
  for (let at = 8 + (flags & 1 ? 4 : 0) + (flags & 4 ? 4 : 0); at + 4 <= run.length; at += sampleBytes) {
    ticks += uintBE(run, at, at + 4);
  }
  return ticks;
}
