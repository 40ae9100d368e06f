/**
 * The deterministic recogniser: words are computed from the audio's own content, so any loss, repetition or
 * disorder of audio shows in the transcript. It decodes the tone language of {@link speak} from any start, at any
 * sample rate from 8 kHz, through µ-law.
 *
 * It looks for ranges of sound. One with the length of a word and eight pure tones with a matching checksum is a word; any other
 * is a fragment, reported as {@link FRAGMENT}, never as a wrong number. Only the current sound is kept, so the cost per sample is
 * constant.
 */
import { Phrasing } from './phrasing.ts';
import type { HeardWord, Recogniser, RecogniserFormat, RecogniserListener } from './recogniser.ts';
import {
  SYMBOLS_PER_WORD,
  SYMBOL_SECONDS,
  TONES_HZ,
  WORD_COUNT,
  WORD_SECONDS,
  numberOf,
  spell,
} from './tone-code.ts';

/** The text for a word that was recognised only in part. */
export const FRAGMENT = '~';

/** Loudness is judged in steps this long; it bounds the error of every word time. */
const STEP_SECONDS = 0.0025;
/** Silence of this length ends a sound. Shorter than the shortest endpointing (10 ms). */
const QUIET_STEPS_THAT_END = 3;
/** Root mean square, of 32768, above which there is sound: far below a tone, far above companding noise. */
const SOUND_RMS = 700;
/** How far a word may be off its length: two steps, and a resampler's ringing. */
const LENGTH_TOLERANCE_SECONDS = 0.0065;
/** A shorter sound is a click: the rounding of times may leave one at a cut. */
const CLICK_SECONDS = 0.012;
/** Share of a tone's window that is evaluated; the rest is a margin for imprecise edges. */
const WINDOW_SHARE = 0.75;
/** Share of the power that must be in one tone. A block lost or swapped inside it costs half or more. */
const LEAST_PURITY = 0.85;

/** Recognises the tone words of {@link speak}. The emulator's default recogniser. */
export function toneRecogniser(format: RecogniserFormat, listener: RecogniserListener): Recogniser {
  return new ToneRecogniser(format, listener);
}

class ToneRecogniser implements Recogniser {
  readonly #rate: number;
  readonly #phrasing: Phrasing;
  #isClosed = false;
  #position = 0;
  #step = 0;
  #stepEnd: number;
  #energy = 0;
  #stepLength = 0;
  readonly #stepSamples: Int16Array;
  /** Samples of the current sound; long enough to distinguish two joined words from other noise. */
  readonly #sound: Int16Array;
  #soundLength = 0;
  #soundStart: number | undefined;
  #soundEnd = 0;
  #quietSteps = 0;

  constructor(format: RecogniserFormat, listener: RecogniserListener) {
    this.#rate = format.sampleRate;
    this.#phrasing = new Phrasing(format, listener);
    this.#stepEnd = Math.round(STEP_SECONDS * this.#rate);
    this.#stepSamples = new Int16Array(this.#stepEnd + 2);
    this.#sound = new Int16Array(Math.ceil(this.#rate * (2 * WORD_SECONDS + 0.1)));
  }

  accept(samples: Int16Array): void {
    if (this.#isClosed) return;
    for (const sample of samples) {
      this.#stepSamples[this.#stepLength++] = sample;
      this.#energy += sample * sample;
      this.#position += 1;
      if (this.#position === this.#stepEnd) this.#endStep();
    }
  }

  flush(flushed: () => void): void {
    if (this.#isClosed) return;
    this.#endSound();
    this.#phrasing.flush(this.#position / this.#rate);
    flushed();
  }

  close(): void {
    this.#isClosed = true;
  }

  #endStep(): void {
    const loud = this.#energy > SOUND_RMS * SOUND_RMS * this.#stepLength;
    const stepStart = this.#position - this.#stepLength;
    if (loud && this.#soundStart === undefined) {
      this.#soundStart = stepStart;
      this.#soundLength = 0;
      this.#phrasing.speechStarted(stepStart / this.#rate);
    }
    if (this.#soundStart !== undefined) this.#keep();
    if (loud) {
      this.#quietSteps = 0;
      this.#soundEnd = this.#position;
    } else if (this.#soundStart !== undefined) {
      this.#quietSteps += 1;
      if (this.#quietSteps >= QUIET_STEPS_THAT_END) this.#endSound();
    }
    this.#energy = 0;
    this.#stepLength = 0;
    this.#step += 1;
    this.#stepEnd = Math.round((this.#step + 1) * STEP_SECONDS * this.#rate);
    this.#phrasing.heard(this.#position / this.#rate);
  }

  #keep(): void {
    if (this.#soundLength + this.#stepLength > this.#sound.length) return;
    this.#sound.set(this.#stepSamples.subarray(0, this.#stepLength), this.#soundLength);
    this.#soundLength += this.#stepLength;
  }

  #endSound(): void {
    const start = this.#soundStart;
    if (start === undefined) return;
    this.#soundStart = undefined;
    this.#quietSteps = 0;
    const end = this.#soundEnd;
    const heard = wordsIn(
      this.#sound.subarray(0, Math.min(this.#soundLength, end - start)),
      end - start,
      this.#rate,
    );
    if (heard.length === 0) this.#phrasing.speechEnded(end / this.#rate);
    for (const { from, to, number } of heard) {
      const word: HeardWord = {
        word: number === undefined ? FRAGMENT : spell(number),
        start: (start + from) / this.#rate,
        end: (start + to) / this.#rate,
        confidence: number === undefined ? 0.3 : 0.99,
      };
      const nearMiss = number === undefined ? undefined : spell((number + 10) % WORD_COUNT);
      this.#phrasing.speechEnded(end / this.#rate, word, nearMiss);
    }
  }
}

interface Heard {
  from: number;
  to: number;
  number: number | undefined;
}

/** One sound is one word; or a cut has joined a whole word to a piece of another, before it or after it. */
function wordsIn(kept: Int16Array, length: number, rate: number): Heard[] {
  const wordLength = Math.round(WORD_SECONDS * rate);
  const tolerance = LENGTH_TOLERANCE_SECONDS * rate;
  if (length < CLICK_SECONDS * rate) return [];
  if (Math.abs(length - wordLength) <= tolerance) {
    // A slightly short sound has lost its edges: its middle is the most certain part.
    return [{ from: 0, to: length, number: decode(kept, (length - wordLength) / 2, rate) }];
  }
  if (length < wordLength || kept.length < length) return [{ from: 0, to: length, number: undefined }];
  const first = decode(kept, 0, rate);
  const last = decode(kept, length - wordLength, rate);
  const heard: Heard[] = [];
  if (first !== undefined) heard.push({ from: 0, to: wordLength, number: first });
  const restFrom = first === undefined ? 0 : wordLength;
  const restTo = last === undefined ? length : length - wordLength;
  if (restTo - restFrom > CLICK_SECONDS * rate) heard.push({ from: restFrom, to: restTo, number: undefined });
  if (last !== undefined && length >= 2 * wordLength - tolerance - (first === undefined ? wordLength : 0)) {
    heard.push({ from: Math.max(restFrom, length - wordLength), to: length, number: last });
  }
  return heard;
}

function decode(sound: Int16Array, offset: number, rate: number): number | undefined {
  const symbols: number[] = [];
  const windowLength = Math.round(WINDOW_SHARE * SYMBOL_SECONDS * rate);
  const guard = ((1 - WINDOW_SHARE) / 2) * SYMBOL_SECONDS * rate;
  for (let i = 0; i < SYMBOLS_PER_WORD; i += 1) {
    const from = Math.round(offset + i * SYMBOL_SECONDS * rate + guard);
    const symbol = purestTone(sound, from, windowLength, rate);
    if (symbol === undefined) return undefined;
    symbols.push(symbol);
  }
  return numberOf(symbols);
}

function purestTone(sound: Int16Array, from: number, length: number, rate: number): number | undefined {
  if (from < 0 || from + length > sound.length) return undefined;
  let energy = 0;
  for (let i = from; i < from + length; i += 1) energy += sound[i]! ** 2;
  const needed = (LEAST_PURITY * energy * length) / 2;
  const found = TONES_HZ.findIndex((tone) => goertzelPower(sound, from, length, tone / rate) >= needed);
  return found === -1 || energy === 0 ? undefined : found;
}

/** Power of one frequency, by Goertzel's recurrence: a twelfth of the cost of a transform for twelve tones. */
function goertzelPower(sound: Int16Array, from: number, length: number, cyclesPerSample: number): number {
  const coefficient = 2 * Math.cos(2 * Math.PI * cyclesPerSample);
  let previous = 0;
  let beforePrevious = 0;
  for (let i = from; i < from + length; i += 1) {
    const current = sound[i]! + coefficient * previous - beforePrevious;
    beforePrevious = previous;
    previous = current;
  }
  return previous ** 2 + beforePrevious ** 2 - coefficient * previous * beforePrevious;
}
