/**
 * WebM and Matroska: a tree of EBML elements, each an id, a size (all ones: unknown) and a payload. This is what
 * Chrome's MediaRecorder writes:
 *
 *     EBML … │ Segment ∞ │ Info: TimestampScale … │ Tracks: TrackEntry: TrackNumber TrackType … │
 *     Cluster ∞ │ Timecode 0    │ SimpleBlock track +0 flags frame │ SimpleBlock +60 … │
 *     Cluster ∞ │ Timecode 9960 │ SimpleBlock …
 *
 * The tree is read flat: the elements that hold what we want are entered by taking their id and size alone, every
 * other is taken whole. As ids are unique in Matroska, no stack is needed and unknown sizes need no end. The header
 * is all before the first Cluster.
 *
 * A Cluster is a place to start, but Chrome may write half a minute into one. So each SimpleBlock inside comes with
 * an `opening`: a Cluster of unknown size with the same Timecode. After that the block is a place to start, since a
 * packet of the usual audio codecs is decodable alone. (A video frame is not, but sound is all that matters here.)
 *
 * A block has its start, not its length, which is known when the next one comes. Audio does not wait for that. So its length is
 * taken to be that of the one before, and the next one corrects it. Lacing is ignored: a laced block is timed as one.
 */
import { uintBE } from './bytes.ts';
import { type Grammar, MORE, REFUSED, Tally, type Unit } from './demuxer.ts';

const SEGMENT = 0x18538067;
const INFO = 0x1549a966;
const TIMESTAMP_SCALE = 0x2ad7b1;
const TRACKS = 0x1654ae6b;
const TRACK_ENTRY = 0xae;
const TRACK_NUMBER = 0xd7;
const TRACK_TYPE = 0x83;
const CLUSTER = 0x1f43b675;
const TIMECODE = 0xe7;
const SIMPLE_BLOCK = 0xa3;
const BLOCK_GROUP = 0xa0;
const BLOCK = 0xa1;

const ENTERED = new Set([SEGMENT, INFO, TRACKS, TRACK_ENTRY, CLUSTER, BLOCK_GROUP]);

/** A Cluster's id and the size that means unknown. */
const OPEN_CLUSTER = [0x1f, 0x43, 0xb6, 0x75, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];

/** The longest Opus packet. A longer difference is a gap in the audio, not the length of a block. */
const LONGEST_BLOCK_MS = 120;

/** Length of a variable-size integer, which is one more than the zero bits it begins with; 9 where it is none. */
const vintLength = (firstByte = 0) => Math.clz32(firstByte) - 23;

/** Value of the variable-size integer in `bytes[from, to)`, without the bit that marks its length. */
function vint(bytes: Uint8Array, from: number, to: number): number {
  const length = to - from;
  const value = ((bytes[from] ?? 0) & (0xff >> length)) * 2 ** (8 * length - 8) + uintBE(bytes, from + 1, to);
  return value === 2 ** (7 * length) - 1 ? Infinity : value;
}

interface Element {
  id: number;
  /** Where the payload begins. */
  from: number;
  /** Where it ends; infinite where the size is unknown. */
  to: number;
}

/** The element that begins with these bytes. Missing bytes of a size read as 0. */
function elementIn(bytes: Uint8Array): Element | typeof MORE | typeof REFUSED {
  const size = vintLength(bytes[0]);
  if (size > 4) return REFUSED;
  if (size >= bytes.length) return MORE;
  const from = size + vintLength(bytes[size]);
  if (from > size + 8) return REFUSED;
  return { id: uintBE(bytes, 0, size), from, to: from + vint(bytes, size, from) };
}

export function webmGrammar(): Grammar {
  const tally = new Tally();
  let msPerTick = 1;
  let trackNumber = 1;
  let audioTrack: number | undefined;
  let isHeader = true;
  let clusterTicks = 0;
  let opening: Uint8Array | undefined;
  /** When the last block began, and the block at which the tally was zero, by the stream's clock. */
  let lastMs = Infinity;
  let originMs = 0;
  let blockMs = 0;

  function readBlock(block: Uint8Array, opening?: Uint8Array): Unit {
    const time = vintLength(block[0]);
    if (vint(block, 0, time) !== (audioTrack ?? 1)) return { kind: 'audio', durationMs: 0 };
    const relativeTicks = (uintBE(block, time, time + 2) << 16) >> 16;
    const startMs = (clusterTicks + relativeTicks) * msPerTick;
    // The first block, or a clock set back by a recorder that was started again: time counts on from here.
    if (startMs < lastMs) originMs = startMs - tally.totalMs;
    else if (startMs - lastMs <= LONGEST_BLOCK_MS) blockMs = startMs - lastMs;
    lastMs = startMs;
    return { kind: 'audio', durationMs: tally.upTo(startMs + blockMs - originMs), opening };
  }

  return {
    exact: true,

    measure(bytes) {
      const element = elementIn(bytes);
      if (typeof element === 'number') return element;
      return ENTERED.has(element.id) ? element.from : element.to;
    },

    read(bytes): Unit {
      const element = elementIn(bytes);
      if (typeof element === 'number') return { kind: 'lead' };
      const { id, from, to } = element;
      if (id === TIMESTAMP_SCALE) msPerTick = uintBE(bytes, from, to) / 1e6 || 1;
      if (id === TRACK_NUMBER) trackNumber = uintBE(bytes, from, to);
      if (id === TRACK_TYPE && uintBE(bytes, from, to) === 2) audioTrack ??= trackNumber;
      if (id === CLUSTER) {
        isHeader = false;
        return { kind: 'lead', boundary: true };
      }
      if (id === TIMECODE) {
        clusterTicks = uintBE(bytes, from, to);
        opening = Uint8Array.of(...OPEN_CLUSTER, ...bytes);
      }
      if (isHeader) return { kind: 'header' };
      if (id === SIMPLE_BLOCK) return readBlock(bytes.subarray(from), opening);
      return id === BLOCK ? readBlock(bytes.subarray(from)) : { kind: 'lead' };
    },
  };
}
