/**
 * MP3 (MPEG audio, layers I to III) and AAC in ADTS: a chain of frames, each of which tells its length, its sample rate and so
 * its duration. A decoder starts at any frame, so each is a place to start and there is no header.
 *
 *     ID3 … │ sync version layer bitrate rate padding … │ frame │ frame │ … │ TAG …        MP3
 *             sync version 0     … rate … length …      │ frame │ …                        ADTS
 *
 * Tags and other bytes between frames pass through and count no time; the next frame is found by a header like the last. Where
 * none is found for long, or the first bytes are no frame, durations are not known and pieces are the caller's chunks.
 */
import { ascii, uintBE } from './bytes.ts';
import { type Grammar, MORE, type Unit } from './demuxer.ts';

interface Frame {
  bytes: number;
  durationMs: number;
  /** Version, layer and sample rate, which frames of one stream share. */
  kind: number;
}

/** Enough for the header of a frame, and of an ID3 tag. */
const HEAD_BYTES = 10;

/** So many bytes without a frame are no tag. */
const LOST_AFTER_BYTES = 1 << 16;

/** ISO/IEC 14496-3, table 1.16: sample rates of AAC. */
const AAC_RATES = [
  96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350,
];

/** ISO/IEC 11172-3 and 13818-3: kilobits a second by index, for layers I, II and III of MPEG 1, and for I and the others of MPEG 2. */
const KILOBITS = [
  [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
  [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
  [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
  [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
] as const;

/** Of MPEG 1. MPEG 2 has half of it, and 2.5 a quarter. */
const MPEG_RATES = [44_100, 48_000, 32_000];

/** The frame that begins there, if one does. */
function frameAt(bytes: Uint8Array, at: number): Frame | undefined {
  const sync = uintBE(bytes, at, at + 2);
  if (sync >> 5 !== 0x7ff) return undefined;
  return ((sync >> 1) & 3) === 0 ? adtsFrame(bytes, at) : mpegFrame(bytes, at);
}

function adtsFrame(bytes: Uint8Array, at: number): Frame | undefined {
  const rate = AAC_RATES[((bytes[at + 2] ?? 0) >> 2) & 15];
  const length = (uintBE(bytes, at + 3, at + 6) >> 5) & 0x1fff;
  if (!rate || length < 7 || ((bytes[at + 1] ?? 0) & 0x10) === 0) return undefined;
  const blocks = ((bytes[at + 6] ?? 0) & 3) + 1;
  const kind = uintBE(bytes, at + 1, at + 3) & 0xfe3c;
  return { bytes: length, durationMs: (blocks * 1024 * 1000) / rate, kind };
}

function mpegFrame(bytes: Uint8Array, at: number): Frame | undefined {
  const head = uintBE(bytes, at + 1, at + 3);
  const version = (head >> 11) & 3;
  const layer = 4 - ((head >> 9) & 3);
  const isFirst = version === 3;
  const kilobits = KILOBITS[isFirst ? layer - 1 : layer === 1 ? 3 : 4]?.[(head >> 4) & 15];
  const fullRate = MPEG_RATES[(head >> 2) & 3];
  if (version === 1 || !kilobits || !fullRate) return undefined;
  const rate = fullRate / (isFirst ? 1 : version === 2 ? 2 : 4);
  const samples = layer === 1 ? 384 : layer === 3 && !isFirst ? 576 : 1152;
  const slotBytes = layer === 1 ? 4 : 1;
  const slots = Math.floor((samples / 8 / slotBytes) * ((kilobits * 1000) / rate)) + ((head >> 1) & 1);
  return { bytes: slots * slotBytes, durationMs: (samples * 1000) / rate, kind: head & 0xfe0c };
}

/** Bytes of an ID3v2 tag behind its head, which counts in sevens of bits. */
function tagBytes(head: Uint8Array): number {
  const size = head.subarray(6, 10).reduce((sum, byte) => sum * 128 + (byte & 127), 0);
  const hasFooter = ((head[5] ?? 0) & 0x10) > 0;
  return size + (hasFooter ? 10 : 0);
}

const isTag = (bytes: Uint8Array) => ascii(bytes, 0, 3) === 'ID3';

export function mpegGrammar(): Grammar {
  let kind: number | undefined;
  let tagLeft = 0;
  let hasBegun = false;
  /** Bytes since the last frame. */
  let strayBytes = 0;

  /** Whether a frame like the last begins there, or, before the first, one that another like it follows. */
  function isLikeLast(bytes: Uint8Array, at: number): boolean {
    const frame = frameAt(bytes, at);
    return frame !== undefined && frame.kind === (kind ?? frameAt(bytes, at + frame.bytes)?.kind);
  }

  const grammar: Grammar = {
    exact: true,

    measure(bytes) {
      if (!grammar.exact) return bytes.length;
      if (tagLeft > 0) return Math.min(tagLeft, bytes.length);
      if (bytes.length < HEAD_BYTES) return MORE;
      if (isTag(bytes)) return HEAD_BYTES;
      const frame = frameAt(bytes, 0);
      if (frame) return frame.bytes;
      const end = bytes.length - HEAD_BYTES + 1;
      let next = 1;
      while (next < end && !isLikeLast(bytes, next)) next += 1;
      return next;
    },

    read(unit): Unit {
      const frame = frameAt(unit, 0);
      if (tagLeft > 0) {
        tagLeft -= unit.length;
      } else if (frame && frame.bytes === unit.length) {
        ({ kind } = frame);
        strayBytes = 0;
        hasBegun = true;
        return { kind: 'audio', boundary: true, durationMs: frame.durationMs };
      } else if (isTag(unit)) {
        tagLeft = tagBytes(unit);
        hasBegun = true;
        return { kind: 'lead', boundary: true };
      } else {
        strayBytes += unit.length;
        grammar.exact &&= hasBegun && strayBytes < LOST_AFTER_BYTES;
      }
      return { kind: 'audio', boundary: !grammar.exact, durationMs: grammar.exact ? 0 : undefined };
    },
  };
  return grammar;
}
