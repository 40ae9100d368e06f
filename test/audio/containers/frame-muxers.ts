/**
 * Frames of compressed audio with real headers and any payload. They cannot be decoded. No code is shared with the demuxers.
 */
import { box, concat, metadataBlock, text, u32be } from './muxers.ts';

/** The payload, filled up to the length that the header has. */
const filled = (header: readonly number[], payload: Uint8Array, length: number): Uint8Array => {
  const frame = new Uint8Array(length);
  frame.set(header);
  frame.set(payload, header.length);
  return frame;
};

/** MPEG 1, layer III, 32 kHz, 64 kbit/s: 1152 samples in 288 bytes, 36 ms. */
export const MP3_FRAME_MS = 36;
export const mp3Frame = (payload: Uint8Array = new Uint8Array()): Uint8Array =>
  filled([0xff, 0xfb, 0x58, 0xc4], payload, 288);

/** AAC LC, 16 kHz, mono: 1024 samples, 64 ms. */
export const ADTS_FRAME_MS = 64;
export function adtsFrame(payload: Uint8Array = new Uint8Array(), length = 200): Uint8Array {
  const header = [
    0xff,
    0xf1,
    0x60,
    0x40 | (length >> 11),
    (length >> 3) & 0xff,
    ((length & 7) << 5) | 0x1f,
    0xfc,
  ];
  return filled(header, payload, length);
}

export const id3Tag = (length: number): Uint8Array =>
  concat(text('ID3'), [4, 0, 0, 0, 0, length >> 7, length & 127], new Uint8Array(length));

/** 16 kHz, mono, 16 bits, blocks of 1024 samples: 64 ms. */
export const FLAC_FRAME_MS = 64;
export const flacHeader = (): Uint8Array => {
  const info = concat(
    u32be(0x04000400),
    new Uint8Array(6),
    u32be((16_000 << 12) | (15 << 4)),
    new Uint8Array(20),
  );
  return concat(text('fLaC'), metadataBlock(0, info), metadataBlock(4, text('nobody'), true));
};

export function flacFrame(number: number, payload: Uint8Array = new Uint8Array(40)): Uint8Array {
  const coded = number < 128 ? [number] : [0xc0 | (number >> 6), 0x80 | (number & 63)];
  const header = [0xff, 0xf8, 0xa0 | 5, 0x08, ...coded];
  let crc = 0;
  for (const byte of header) {
    for (let bit = 7; bit >= 0; bit -= 1) {
      const isOne = ((crc >> 7) ^ (byte >> bit)) & 1;
      crc = ((crc << 1) & 0xff) ^ (isOne ? 7 : 0);
    }
  }
  return concat(header, [crc], payload, [0x12, 0x34]);
}

const fullBox = (type: string, flags: number, ...fields: readonly number[]): Uint8Array =>
  box(type, concat(u32be(flags), ...fields.map(u32be)));

interface Mp4Track {
  id?: number;
  handler?: string;
  ticksPerSecond?: number;
  ticks?: number;
}

const mp4Track = ({
  id = 1,
  handler = 'soun',
  ticksPerSecond = 16_000,
  ticks = 0,
}: Mp4Track = {}): Uint8Array =>
  box(
    'trak',
    concat(
      fullBox('tkhd', 7, 0, 0, id, 0, 0),
      box(
        'mdia',
        concat(
          fullBox('mdhd', 0, 0, 0, ticksPerSecond, ticks, 0),
          box('hdlr', concat(u32be(0), u32be(0), text(handler), new Uint8Array(13))),
        ),
      ),
    ),
  );

/** `ftyp` and `moov` of a stream of fragments, whose samples last `sampleTicks` if a fragment does not say. */
export const mp4Header = (tracks: readonly Mp4Track[] = [{}], sampleTicks = 1_024): Uint8Array =>
  concat(
    box('ftyp', text('iso5')),
    box(
      'moov',
      concat(
        ...tracks.map(mp4Track),
        box('mvex', concat(...tracks.map(({ id = 1 }) => fullBox('trex', 0, id, 1, sampleTicks, 0, 0)))),
      ),
    ),
  );

/** `ftyp` and `moov` of a file. */
export const mp4FileHeader = (ticks: number): Uint8Array =>
  concat(box('ftyp', text('M4A ')), box('moov', mp4Track({ ticks })));

/** A fragment of samples, whose length in ticks is the default, one for all, or one for each. */
export function mp4Fragment(
  media: Uint8Array,
  samples: number,
  ticks?: number | readonly number[],
  id = 1,
): Uint8Array {
  const head =
    typeof ticks === 'number' ? fullBox('tfhd', 0x2_0008, id, ticks) : fullBox('tfhd', 0x2_0000, id);
  const run =
    typeof ticks === 'object'
      ? fullBox('trun', 0x301, samples, 0, ...ticks.flatMap((each) => [each, 9]))
      : fullBox('trun', 0x1, samples, 0);
  return concat(box('moof', box('traf', concat(head, run))), box('mdat', media));
}
