/**
 * Ogg with PCM inside, by the OggPCM mapping (a 28-byte header packet `"PCM "`, format 2 = 16-bit little endian, then a comment
 * packet): a container whose audio can be checked sample by sample, without an Opus decoder.
 *
 * The demuxer also reads Ogg Opus, which is timed but not decoded. It is strict where a broken replay would show: the stream
 * begins with its header page, every page's checksum is right, page numbers never go back. A jump forward is a gap, which Ogg
 * decoders accept.
 */
import { append, ascii } from './bytes.ts';
import type { ContainerDemuxer, Packet, PacketFormat } from './container-demuxer.ts';
import type { MuxOptions, MuxedStream } from './muxed-stream.ts';
import { encodePcm } from './pcm.ts';
import { UndecodableAudio } from './undecodable-audio.ts';

const PAGE_HEADER_BYTES = 27;
const FIRST_PAGE = 2;
const CONTINUED = 1;
const MAGIC = 'PCM     ';
const OPUS_MAGIC = 'OpusHead';
const S16_LITTLE_ENDIAN = 2;
const PACKET_MS = 20;
const SERIAL = 0x0dee_96a3;
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x8000_0000 ? (crc << 1) ^ 0x04c1_1db7 : crc << 1;
  return crc >>> 0;
});

/** Samples as a live Ogg stream: two header pages, then one page for each chunk. */
export function muxOgg(samples: Int16Array, options: MuxOptions): MuxedStream {
  const { sampleRate, channels = 1, chunkMs = 100 } = options;
  const header = append(
    page([formatPacket(sampleRate, channels)], 0, 0, FIRST_PAGE),
    page([append(new Uint8Array(4), new Uint8Array(4))], 1, 0, 0),
  );
  const packetSamples = Math.round((sampleRate * PACKET_MS) / 1000) * channels;
  const packetsPerPage = Math.max(1, Math.round(chunkMs / PACKET_MS));
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < samples.length; ) {
    const packets: Uint8Array[] = [];
    for (let i = 0; i < packetsPerPage && at < samples.length; i += 1) {
      packets.push(encodePcm(samples.subarray(at, at + packetSamples), 'linear16'));
      at += packetSamples;
    }
    chunks.push(page(packets, chunks.length + 2, Math.min(at, samples.length) / channels, 0));
  }
  return { header, chunks };
}

function formatPacket(sampleRate: number, channels: number): Uint8Array {
  const packet = new Uint8Array(28);
  const view = new DataView(packet.buffer);
  packet.set(ascii(MAGIC));
  view.setUint32(12, S16_LITTLE_ENDIAN);
  view.setUint32(16, sampleRate);
  view.setUint8(20, 16);
  view.setUint8(21, channels);
  return packet;
}

function page(packets: readonly Uint8Array[], number: number, granule: number, flags: number): Uint8Array {
  const lacing = packets.flatMap((packet) => [
    ...Array.from({ length: Math.floor(packet.length / 255) }, () => 255),
    packet.length % 255,
  ]);
  if (lacing.length > 255) throw new RangeError('too much audio for one Ogg page: choose a smaller chunkMs');
  const head = new Uint8Array(PAGE_HEADER_BYTES);
  const view = new DataView(head.buffer);
  head.set(ascii('OggS'));
  view.setUint8(5, flags);
  view.setBigUint64(6, BigInt(Math.round(granule)), true);
  view.setUint32(14, SERIAL, true);
  view.setUint32(18, number, true);
  view.setUint8(26, lacing.length);
  const whole = append(head, Uint8Array.from(lacing), ...packets);
  new DataView(whole.buffer).setUint32(22, checksum(whole), true);
  return whole;
}

function checksum(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) crc = (crc << 8) ^ CRC_TABLE[((crc >>> 24) ^ byte) & 0xff]!;
  return crc >>> 0;
}

export class OggDemuxer implements ContainerDemuxer {
  #pending = new Uint8Array(0);
  #format: PacketFormat | undefined;
  #headersLeft = 2;
  #lastPage = -1;
  #partial: Uint8Array | undefined;

  push(bytes: Uint8Array): Packet[] {
    this.#pending = append(this.#pending, bytes);
    const packets: Packet[] = [];
    for (;;) {
      const length = pageLength(this.#pending);
      if (length === undefined) return packets;
      packets.push(...this.#readPage(this.#pending.slice(0, length)));
      this.#pending = this.#pending.slice(length);
    }
  }

  #readPage(bytes: Uint8Array): Packet[] {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const stated = view.getUint32(22, true);
    const blanked = bytes.slice();
    blanked.fill(0, 22, 26);
    if (checksum(blanked) !== stated) throw new UndecodableAudio('an Ogg page with a wrong checksum');
    const [flags, number] = [view.getUint8(5), view.getUint32(18, true)];
    const isFirst = (flags & FIRST_PAGE) !== 0;
    if (isFirst !== (this.#lastPage === -1))
      throw new UndecodableAudio('an Ogg stream without its header page first');
    if (number <= this.#lastPage) throw new UndecodableAudio('an Ogg page that goes back');
    // After a gap the beginning of a continued packet is missing, so the rest of it is dropped.
    if (number !== this.#lastPage + 1 || (flags & CONTINUED) === 0) this.#partial = undefined;
    const orphaned = (flags & CONTINUED) !== 0 && this.#partial === undefined;
    this.#lastPage = number;
    return this.#packets(bytes, orphaned).flatMap((packet) => this.#readPacket(packet));
  }

  #packets(bytes: Uint8Array, orphaned: boolean): Uint8Array[] {
    const segments = bytes[26]!;
    const packets: Uint8Array[] = [];
    let at = PAGE_HEADER_BYTES + segments;
    let skip = orphaned;
    for (let i = 0; i < segments; i += 1) {
      const length = bytes[PAGE_HEADER_BYTES + i]!;
      const packet = append(this.#partial ?? new Uint8Array(0), bytes.subarray(at, at + length));
      at += length;
      this.#partial = length === 255 ? packet : undefined;
      if (length === 255) continue;
      if (!skip) packets.push(packet);
      skip = false;
    }
    return packets;
  }

  #readPacket(packet: Uint8Array): Packet[] {
    this.#headersLeft -= 1;
    if (this.#format === undefined) {
      this.#format = readFormat(packet);
      return [];
    }
    return this.#headersLeft < 0 && packet.length > 0 ? [{ format: this.#format, payload: packet }] : [];
  }
}

function pageLength(bytes: Uint8Array): number | undefined {
  if (ascii('OggS').some((byte, i) => i < bytes.length && bytes[i] !== byte)) {
    throw new UndecodableAudio('bytes between Ogg pages');
  }
  if (bytes.length < PAGE_HEADER_BYTES) return undefined;
  const bodyAt = PAGE_HEADER_BYTES + bytes[26]!;
  if (bytes.length < bodyAt) return undefined;
  const length = bytes.subarray(PAGE_HEADER_BYTES, bodyAt).reduce((sum, segment) => sum + segment, bodyAt);
  return bytes.length < length ? undefined : length;
}

function readFormat(packet: Uint8Array): PacketFormat {
  const view = new DataView(packet.buffer, packet.byteOffset, packet.length);
  // RFC 7845, 5.1: whatever the rate of the recording, Opus runs at 48 kHz.
  if (startsWith(packet, OPUS_MAGIC) && packet.length >= 19)
    return { encoding: 'opus', sampleRate: 48_000, channels: packet[9] ?? 1 };
  const isPcm = packet.length >= 28 && startsWith(packet, MAGIC);
  if (!isPcm || view.getUint32(12) !== S16_LITTLE_ENDIAN)
    throw new UndecodableAudio('an Ogg stream of another codec', 'Ogg with another codec');
  return { encoding: 'linear16', sampleRate: view.getUint32(16), channels: view.getUint8(21) };
}

function startsWith(packet: Uint8Array, magic: string): boolean {
  return ascii(magic).every((byte, i) => packet[i] === byte);
}
