/**
 * Small muxers that write the bytes of recorders, to test the demuxers. They share no code with these, so that an error in a
 * layout shows.
 */
export const concat = (...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => [...part]));

export const text = (characters: string): Uint8Array => Uint8Array.from(characters, (c) => c.charCodeAt(0));

function view(length: number, write: (data: DataView) => void): Uint8Array {
  const data = new DataView(new ArrayBuffer(length));
  write(data);
  return new Uint8Array(data.buffer);
}

const u16le = (value: number): Uint8Array => view(2, (data) => data.setUint16(0, value, true));
export const u32le = (value: number): Uint8Array => view(4, (data) => data.setUint32(0, value, true));
export const u64le = (value: bigint): Uint8Array => view(8, (data) => data.setBigInt64(0, value, true));
export const u16be = (value: number): Uint8Array => view(2, (data) => data.setInt16(0, value));
export const u32be = (value: number): Uint8Array => view(4, (data) => data.setUint32(0, value));
export const u64be = (value: bigint): Uint8Array => view(8, (data) => data.setBigInt64(0, value));

/** Bytes that look like compressed audio: all values, no pattern, the same every time. */
export function noise(length: number, seed = 1): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
}

// ── WAV ────────────────────────────────────────────────────────────────────────────────────────────────────────────

export const chunk = (id: string, payload: Uint8Array): Uint8Array =>
  concat(text(id), u32le(payload.length), payload, payload.length % 2 ? [0] : []);

export interface FmtFields {
  tag?: number;
  channels?: number;
  rate?: number;
  bits?: number;
  blockAlign?: number;
}

export function fmt(fields: FmtFields = {}, extension: Uint8Array = new Uint8Array()): Uint8Array {
  const { tag = 1, channels = 1, rate = 16000, bits = 16 } = fields;
  const { blockAlign = (channels * bits) / 8 } = fields;
  return chunk(
    'fmt ',
    concat(
      u16le(tag),
      u16le(channels),
      u32le(rate),
      u32le(rate * blockAlign),
      u16le(blockAlign),
      u16le(bits),
      extension,
    ),
  );
}

export const extensible = (tag: number, fields: FmtFields): Uint8Array =>
  fmt(
    { ...fields, tag: 0xfffe },
    concat(
      u16le(22),
      u16le(fields.bits ?? 16),
      u32le(4),
      u16le(tag),
      text('\0\0\0\0\x10\0'),
      text('\x80\0\0\xaa\0\x38\x9b\x71'),
    ),
  );

export const riff = (chunks: Uint8Array, dataSize = 0xffffffff, magic = 'RIFF'): Uint8Array =>
  concat(text(magic), u32le(0xffffffff), text('WAVE'), chunks, text('data'), u32le(dataSize));

// ── Ogg ────────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface PageFields {
  granule: bigint;
  /** Packets that end on this page. */
  packets?: readonly Uint8Array[];
  /** The beginning of a packet that the next page goes on with; its length is a multiple of 255. */
  unfinished?: Uint8Array;
  continued?: boolean;
  bos?: boolean;
  serial?: number;
}

export function page(fields: PageFields): Uint8Array {
  const { granule, packets = [], unfinished = new Uint8Array(), serial = 7 } = fields;
  const lacing = packets.flatMap((p) => [
    ...Array<number>(Math.floor(p.length / 255)).fill(255),
    p.length % 255,
  ]);
  const whole = [...lacing, ...Array<number>(unfinished.length / 255).fill(255)];
  const flags = (fields.continued ? 1 : 0) + (fields.bos ? 2 : 0);
  return concat(
    text('OggS'),
    [0, flags],
    u64le(granule),
    u32le(serial),
    u32le(0),
    u32le(0xdeadbeef),
    [whole.length],
    whole,
    ...packets,
    unfinished,
  );
}

export const opusHead = (preSkip = 312): Uint8Array =>
  concat(text('OpusHead'), [1, 1], u16le(preSkip), u32le(48000), u16le(0), [0]);

export const opusHeader = (preSkip = 312): Uint8Array =>
  concat(
    page({ granule: 0n, bos: true, packets: [opusHead(preSkip)] }),
    page({ granule: 0n, packets: [concat(text('OpusTags'), noise(300))] }),
  );

// ── WebM ───────────────────────────────────────────────────────────────────────────────────────────────────────────

/** One element with an eight-byte size, as libwebm writes masters; `undefined` is a size that is not known. */
export function element(id: number, payload: Uint8Array | undefined, sizeBytes: 1 | 2 | 8 = 8): Uint8Array {
  const idBytes = id > 0xffffff ? 4 : id > 0xffff ? 3 : id > 0xff ? 2 : 1;
  const written = u32be(id).slice(4 - idBytes);
  if (!payload) return concat(written, [0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
  const size = u64be(BigInt(payload.length) + (1n << BigInt(7 * sizeBytes))).slice(8 - sizeBytes);
  return concat(written, size, payload);
}

export const track = (number: number, type: 1 | 2): Uint8Array =>
  element(
    0xae,
    concat(
      element(0xd7, Uint8Array.of(number), 1),
      element(0x73c5, u32be(99), 1),
      element(0x83, Uint8Array.of(type), 1),
    ),
  );

export function webmHeader(tracks: Uint8Array = track(1, 2), timestampScale = 1_000_000): Uint8Array {
  return concat(
    element(0x1a45dfa3, concat(element(0x4286, Uint8Array.of(1), 1), element(0x4282, text('webm'), 1))),
    element(0x18538067, undefined),
    element(
      0x1549a966,
      concat(element(0x2ad7b1, u32be(timestampScale), 1), element(0x4d80, text('Chrome'), 1)),
    ),
    element(0x1654ae6b, tracks),
  );
}

export const clusterStart = (timecode: number): Uint8Array =>
  concat(element(0x1f43b675, undefined), element(0xe7, u32be(timecode), 1));

export const blockPayload = (relative: number, frame: Uint8Array, trackNumber = 1): Uint8Array =>
  concat([0x80 | trackNumber], u16be(relative), [0x80], frame);

export const simpleBlock = (relative: number, frame = noise(170), trackNumber = 1): Uint8Array =>
  element(0xa3, blockPayload(relative, frame, trackNumber), 2);

// ── MP4 and FLAC ───────────────────────────────────────────────────────────────────────────────────────────────────

export const box = (type: string, payload: Uint8Array): Uint8Array =>
  concat(u32be(8 + payload.length), text(type), payload);

export const metadataBlock = (type: number, payload: Uint8Array, isLast = false): Uint8Array =>
  concat([type | (isLast ? 0x80 : 0)], u32be(payload.length).slice(1), payload);
