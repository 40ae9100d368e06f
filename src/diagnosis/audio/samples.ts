/** Raw audio as numbers from -1 to 1, for analysis only. */

/** The raw encodings whose samples can be read; all others are compressed. */
export type SampleEncoding = 'linear16' | 'linear32' | 'mulaw' | 'alaw';

/** Reads samples of one encoding. */
export interface SampleReader {
  bytes: number;
  /** The largest amplitude of silence: the encoding's smallest step. */
  quietest: number;
  /** The amplitude of full scale. Sixteen bits reach 0.99997, and a limiter often stops a little earlier. */
  loudest: number;
  /** Fills `samples` with the samples at the beginning of `view`. */
  read(view: DataView, samples: Float32Array): void;
}

/** One for each encoding. Deepgram's linear PCM is little-endian; its `linear32` is floating point. */
export const SAMPLE_READERS: Record<SampleEncoding, SampleReader> = {
  linear16: {
    bytes: 2,
    quietest: 1 / 0x8000,
    loudest: 0.999,
    read: (view, samples) => readLinear16(view, samples, true),
  },
  linear32: {
    bytes: 4,
    quietest: 1 / 0x8000,
    loudest: 0.999,
    read(view, samples) {
      for (let i = 0; i < samples.length; i += 1) samples[i] = view.getFloat32(4 * i, true);
    },
  },
  mulaw: {
    bytes: 1,
    quietest: 0,
    loudest: 0x7d7c / 0x8000,
    read(view, samples) {
      for (let i = 0; i < samples.length; i += 1) samples[i] = mulawSample(view.getUint8(i));
    },
  },
  alaw: {
    bytes: 1,
    quietest: 8 / 0x8000,
    loudest: 0x7e00 / 0x8000,
    read(view, samples) {
      for (let i = 0; i < samples.length; i += 1) samples[i] = alawSample(view.getUint8(i));
    },
  },
};

export function readLinear16(view: DataView, samples: Float32Array, isLittleEndian: boolean): void {
  for (let i = 0; i < samples.length; i += 1) samples[i] = view.getInt16(2 * i, isLittleEndian) / 0x8000;
}

/** True if samples of this encoding can be read. */
export function isSampleEncoding(encoding: string | undefined): encoding is SampleEncoding {
  return encoding !== undefined && Object.hasOwn(SAMPLE_READERS, encoding);
}

/** ITU-T G.711, µ-law: sign, three bits of exponent, four of mantissa, all of them inverted. */
function mulawSample(byte: number): number {
  const bits = ~byte;
  const magnitude = ((((bits & 0x0f) << 3) + 0x84) << ((bits >> 4) & 7)) - 0x84;
  return ((bits & 0x80) === 0 ? magnitude : -magnitude) / 0x8000;
}

/** ITU-T G.711, A-law: every other bit is inverted. */
function alawSample(byte: number): number {
  const bits = byte ^ 0x55;
  const exponent = (bits >> 4) & 7;
  const mantissa = ((bits & 0x0f) << 4) + 8;
  const magnitude = exponent === 0 ? mantissa : (mantissa + 0x100) << (exponent - 1);
  return ((bits & 0x80) === 0 ? -magnitude : magnitude) / 0x8000;
}
