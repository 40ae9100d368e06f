/** Makes test sounds, and measures the level of a frequency. */

export interface Tone {
  hertz: number;
  /** As a share of full scale. */
  volume?: number;
}

/** Tones at once, for so many seconds. */
export function chord(tones: readonly Tone[], rate: number, seconds: number): Float32Array {
  return Float32Array.from({ length: rate * seconds }, (_, at) =>
    tones.reduce(
      (sum, { hertz, volume = 1 }) => sum + volume * Math.sin((2 * Math.PI * hertz * at) / rate),
      0,
    ),
  );
}

/** The level of a frequency in decibels of full scale. The beginning and the end, where filters settle, have little weight. */
export function decibelsAt(hertz: number, samples: ArrayLike<number>, rate: number): number {
  let real = 0;
  let imaginary = 0;
  let weights = 0;
  for (let at = 0; at < samples.length; at += 1) {
    const weight = Math.sin((Math.PI * at) / samples.length) ** 4;
    const angle = (2 * Math.PI * hertz * at) / rate;
    real += weight * (samples[at] as number) * Math.cos(angle);
    imaginary += weight * (samples[at] as number) * Math.sin(angle);
    weights += weight;
  }
  return 20 * Math.log10((2 * Math.hypot(real, imaginary)) / weights + 1e-9);
}
