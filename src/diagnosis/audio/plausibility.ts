/** Compares audio with its declared format, and guesses a better one. */
import { type Level, levelOf } from './level.ts';
import { readLinear16, type SampleEncoding, type SampleReader, SAMPLE_READERS } from './samples.ts';

/** A guessed format: an encoding of Deepgram's, or a defect of linear16. */
export type Likeness = SampleEncoding | 'linear16, big-endian' | 'linear16, cut in mid-sample';

/** White noise has a roughness of 1.33. Microphone hiss may have it, but is never as loud as -14 dBFS. */
const NOISE_ROUGHNESS = 1.1;
const NOISE_RMS = 0.2;
/**
 * Peak relative to loudness. Speech has five, since it is mostly pauses and quiet vowels; shouting into a limiter has more than
 * three. Bytes that are no samples fill the range evenly: 1.7.
 */
const FLAT_CREST = 3;
const FLAT_RMS = 0.35;
/** Clipped audio is real audio, however loud: misread bytes do not reach full scale in runs. */
const CUT_OFF_SHARE = 0.01;
/** The maximum for speech, in any language and from any microphone. */
const SMOOTH_ROUGHNESS = 0.85;
/** About -50 dBFS: quieter audio cannot be judged. */
const AUDIBLE_RMS = 0.003;
/** The two laws of G.711 sound alike when mistaken for each other, but the right one is smoother and less loud. */
const OTHER_LAW: Partial<Record<SampleEncoding, SampleEncoding>> = { mulaw: 'alaw', alaw: 'mulaw' };

const CANDIDATES: readonly (readonly [Likeness, SampleReader, skip: number])[] = [
  ['linear16', SAMPLE_READERS.linear16, 0],
  ['mulaw', SAMPLE_READERS.mulaw, 0],
  ['alaw', SAMPLE_READERS.alaw, 0],
  ['linear32', SAMPLE_READERS.linear32, 0],
  [
    'linear16, big-endian',
    { ...SAMPLE_READERS.linear16, read: (view, samples) => readLinear16(view, samples, false) },
    0,
  ],
  ['linear16, cut in mid-sample', SAMPLE_READERS.linear16, 1],
];

/** Bytes that do not fit the declared encoding. */
export interface Doubt {
  /** The encoding that fits, if that is clear. */
  rather: Likeness | undefined;
}

/**
 * The doubt about bytes declared as `encoding`; `undefined` if they fit or are too quiet to judge. Needs at least a second of
 * audio.
 *
 * @param declared - their level, if they are what they are declared to be
 */
export function doubtEncoding(
  bytes: Uint8Array,
  encoding: SampleEncoding,
  channels = 1,
  declared: Level = levelOf(bytes, SAMPLE_READERS[encoding], channels),
): Doubt | undefined {
  const otherLaw = OTHER_LAW[encoding];
  const isCutOff = otherLaw === undefined && declared.clipped > CUT_OFF_SHARE && declared.peak <= 1;
  if (isCutOff) return undefined;
  if (!isNoise(declared)) {
    const other = otherLaw && levelOf(bytes, SAMPLE_READERS[otherLaw], channels);
    const isOther =
      other &&
      other.rms > AUDIBLE_RMS &&
      other.rms < declared.rms / 2 &&
      other.roughness < declared.roughness * 0.75;
    return isOther ? { rather: otherLaw } : undefined;
  }
  const [best] = CANDIDATES.filter(([likeness]) => likeness !== encoding)
    .map(([likeness, reader, skip]) => ({ likeness, ...levelOf(bytes.subarray(skip), reader, channels) }))
    .filter((each) => each.rms > AUDIBLE_RMS && each.roughness < SMOOTH_ROUGHNESS && !isNoise(each))
    .sort((a, b) => a.roughness - b.roughness);
  return { rather: best?.likeness };
}

/** Also true of `NaN`, as in bytes read as floating point. */
function isNoise({ peak, rms, roughness }: Level): boolean {
  if (!(rms < FLAT_RMS)) return !(peak / rms >= FLAT_CREST);
  return rms > NOISE_RMS && roughness > NOISE_ROUGHNESS;
}

/** A raw format as declared to Deepgram. */
export interface RawFormat {
  encoding: SampleEncoding;
  sampleRate: number;
  channels: number;
}

/** Rates that sound cards, telephones and browsers deliver. */
const USUAL_RATES: readonly number[] = [
  8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000,
];

/** Cheap sound cards are off by 0.1 %; a measurement of some seconds is exact to a few per cent. */
const TOLERANCE = 0.06;

/** Bytes in a second of this format. */
export function bytesPerSecondOf({ encoding, sampleRate, channels }: RawFormat): number {
  return SAMPLE_READERS[encoding].bytes * sampleRate * channels;
}

/**
 * The formats that fit a source of this many bytes a second. Those closest to the declared one come first: other rate, then
 * other channels, then other encoding. Empty if the declared one fits, or no usual one does.
 */
export function rivalFormats(bytesPerSecond: number, declared: RawFormat): RawFormat[] {
  if (isNear(bytesPerSecond, bytesPerSecondOf(declared))) return [];
  const encodings: SampleEncoding[] = ['linear16', 'linear32', 'mulaw', 'alaw'];
  const formats = encodings.flatMap((encoding) =>
    [1, 2].flatMap((channels) =>
      USUAL_RATES.map((sampleRate): RawFormat => ({ encoding, sampleRate, channels })),
    ),
  );
  const strangeness = (format: RawFormat): number =>
    (format.encoding === declared.encoding ? 0 : 4) +
    (format.channels === declared.channels ? 0 : 2) +
    (format.sampleRate === declared.sampleRate ? 0 : 1);
  return formats
    .filter((format) => isNear(bytesPerSecond, bytesPerSecondOf(format)))
    .sort((a, b) => strangeness(a) - strangeness(b));
}

/** True if a measured pace is close enough to the expected one. */
export function isNear(measured: number, expected: number): boolean {
  return Math.abs(measured / expected - 1) <= TOLERANCE;
}
