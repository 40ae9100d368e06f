/**
 * Native FLAC: the header is the magic word and the metadata blocks; frames follow. A frame carries its number and its
 * duration, and no length.
 *
 *     fLaC │ last? type length payload │ … │ sync blocksize rate … number … crc8 │ subframes │ sync …
 *            1 bit 7    24 bits
 *
 * So a frame ends where the header of the next begins: a sync word, the number that is next, and a checksum that is right.
 * Nothing waits for that: what has come of a frame is a piece, which has the time of the whole frame if it begins it.
 */
import { ascii, uintBE } from './bytes.ts';
import { type Grammar, MORE, type Unit } from './demuxer.ts';

interface FrameHeader {
  samples: number;
  /** Of the frame, or of its first sample where sizes vary. */
  number: number;
  nextNumber: number;
}

/** A frame is seldom longer than 24 kB: so many bytes without another are damaged. */
const LOST_AFTER_BYTES = 1 << 16;

/** The byte that 8 bits of checksum are made with: x⁸ + x² + x + 1. */
const CRC_POLYNOMIAL = 0x07;

function crc8(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = ((crc << 1) ^ (crc & 0x80 ? CRC_POLYNOMIAL : 0)) & 0xff;
  }
  return crc;
}

/** By the code in the header; codes 6 and 7 say how many bytes hold it. */
function samplesOf(code: number): number {
  if (code === 1) return 192;
  return code < 6 ? 576 << (code - 2) : 256 << (code - 8);
}

/** The header that begins there; `MORE` where it may do so and has not come whole. */
function headerAt(bytes: Uint8Array, at: number): FrameHeader | typeof MORE | undefined {
  if (bytes[at] !== 0xff) return undefined;
  if (at + 1 >= bytes.length) return MORE;
  if (((bytes[at + 1] ?? 0) & 0xfe) !== 0xf8) return undefined;
  if (at + 5 > bytes.length) return MORE;
  const [, blocking = 0, codes = 0, sampleFormat = 0, lead = 0] = bytes.subarray(at, at + 5);
  const sizeCode = codes >> 4;
  const rateCode = codes & 15;
  // The number is written as UTF-8 writes characters: its first byte tells how many there are.
  const ones = Math.clz32(~(lead << 24));
  if (sizeCode === 0 || rateCode === 15 || sampleFormat >> 4 > 10 || (sampleFormat & 1) > 0) return undefined;
  if (ones === 1 || ones > 7) return undefined;
  const numberEnd = at + 4 + Math.max(1, ones);
  const sizeEnd = numberEnd + (sizeCode === 6 ? 1 : sizeCode === 7 ? 2 : 0);
  const end = sizeEnd + (rateCode === 12 ? 1 : rateCode > 12 ? 2 : 0);
  if (end >= bytes.length) return MORE;
  if (crc8(bytes.subarray(at, end)) !== bytes[end]) return undefined;
  const samples = sizeEnd > numberEnd ? uintBE(bytes, numberEnd, sizeEnd) + 1 : samplesOf(sizeCode);
  let number = ones === 0 ? lead : lead & (0x7f >> ones);
  for (let next = at + 5; next < numberEnd; next += 1) number = number * 64 + ((bytes[next] ?? 0) & 0x3f);
  return { samples, number, nextNumber: number + ((blocking & 1) > 0 ? samples : 1) };
}

export function flacGrammar(): Grammar {
  let isHeader = true;
  let rate = 0;
  /** Of the next frame, once there was one. */
  let nextNumber: number | undefined;
  /** Bytes since the last frame began. */
  let frameBytes = 0;

  function expectedAt(
    bytes: Uint8Array,
    at: number,
    number = nextNumber,
  ): FrameHeader | typeof MORE | undefined {
    const header = headerAt(bytes, at);
    return header && number !== undefined && header.number !== number ? undefined : header;
  }

  const grammar: Grammar = {
    exact: true,

    measure(bytes) {
      if (isHeader && bytes.length < 4) return MORE;
      if (isHeader) return ascii(bytes, 0, 4) === 'fLaC' ? 4 : 4 + uintBE(bytes, 1, 4);
      if (!grammar.exact) return bytes.length;
      const first = expectedAt(bytes, 0);
      if (first === MORE) return MORE;
      const number = first ? first.nextNumber : nextNumber;
      let end = 1;
      while (end < bytes.length && expectedAt(bytes, end, number) === undefined) end += 1;
      return end;
    },

    read(bytes): Unit {
      if (isHeader) {
        if ((bytes[0] ?? 0) % 0x80 === 0) rate = uintBE(bytes, 14, 17) >> 4;
        // The bit that marks the last metadata block; the magic word does not have it.
        isHeader = (bytes[0] ?? 0) < 0x80;
        return { kind: 'header' };
      }
      const header = expectedAt(bytes, 0);
      if (header && rate > 0) {
        ({ nextNumber } = header);
        frameBytes = bytes.length;
        return { kind: 'audio', boundary: true, durationMs: (header.samples * 1000) / rate };
      }
      frameBytes += bytes.length;
      grammar.exact &&= nextNumber !== undefined && frameBytes < LOST_AFTER_BYTES;
      return { kind: 'audio', boundary: !grammar.exact, durationMs: grammar.exact ? 0 : undefined };
    },
  };
  return grammar;
}
