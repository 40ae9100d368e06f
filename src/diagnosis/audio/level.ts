/** Loudness, roughness and digital silence of audio, in one pass over the samples. */
import type { SampleReader } from './samples.ts';

/** Measurements of a range of samples. Amplitudes are shares of full scale, from 0 to 1. */
export interface Level {
  /** Samples of one channel. */
  samples: number;
  peak: number;
  /** Root mean square: the loudness. */
  rms: number;
  /** Share of samples at full scale with a neighbour at full scale: clipping. */
  clipped: number;
  /** Share of samples that are digital silence: a muted microphone, not a quiet room. */
  silent: number;
  /** The longest run of digital silence, in samples of one channel. */
  longestSilence: number;
  /**
   * The difference of neighbours relative to their size. Speech has 0.1 to 0.7; bytes that are no samples have 1.3 and more.
   * `NaN` for silence.
   */
  roughness: number;
}

/** A single sample at full scale is not clipping. */
const CLIPPED_RUN = 3;

/** Reused, since thousands of sessions measure a second each; a whole recording gets memory of its own. */
const scratch = new Float32Array(0x1_0000);

/** Measures samples that are interleaved by channel. An incomplete frame at the end is ignored. */
export function levelOf(bytes: Uint8Array, reader: SampleReader, channels = 1): Level {
  const samples = Math.floor(bytes.byteLength / (reader.bytes * channels));
  const count = samples * channels;
  const amplitudes = count > scratch.length ? new Float32Array(count) : scratch.subarray(0, count);
  reader.read(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), amplitudes);
  const { quietest, loudest } = reader;
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
    for (let i = channel; i < count; i += channels) {
      const sample = amplitudes[i] as number;
      const amplitude = Math.abs(sample);
      if (amplitude > peak) peak = amplitude;
      squares += sample * sample;
      sum += amplitude;
      if (i > channel) steps += Math.abs(sample - before);
      before = sample;
      fullRun = amplitude >= loudest ? fullRun + 1 : 0;
      if (fullRun === CLIPPED_RUN) clipped += CLIPPED_RUN;
      else if (fullRun > CLIPPED_RUN) clipped += 1;
      silentRun = amplitude <= quietest ? silentRun + 1 : 0;
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

/** One sample of a sound is often zero; so many in a row are not. */
const FIRST_SAMPLES = 8;
const first = new Float32Array(FIRST_SAMPLES);

/** Whether the first samples are digital silence; also true if there are not enough to say so. */
export function beginsSilent(bytes: Uint8Array, reader: SampleReader): boolean {
  if (bytes.byteLength < FIRST_SAMPLES * reader.bytes) return true;
  reader.read(new DataView(bytes.buffer, bytes.byteOffset), first);
  return first.every((sample) => Math.abs(sample) <= reader.quietest);
}

/** Decibels below full scale; silence is `-Infinity`. */
export function decibels(amplitude: number): number {
  return 20 * Math.log10(amplitude);
}
