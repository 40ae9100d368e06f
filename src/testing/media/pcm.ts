/**
 * Encodes and decodes the raw encodings that Deepgram takes: 16-bit and 32-bit (floating point) linear, µ-law, A-law. The decoder
 * accepts a stream that is cut anywhere, also in mid-sample.
 */

export type PcmEncoding = 'linear16' | 'linear32' | 'mulaw' | 'alaw';

const BYTES_PER_SAMPLE: Record<PcmEncoding, number> = { linear16: 2, linear32: 4, mulaw: 1, alaw: 1 };
const MULAW = Int16Array.from({ length: 256 }, (_, code) => expandMulaw(code));
const ALAW = Int16Array.from({ length: 256 }, (_, code) => expandAlaw(code));
const NOTHING = new Uint8Array(0);
const PLATFORM_IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Splits a byte stream into one signal for each channel. */
export class PcmDecoder {
  readonly channels: number;
  readonly #encoding: PcmEncoding;
  readonly #frameBytes: number;
  #rest: Uint8Array = NOTHING;

  constructor(encoding: PcmEncoding, channels: number) {
    this.#encoding = encoding;
    this.channels = channels;
    this.#frameBytes = BYTES_PER_SAMPLE[encoding] * channels;
  }

  /** Samples of each channel; a frame cut in two is kept for the next call. */
  decode(bytes: Uint8Array): Int16Array[] {
    const whole = this.#rest.length > 0 ? join(this.#rest, bytes) : bytes;
    const cut = whole.length % this.#frameBytes;
    const usable = whole.length - cut;
    this.#rest = cut === 0 ? NOTHING : whole.slice(usable);
    const samples = toSamples(this.#encoding, cut === 0 ? whole : whole.subarray(0, usable));
    return this.channels === 1 ? [samples] : deinterleave(samples, this.channels);
  }
}

/** Encodes samples as a raw stream; for several channels, {@link interleave} them first. */
export function encodePcm(samples: Int16Array, encoding: PcmEncoding): Uint8Array {
  const bytes = new Uint8Array(samples.length * BYTES_PER_SAMPLE[encoding]);
  const view = new DataView(bytes.buffer);
  samples.forEach((sample, i) => {
    switch (encoding) {
      case 'linear16':
        view.setInt16(2 * i, sample, true);
        break;
      case 'linear32':
        view.setFloat32(4 * i, sample / 32_768, true);
        break;
      case 'mulaw':
        bytes[i] = compressMulaw(sample);
        break;
      case 'alaw':
        bytes[i] = compressAlaw(sample);
        break;
      default:
        encoding satisfies never;
    }
  });
  return bytes;
}

/** The mean of several channels, as used without `multichannel`. */
export function mixDown(channels: readonly Int16Array[]): Int16Array {
  const [first] = channels;
  if (first === undefined || channels.length === 1) return first ?? new Int16Array(0);
  return first.map((_, i) => channels.reduce((sum, channel) => sum + channel[i]!, 0) / channels.length);
}

function toSamples(encoding: PcmEncoding, bytes: Uint8Array): Int16Array {
  switch (encoding) {
    case 'linear16': {
      if (PLATFORM_IS_LITTLE_ENDIAN && bytes.byteOffset % 2 === 0) {
        return new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
      }
      return fromView(bytes, 2, (view, at) => view.getInt16(at, true));
    }
    case 'linear32':
      return fromView(bytes, 4, (view, at) =>
        Math.max(-32_768, Math.min(32_767, Math.round(view.getFloat32(at, true) * 32_768))),
      );
    case 'mulaw':
      return Int16Array.from(bytes, (code) => MULAW[code]!);
    case 'alaw':
      return Int16Array.from(bytes, (code) => ALAW[code]!);
    default:
      return encoding satisfies never;
  }
}

function fromView(bytes: Uint8Array, size: number, read: (view: DataView, at: number) => number): Int16Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Int16Array.from({ length: bytes.length / size }, (_, i) => read(view, i * size));
}

function deinterleave(samples: Int16Array, channels: number): Int16Array[] {
  const frames = samples.length / channels;
  return Array.from({ length: channels }, (_, channel) => {
    const signal = new Int16Array(frames);
    for (let i = 0; i < frames; i += 1) signal[i] = samples[i * channels + channel]!;
    return signal;
  });
}

function join(a: Uint8Array, b: Uint8Array): Uint8Array {
  const whole = new Uint8Array(a.length + b.length);
  whole.set(a);
  whole.set(b, a.length);
  return whole;
}

function expandMulaw(code: number): number {
  const bits = ~code & 0xff;
  const magnitude = (((bits & 0x0f) << 3) + 0x84) << ((bits & 0x70) >> 4);
  return bits & 0x80 ? 0x84 - magnitude : magnitude - 0x84;
}

function compressMulaw(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(32_635, Math.abs(sample)) + 0x84;
  const exponent = Math.max(0, 31 - Math.clz32(magnitude) - 7);
  return ~(sign | (exponent << 4) | ((magnitude >> (exponent + 3)) & 0x0f)) & 0xff;
}

function expandAlaw(code: number): number {
  const bits = code ^ 0x55;
  const exponent = (bits & 0x70) >> 4;
  const mantissa = ((bits & 0x0f) << 4) + 8;
  const magnitude = exponent === 0 ? mantissa : (mantissa + 0x100) << (exponent - 1);
  return bits & 0x80 ? magnitude : -magnitude;
}

function compressAlaw(sample: number): number {
  const sign = sample >= 0 ? 0x80 : 0;
  const magnitude = Math.min(32_635, sample >= 0 ? sample : -sample - 1);
  const exponent = magnitude < 256 ? 0 : 31 - Math.clz32(magnitude) - 7;
  const mantissa = exponent === 0 ? magnitude >> 4 : (magnitude >> (exponent + 3)) & 0x0f;
  return (sign | (exponent << 4) | mantissa) ^ 0x55;
}
