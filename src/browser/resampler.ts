/**
 * Converts the sample rate with a windowed sinc in polyphase form. It removes all above half the new rate, which would otherwise
 * fold back into speech. Dropping or interpolating samples would not do that.
 *
 * It is part of the AudioWorklet, since browsers differ when an AudioContext has another rate than the microphone: Firefox refuses
 * to connect the two.
 */

/** Attenuation of aliases: below the noise of any microphone. */
const STOPBAND_DB = 80;

/** End of the passband, as a share of half the lower rate; the stopband begins at half the lower rate. */
const PASSBAND = 0.9;

/** Maximum of filters. Rates without a common divisor would need thousands; the nearest phase is enough (−70 dB). */
const MAX_PHASES = 1_024;

/** Resamples one channel from `inputRate` to `outputRate`. */
export class Resampler {
  readonly #taps: number;
  /** One filter for each phase between two input samples. */
  readonly #filters: readonly Float64Array[];
  /** The position moves on by `step / unit` input samples from one output sample to the next. */
  readonly #step: number;
  readonly #unit: number;
  #phase = 0;
  /** Input that later output samples need. */
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

  /** Flushes the last samples with silence. */
  get tail(): Float32Array {
    return new Float32Array(this.#taps / 2);
  }

  /** Takes input samples, and returns the output so far. */
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
