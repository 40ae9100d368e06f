/** What comes out of a container, whichever it is. */
import type { PcmEncoding } from './pcm.ts';

export interface PacketFormat {
  encoding: PcmEncoding;
  sampleRate: number;
  channels: number;
}

export interface Packet {
  format: PacketFormat;
  /** Whole sample frames. */
  payload: Uint8Array;
}

export interface ContainerDemuxer {
  push(bytes: Uint8Array): Packet[];
}
