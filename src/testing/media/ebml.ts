/**
 * The grammar under WebM: elements of an id, a length and content, where a live stream leaves the length of what
 * has not ended unknown.
 */
import { append } from './bytes.ts';
import { UndecodableAudio } from './undecodable-audio.ts';

export const ID = {
  ebml: 0x1a45_dfa3,
  docType: 0x4282,
  segment: 0x1853_8067,
  seekHead: 0x114d_9b74,
  info: 0x1549_a966,
  timecodeScale: 0x2a_d7b1,
  tracks: 0x1654_ae6b,
  trackEntry: 0xae,
  trackNumber: 0xd7,
  trackType: 0x83,
  codecId: 0x86,
  audio: 0xe1,
  samplingFrequency: 0xb5,
  channels: 0x9f,
  bitDepth: 0x6264,
  cluster: 0x1f43_b675,
  timecode: 0xe7,
  simpleBlock: 0xa3,
  blockGroup: 0xa0,
  block: 0xa1,
  position: 0xa7,
  previousSize: 0xab,
  cues: 0x1c53_bb6b,
  tags: 0x1254_c367,
  voidElement: 0xec,
  crc32: 0xbf,
} as const;

/** Start of an element; `length` is absent where it is unknown. */
export interface ElementHead {
  id: number;
  headBytes: number;
  length: number | undefined;
}

export function element(id: number, ...content: readonly Uint8Array[]): Uint8Array {
  const body = append(...content);
  return append(idBytes(id), lengthBytes(body.length), body);
}

/** An element that goes on until something ends it. */
export function openElement(id: number): Uint8Array {
  return append(idBytes(id), Uint8Array.of(0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff));
}

export function uintBytes(value: number): Uint8Array {
  const bytes: number[] = [];
  for (let rest = value; rest > 0 || bytes.length === 0; rest = Math.floor(rest / 256))
    bytes.unshift(rest % 256);
  return Uint8Array.from(bytes);
}

export function floatBytes(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value);
  return bytes;
}

/** Reads the start of the element at `at`; `undefined` if it is incomplete. */
export function readHead(bytes: Uint8Array, at: number): ElementHead | undefined {
  const idLength = vintLength(bytes[at]);
  if (idLength === undefined) return undefined;
  const sizeAt = at + idLength;
  const sizeLength = vintLength(bytes[sizeAt]);
  if (sizeLength === undefined || sizeAt + sizeLength > bytes.length) return undefined;
  const size = bytes.subarray(sizeAt, sizeAt + sizeLength);
  const first = size[0]! & (0xff >> sizeLength);
  const unknown = first === 0xff >> sizeLength && size.subarray(1).every((byte) => byte === 0xff);
  return {
    id: readUint(bytes.subarray(at, sizeAt)),
    headBytes: idLength + sizeLength,
    length: unknown ? undefined : readUint(Uint8Array.of(first, ...size.subarray(1))),
  };
}

/** The children of a complete element. */
export function children(content: Uint8Array): Map<number, Uint8Array> {
  const found = new Map<number, Uint8Array>();
  for (let at = 0; at < content.length; ) {
    const head = readHead(content, at);
    if (head?.length === undefined || at + head.headBytes + head.length > content.length) {
      throw new UndecodableAudio('a broken WebM element');
    }
    found.set(head.id, content.subarray(at + head.headBytes, at + head.headBytes + head.length));
    at += head.headBytes + head.length;
  }
  return found;
}

export function readUint(bytes: Uint8Array | undefined): number {
  return (bytes ?? new Uint8Array(0)).reduce((value, byte) => value * 256 + byte, 0);
}

export function readFloat(bytes: Uint8Array | undefined): number {
  if (bytes?.length !== 4 && bytes?.length !== 8) return 0;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return bytes.length === 4 ? view.getFloat32(0) : view.getFloat64(0);
}

function vintLength(first: number | undefined): number | undefined {
  if (first === undefined) return undefined;
  const length = Math.clz32(first) - 23;
  if (length > 8) throw new UndecodableAudio('bytes that are no WebM element');
  return length;
}

function idBytes(id: number): Uint8Array {
  return uintBytes(id);
}

function lengthBytes(length: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, 0x1000_0000 + length);
  return bytes;
}
