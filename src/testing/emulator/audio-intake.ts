/**
 * From the bytes of one connection to samples: raw audio as the query declares it, or a container whose header comes first and
 * tells the format. Undecodable audio is reported at once, or ignored, by the options; audio that can only be timed becomes
 * silence of the same length.
 */
import { durationMsOf, opusPacketMs } from '../media/codec-timing.ts';
import { createDemuxer, isForeignToRawAudio } from '../media/container.ts';
import type { ContainerDemuxer, Packet } from '../media/container-demuxer.ts';
import { type PcmEncoding, PcmDecoder, mixDown } from '../media/pcm.ts';
import { UndecodableAudio } from '../media/undecodable-audio.ts';
import { MAX_CHANNELS, MAX_SAMPLE_RATE, type RawFormat } from './raw-format.ts';
import type { Readings } from './readings.ts';

/** The format of the audio, by the query. */
export interface AudioFormat {
  /** Absent for container audio, whose header tells the format. */
  raw?: RawFormat;
  /** Each channel is transcribed; otherwise they are mixed down to one. */
  multichannel: boolean;
}

/** Decoded audio: one signal for each channel that is transcribed. */
export interface AudioBlock {
  sampleRate: number;
  channels: Int16Array[];
  durationMs: number;
}

/** Rate of the silence that replaces timed audio: every packet lasts a whole number of its samples. */
const SILENCE_RATE = 16_000;
const ENOUGH_TO_TELL = 8;

export class AudioIntake {
  readonly #format: AudioFormat;
  readonly #readings: Readings;
  #decoder: PcmDecoder | undefined;
  readonly #demuxer: ContainerDemuxer | undefined;
  #hasBegun = false;
  #isSwallowing = false;
  /** The codec that was timed but not decoded, if any. */
  timedCodec: string | undefined;

  constructor(format: AudioFormat, readings: Readings) {
    this.#format = format;
    this.#readings = readings;
    if (!format.raw) this.#demuxer = createDemuxer();
  }

  /** Blocks decoded from these bytes; throws {@link UndecodableAudio}. */
  decode(bytes: Uint8Array): AudioBlock[] {
    if (this.#isSwallowing) return [];
    const { raw } = this.#format;
    try {
      if (raw) return this.#decodeRaw(raw, bytes);
      return (this.#demuxer?.push(bytes) ?? []).flatMap((packet) => this.#decodePacket(packet));
    } catch (error) {
      const isRefused = raw ? this.#readings.wrongEncoding === 'data-0000' : this.#refusesUnknown(error);
      if (!(error instanceof UndecodableAudio) || isRefused) throw error;
      this.#isSwallowing = true;
      return [];
    }
  }

  #decodeRaw(raw: RawFormat, bytes: Uint8Array): AudioBlock[] {
    const isFirst = !this.#hasBegun && bytes.length >= ENOUGH_TO_TELL;
    this.#hasBegun = true;
    if (isFirst && this.#readings.wrongEncoding !== 'noise' && isForeignToRawAudio(bytes)) {
      throw new UndecodableAudio('a container where raw audio was declared');
    }
    const { encoding, channels, sampleRate } = raw;
    if (isPcm(encoding)) return this.#samples(encoding, channels, sampleRate, bytes);
    return this.#silence(encoding, durationMsOf(encoding, bytes), channels);
  }

  #decodePacket({ format, payload }: Packet): AudioBlock[] {
    const { encoding, channels, sampleRate } = format;
    // A wrong header must not make the emulator keep four billion samples or 65,535 recognisers.
    if (channels < 1 || channels > MAX_CHANNELS || sampleRate < 1 || sampleRate > MAX_SAMPLE_RATE) {
      throw new UndecodableAudio('a format beyond all reason');
    }
    if (encoding !== 'opus') return this.#samples(encoding, channels, sampleRate, payload);
    if (this.#readings.compressedAudio === 'refused') {
      throw new UndecodableAudio('audio that can only be timed', 'Opus');
    }
    return this.#silence(encoding, opusPacketMs(payload), channels);
  }

  /** A codec that only the emulator cannot decode always gives an error: the service would decode it. */
  #refusesUnknown(error: unknown): boolean {
    return (
      this.#readings.missingHeader === 'data-0000' ||
      (error instanceof UndecodableAudio && error.codec !== undefined)
    );
  }

  #samples(encoding: PcmEncoding, channels: number, sampleRate: number, bytes: Uint8Array): AudioBlock[] {
    this.#decoder ??= new PcmDecoder(encoding, channels);
    const signals = this.#decoder.decode(bytes);
    const length = signals[0]?.length ?? 0;
    if (length === 0) return [];
    const heard = this.#format.multichannel ? signals : [mixDown(signals)];
    return [{ sampleRate, channels: heard, durationMs: (length / sampleRate) * 1000 }];
  }

  #silence(codec: string, durationMs: number, channels: number): AudioBlock[] {
    if (durationMs === 0) return [];
    this.timedCodec = codec;
    const silence = new Int16Array(Math.round((durationMs * SILENCE_RATE) / 1000));
    const heard = this.#format.multichannel ? Array.from({ length: channels }, () => silence) : [silence];
    return [{ sampleRate: SILENCE_RATE, channels: heard, durationMs }];
  }
}

function isPcm(encoding: RawFormat['encoding']): encoding is PcmEncoding {
  return encoding === 'linear16' || encoding === 'linear32' || encoding === 'mulaw' || encoding === 'alaw';
}
