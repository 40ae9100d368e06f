/** How loud audio is, how rough, and how much of it is nothing at all: one pass over the samples of a stretch. */
import type { SampleReader } from './samples.ts';

/** What can be measured of a stretch of samples. Amplitudes are shares of full scale, from 0 to 1. */
export interface Level {
  /** Samples of one channel. */
  samples: number;
  peak: number;
  /** Root of the mean square: what is heard as loudness. */
  rms: number;
  /** Share of samples that stand at full scale beside others that do: the tops were cut off. */
  clipped: number;
  /** Share of samples that are digital silence: a muted microphone, not a quiet room. */
  silent: number;
  /** The longest run of digital silence, in samples of one channel. */
  longestSilence: number;
  /**
   * How much neighbours differ, against how far they are from zero. Speech is smooth, 0.1 to 0.7; bytes that are no
   * samples are noise, 1.3 and more. `NaN` for silence.
   */
  roughness: number;
}

/** A single sample at full scale is a loud moment. */
const CLIPPED_RUN = 3;

/** Measures samples that are interleaved by channel. Bytes that make no whole frame, at the end, are left out. */
export function levelOf(bytes: Uint8Array, reader: SampleReader, channels = 1): Level {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const stride = reader.bytes * channels;
  const samples = Math.floor(bytes.byteLength / stride);
  const count = samples * channels;
  let peak = 0;
  let squares = 0;
  let sum = 0;
  let steps = 0;
  let clipped = 0;
  let silent = 0;
  let longestSilence = 0;
  for (let channel = 0; channel < channels; channel += 1) {
    let before = 0;
    let fullRun = 0;
    let silentRun = 0;
    for (let at = channel * reader.bytes, i = 0; i < samples; i += 1, at += stride) {
      const sample = reader.read(view, at);
      const amplitude = Math.abs(sample);
      if (amplitude > peak) peak = amplitude;
      squares += sample * sample;
      sum += amplitude;
      if (i > 0) steps += Math.abs(sample - before);
      before = sample;
      fullRun = amplitude >= reader.loudest ? fullRun + 1 : 0;
      if (fullRun === CLIPPED_RUN) clipped += CLIPPED_RUN;
      else if (fullRun > CLIPPED_RUN) clipped += 1;
      silentRun = amplitude <= reader.quietest ? silentRun + 1 : 0;
      if (silentRun > 0) silent += 1;
      if (silentRun > longestSilence) longestSilence = silentRun;
    }
  }
  return {
    samples,
    peak,
    rms: count === 0 ? 0 : Math.sqrt(squares / count),
    clipped: count === 0 ? 0 : clipped / count,
    silent: count === 0 ? 0 : silent / count,
    longestSilence,
    roughness: steps / sum,
  };
}

/** Decibels below full scale; nothing at all is `-Infinity`. */
export function decibels(amplitude: number): number {
  return 20 * Math.log10(amplitude);
}
