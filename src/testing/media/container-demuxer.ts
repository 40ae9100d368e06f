/** The output of a container's demuxer. */
import type { PcmEncoding } from './pcm.ts';

export interface PacketFormat {
  /** Opus is timed, not decoded. */
  encoding: PcmEncoding | 'opus';
  sampleRate: number;
  channels: number;
}

export interface Packet {
  format: PacketFormat;
  /** Whole sample frames, or one Opus packet. */
  payload: Uint8Array;
}

export interface ContainerDemuxer {
  push(bytes: Uint8Array): Packet[];
}
