/**
 * From one sample rate to another, band-limited: a windowed sinc in polyphase form. Whatever lies above half the new rate is
 * removed before it could fold back into speech; leaving samples out, or interpolating between them, would not do that.
 *
 * It is part of the AudioWorklet, since browsers differ in what they do when an AudioContext is asked for a rate that is not the
 * microphone's: Firefox refuses to connect the two.
 */

/** What is folded back is weaker by this: below the noise of any microphone. */
const STOPBAND_DB = 80;

/** Up to here, as a share of half the lower rate, everything is kept; from half the lower rate on, nothing. */
const PASSBAND = 0.9;

/** Rates without a common measure would need a filter for each of thousands of phases: the nearest of these will do (−70 dB). */
const MAX_PHASES = 1_024;

/** One channel's way from `inputRate` to `outputRate`. */
export class Resampler {
  readonly #taps: number;
  /** One filter for each position that an output sample can have between two input samples. */
  readonly #filters: readonly Float64Array[];
  /** The position moves on by `step / unit` input samples from one output sample to the next. */
  readonly #step: number;
  readonly #unit: number;
  #phase = 0;
  /** Input that output samples still to come depend on. */
  #pending: Float32Array;
  #length: number;

  constructor(inputRate: number, outputRate: number) {
    const divisor = greatestCommonDivisor(inputRate, outputRate);
    this.#step = inputRate / divisor;
    this.#unit = outputRate / divisor;
    const lowerRate = Math.min(inputRate, outputRate);
    const transition = ((1 - PASSBAND) * lowerRate) / 2 / inputRate;
    this.#taps = 2 * Math.ceil((STOPBAND_DB - 7.95) / (14.36 * transition) / 2);
    const cutoff = ((1 + PASSBAND) / 2) * (lowerRate / inputRate);
    const phases = Math.min(this.#unit, MAX_PHASES);
    this.#filters = Array.from({ length: phases }, (_, phase) => lowPass(this.#taps, cutoff, phase / phases));
    // Silence before the beginning: the first output sample lies exactly on the first input sample.
    this.#length = this.#taps / 2 - 1;
    this.#pending = new Float32Array(this.#taps * 2);
  }

  /** Silence that brings out what the last input is still owed. */
  get tail(): Float32Array {
    return new Float32Array(this.#taps / 2);
  }

  /** Takes samples, and gives those that follow from them so far. */
  process(input: Float32Array): Float32Array {
    this.#append(input);
    const output = new Float32Array(Math.ceil((this.#length * this.#unit) / this.#step) + 1);
    let count = 0;
    let start = 0;
    while (start + this.#taps <= this.#length) {
      output[count] = this.#filtered(start);
      count += 1;
      this.#phase += this.#step;
      start += Math.floor(this.#phase / this.#unit);
      this.#phase %= this.#unit;
    }
    this.#pending.copyWithin(0, start, this.#length);
    this.#length -= start;
    return output.subarray(0, count);
  }

  #append(input: Float32Array): void {
    if (this.#length + input.length > this.#pending.length) {
      const larger = new Float32Array(2 * (this.#length + input.length));
      larger.set(this.#pending);
      this.#pending = larger;
    }
    this.#pending.set(input, this.#length);
    this.#length += input.length;
  }

  #filtered(start: number): number {
    const index = Math.floor((this.#phase * this.#filters.length) / this.#unit);
    const filter = this.#filters[index] as Float64Array;
    let sum = 0;
    for (let tap = 0; tap < filter.length; tap += 1) {
      sum += (filter[tap] as number) * (this.#pending[start + tap] as number);
    }
    return sum;
  }
}

/** A sinc under a Kaiser window, shifted by a fraction of a sample; its gain is 1. */
function lowPass(taps: number, cutoff: number, shift: number): Float64Array {
  const beta = 0.1102 * (STOPBAND_DB - 8.7);
  const centre = taps / 2 - 1 + shift;
  const filter = new Float64Array(taps);
  let gain = 0;
  for (let tap = 0; tap < taps; tap += 1) {
    const distance = tap - centre;
    const edge = (2 * distance) / taps;
    const angle = Math.PI * cutoff * distance;
    const sinc = angle === 0 ? 1 : Math.sin(angle) / angle;
    const weight = sinc * bessel(beta * Math.sqrt(Math.max(0, 1 - edge * edge)));
    filter[tap] = weight;
    gain += weight;
  }
  return filter.map((weight) => weight / gain);
}

/** The modified Bessel function of the first kind, order zero. */
function bessel(x: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; term > sum * 1e-12; k += 1) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
