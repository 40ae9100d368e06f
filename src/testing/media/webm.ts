/**
 * WebM with PCM inside (codec `A_PCM/INT/LIT`), in the form of a browser's MediaRecorder: header once, then clusters of unknown
 * length, each of about a second and many blocks. So a replay of recorded chunks can be checked sample by sample, without an Opus
 * decoder.
 *
 * The demuxer also reads Opus, as browsers record it; it is timed but not decoded. It is strict where a broken replay would show:
 * nothing before the header, no cluster before the tracks, no block outside a cluster, no second header. The audio clock counts
 * what is in the blocks; a jump of timecodes, as a replay makes, adds nothing.
 */
import { append, ascii } from './bytes.ts';
import type { ContainerDemuxer, Packet, PacketFormat } from './container-demuxer.ts';
import * as ebml from './ebml.ts';
import type { MuxOptions, MuxedStream } from './muxed-stream.ts';
import { encodePcm } from './pcm.ts';
import { UndecodableAudio } from './undecodable-audio.ts';

const { ID } = ebml;
const PCM_CODEC = 'A_PCM/INT/LIT';
const OPUS_CODEC = 'A_OPUS';
const BLOCK_MS = 20;
const BLOCK_HEAD_BYTES = 4;
const LACING = 0x06;
const MAX_ELEMENT_BYTES = 1024 * 1024;
const SEGMENT_CHILDREN = new Set<number>([
  ID.seekHead,
  ID.info,
  ID.tracks,
  ID.cues,
  ID.tags,
  ID.voidElement,
  ID.crc32,
]);
const CLUSTER_CHILDREN = new Set<number>([
  ID.timecode,
  ID.simpleBlock,
  ID.blockGroup,
  ID.position,
  ID.previousSize,
  ID.voidElement,
  ID.crc32,
]);

/**
 * Samples as a live WebM stream. `clusterMs` is the length of a cluster: a chunk in its middle cannot be decoded, not even after
 * the header.
 */
export function muxWebm(samples: Int16Array, options: MuxOptions & { clusterMs?: number }): MuxedStream {
  const { sampleRate, channels = 1, chunkMs = 100, clusterMs = 1_000 } = options;
  const blockSamples = Math.round((sampleRate * BLOCK_MS) / 1000) * channels;
  const chunks: Uint8Array[] = [];
  let chunk: Uint8Array[] = [];
  let [timeMs, clusterAtMs, chunkAtMs] = [0, -Infinity, 0];
  for (let at = 0; at < samples.length; at += blockSamples) {
    if (timeMs - chunkAtMs >= chunkMs) {
      chunks.push(append(...chunk));
      chunk = [];
      chunkAtMs = timeMs;
    }
    if (timeMs - clusterAtMs >= clusterMs) {
      chunk.push(ebml.openElement(ID.cluster), ebml.element(ID.timecode, ebml.uintBytes(timeMs)));
      clusterAtMs = timeMs;
    }
    const sinceClusterMs = timeMs - clusterAtMs;
    const head = Uint8Array.of(0x81, sinceClusterMs >> 8, sinceClusterMs & 0xff, 0x80);
    const payload = encodePcm(samples.subarray(at, at + blockSamples), 'linear16');
    chunk.push(ebml.element(ID.simpleBlock, head, payload));
    timeMs += BLOCK_MS;
  }
  if (chunk.length > 0) chunks.push(append(...chunk));
  return { header: webmHeader(sampleRate, channels), chunks };
}

function webmHeader(sampleRate: number, channels: number): Uint8Array {
  const audio = ebml.element(
    ID.audio,
    ebml.element(ID.samplingFrequency, ebml.floatBytes(sampleRate)),
    ebml.element(ID.channels, ebml.uintBytes(channels)),
    ebml.element(ID.bitDepth, ebml.uintBytes(16)),
  );
  const track = ebml.element(
    ID.trackEntry,
    ebml.element(ID.trackNumber, ebml.uintBytes(1)),
    ebml.element(ID.trackType, ebml.uintBytes(2)),
    ebml.element(ID.codecId, ascii(PCM_CODEC)),
    audio,
  );
  return append(
    ebml.element(ID.ebml, ebml.element(ID.docType, ascii('webm'))),
    ebml.openElement(ID.segment),
    ebml.element(ID.info, ebml.element(ID.timecodeScale, ebml.uintBytes(1_000_000))),
    ebml.element(ID.tracks, track),
  );
}

export class WebmDemuxer implements ContainerDemuxer {
  #pending = new Uint8Array(0);
  #inside: 'nothing' | 'file' | 'segment' | 'cluster' = 'nothing';
  #format: PacketFormat | undefined;

  push(bytes: Uint8Array): Packet[] {
    this.#pending = append(this.#pending, bytes);
    const packets: Packet[] = [];
    for (;;) {
      const head = ebml.readHead(this.#pending, 0);
      if (!head) return packets;
      const opens = this.#opens(head);
      if ((head.length ?? 0) > MAX_ELEMENT_BYTES && !opens)
        throw new UndecodableAudio('an oversized WebM element');
      const length = opens ? 0 : (head.length ?? 0);
      if (this.#pending.length < head.headBytes + length) return packets;
      const content = this.#pending.slice(head.headBytes, head.headBytes + length);
      this.#pending = this.#pending.slice(head.headBytes + length);
      if (!opens) packets.push(...this.#read(head.id, content));
    }
  }

  /** Checks whether the element is allowed here; returns whether to read its children one by one. */
  #opens(head: ebml.ElementHead): boolean {
    const { id, length } = head;
    switch (this.#inside) {
      case 'nothing':
        if (id !== ID.ebml || length === undefined) throw new UndecodableAudio('no WebM header at the start');
        return false;
      case 'file':
        if (id !== ID.segment) throw new UndecodableAudio('a WebM file without a segment');
        this.#inside = 'segment';
        return true;
      case 'cluster':
        if (CLUSTER_CHILDREN.has(id) && length !== undefined) return false;
        return this.#opensInSegment(head);
      case 'segment':
        return this.#opensInSegment(head);
      default:
        return this.#inside satisfies never;
    }
  }

  #opensInSegment({ id, length }: ebml.ElementHead): boolean {
    if (id === ID.cluster) {
      if (!this.#format) throw new UndecodableAudio('a WebM cluster before its tracks');
      this.#inside = 'cluster';
      return true;
    }
    if (!SEGMENT_CHILDREN.has(id) || length === undefined) {
      throw new UndecodableAudio(`a WebM element out of place: ${id.toString(16)}`);
    }
    return false;
  }

  #read(id: number, content: Uint8Array): Packet[] {
    switch (id) {
      case ID.ebml:
        this.#inside = 'file';
        return [];
      case ID.tracks:
        if (this.#format) throw new UndecodableAudio('a second WebM header in the stream');
        this.#format = readTracks(content);
        return [];
      case ID.simpleBlock:
        return this.#readBlock(content);
      case ID.blockGroup:
        return this.#readBlock(ebml.children(content).get(ID.block) ?? new Uint8Array(0));
      default:
        return [];
    }
  }

  #readBlock(content: Uint8Array): Packet[] {
    const flags = content[3];
    if (!this.#format || content[0] !== 0x81 || flags === undefined || (flags & LACING) !== 0) {
      throw new UndecodableAudio('a WebM block that cannot be read');
    }
    const payload = content.slice(BLOCK_HEAD_BYTES);
    return payload.length === 0 ? [] : [{ format: this.#format, payload }];
  }
}

function readTracks(content: Uint8Array): PacketFormat {
  const track = ebml.children(ebml.children(content).get(ID.trackEntry) ?? new Uint8Array(0));
  const codec = String.fromCharCode(...(track.get(ID.codecId) ?? []));
  if (codec !== PCM_CODEC && codec !== OPUS_CODEC) {
    throw new UndecodableAudio(
      'a WebM codec without a decoder',
      codec.replaceAll(/[^\w/]/g, '').slice(0, 20),
    );
  }
  const audio = ebml.children(track.get(ID.audio) ?? new Uint8Array(0));
  const sampleRate = ebml.readFloat(audio.get(ID.samplingFrequency));
  const channels = ebml.readUint(audio.get(ID.channels));
  if (codec === OPUS_CODEC) return { encoding: 'opus', sampleRate, channels: channels || 1 };
  const bitDepth = ebml.readUint(audio.get(ID.bitDepth));
  if (sampleRate <= 0 || channels < 1 || bitDepth !== 16)
    throw new UndecodableAudio('an unknown WebM audio format');
  return { encoding: 'linear16', sampleRate, channels };
}
