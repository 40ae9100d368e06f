/**
 * From the bytes of one connection to samples: raw PCM as the query declares it, or a container whose header comes
 * first and tells the format. What cannot be decoded is said so at once, or swallowed, as the options want it.
 */
import { createDemuxer } from '../media/container.ts';
import type { ContainerDemuxer } from '../media/container-demuxer.ts';
import { PcmDecoder, mixDown } from '../media/pcm.ts';
import { UndecodableAudio } from '../media/undecodable-audio.ts';
import type { ListenSettings } from './listen-query.ts';

/** Decoded audio: one signal for each channel that is transcribed. */
export interface AudioBlock {
  sampleRate: number;
  channels: Int16Array[];
  durationMs: number;
}

export class AudioIntake {
  #settings: ListenSettings;
  #raw: { decoder: PcmDecoder; sampleRate: number } | undefined;
  #demuxer: ContainerDemuxer | undefined;
  #unknownFormat: 'refuse' | 'swallow';
  #swallowing = false;

  constructor(settings: ListenSettings, unknownFormat: 'refuse' | 'swallow') {
    this.#settings = settings;
    this.#unknownFormat = unknownFormat;
    if (settings.raw) {
      const { encoding, channels, sampleRate } = settings.raw;
      this.#raw = { decoder: new PcmDecoder(encoding, channels), sampleRate };
    } else {
      this.#demuxer = createDemuxer();
    }
  }

  /** Blocks decoded from these bytes; throws {@link UndecodableAudio}. */
  decode(bytes: Uint8Array): AudioBlock[] {
    if (this.#swallowing) return [];
    if (this.#raw) return this.#block(this.#raw.decoder, this.#raw.sampleRate, bytes);
    try {
      return (this.#demuxer?.push(bytes) ?? []).flatMap((packet) => {
        const { encoding, channels, sampleRate } = packet.format;
        const decoder = new PcmDecoder(encoding, channels);
        return this.#block(decoder, sampleRate, packet.payload);
      });
    } catch (error) {
      if (!(error instanceof UndecodableAudio) || this.#unknownFormat === 'refuse') throw error;
      this.#swallowing = true;
      return [];
    }
  }

  #block(decoder: PcmDecoder, sampleRate: number, bytes: Uint8Array): AudioBlock[] {
    const signals = decoder.decode(bytes);
    const length = signals[0]?.length ?? 0;
    if (length === 0) return [];
    const channels = this.#settings.multichannel ? signals : [mixDown(signals)];
    return [{ sampleRate, channels, durationMs: (length / sampleRate) * 1000 }];
  }
}
