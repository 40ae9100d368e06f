/** What comes out of a container, whichever it is. */
import type { PcmEncoding } from './pcm.ts';

export interface PacketFormat {
  /** Opus is timed and not decoded: there is no decoder here. */
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
