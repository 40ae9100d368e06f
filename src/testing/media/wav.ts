/** WAV: writes the header, and reads it from a live stream of unknown length. */
import { append } from './bytes.ts';
import type { ContainerDemuxer, Packet } from './container-demuxer.ts';
import type { MuxOptions, MuxedStream } from './muxed-stream.ts';
import { type PcmEncoding, encodePcm } from './pcm.ts';
import { UndecodableAudio } from './undecodable-audio.ts';

const FORMAT_TAGS: Record<PcmEncoding, number> = { linear16: 1, linear32: 3, alaw: 6, mulaw: 7 };
const ENCODINGS: readonly PcmEncoding[] = ['linear16', 'linear32', 'alaw', 'mulaw'];
const BITS: Record<PcmEncoding, number> = { linear16: 16, linear32: 32, alaw: 8, mulaw: 8 };

interface WavFormat {
  encoding: PcmEncoding;
  sampleRate: number;
  channels: number;
}

/** Length of a stream that has not ended. */
const UNKNOWN_LENGTH = 0xffff_ffff;
const LONGEST_HEADER_BYTES = 64 * 1024;

/**
 * Samples (interleaved, if there are several channels) as a live WAV stream.
 */
export function muxWav(samples: Int16Array, options: MuxOptions & { encoding?: PcmEncoding }): MuxedStream {
  const { sampleRate, channels = 1, chunkMs = 100, encoding = 'linear16' } = options;
  const payload = encodePcm(samples, encoding);
  const frameBytes = (BITS[encoding] / 8) * channels;
  const chunkBytes = Math.max(1, Math.round((sampleRate * chunkMs) / 1000)) * frameBytes;
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < payload.length; at += chunkBytes) chunks.push(payload.subarray(at, at + chunkBytes));
  return { header: wavHeader({ encoding, sampleRate, channels }), chunks };
}

function wavHeader({ encoding, sampleRate, channels }: WavFormat): Uint8Array {
  const frameBytes = (BITS[encoding] / 8) * channels;
  const header = new Uint8Array(44);
  const view = new DataView(header.buffer);
  const text = (at: number, value: string) => header.set(new TextEncoder().encode(value), at);
  text(0, 'RIFF');
  view.setUint32(4, UNKNOWN_LENGTH, true);
  text(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, FORMAT_TAGS[encoding], true);
  view.setUint16(22, channels, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, sampleRate * frameBytes, true);
  view.setUint16(32, frameBytes, true);
  view.setUint16(34, BITS[encoding], true);
  text(36, 'data');
  view.setUint32(40, UNKNOWN_LENGTH, true);
  return header;
}

export class WavDemuxer implements ContainerDemuxer {
  #pending = new Uint8Array(0);
  #format: WavFormat | undefined;
  #isInData = false;

  push(bytes: Uint8Array): Packet[] {
    this.#pending = append(this.#pending, bytes);
    if (!this.#isInData) this.#readHeader();
    if (!this.#isInData || !this.#format) return [];
    const frameBytes = (BITS[this.#format.encoding] / 8) * this.#format.channels;
    const usable = this.#pending.length - (this.#pending.length % frameBytes);
    if (usable === 0) return [];
    const payload = this.#pending.slice(0, usable);
    this.#pending = this.#pending.slice(usable);
    return [{ format: this.#format, payload }];
  }

  #readHeader(): void {
    const bytes = this.#pending;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const tag = (at: number) => String.fromCharCode(...bytes.subarray(at, at + 4));
    if (bytes.length < 12) return;
    if (tag(0) !== 'RIFF' || tag(8) !== 'WAVE') throw new UndecodableAudio('not a WAVE file');
    let at = 12;
    while (at + 8 <= bytes.length) {
      const length = view.getUint32(at + 4, true);
      if (tag(at) === 'data') {
        if (!this.#format) throw new UndecodableAudio('a WAVE file without a format');
        this.#pending = bytes.slice(at + 8);
        this.#isInData = true;
        return;
      }
      const next = at + 8 + length + (length % 2);
      if (next > LONGEST_HEADER_BYTES) throw new UndecodableAudio('a WAVE header without end');
      if (next > bytes.length) return;
      if (tag(at) === 'fmt ') this.#format = readFormat(view, at + 8, length);
      at = next;
    }
  }
}

function readFormat(view: DataView, at: number, length: number): WavFormat {
  if (length < 16) throw new UndecodableAudio('a WAVE format too short');
  const [tag, bits] = [view.getUint16(at, true), view.getUint16(at + 14, true)];
  const [channels, sampleRate] = [view.getUint16(at + 2, true), view.getUint32(at + 4, true)];
  const encoding = ENCODINGS.find((known) => FORMAT_TAGS[known] === tag && BITS[known] === bits);
  if (!encoding || channels === 0 || sampleRate === 0) throw new UndecodableAudio('an unknown WAVE format');
  return { encoding, sampleRate, channels };
}
