/**
 * The fast deterministic recogniser, for virtual-time tests with a hundred thousand sessions. Its "speech" is not sound: every 20
 * ms frame of samples contains a serial number, so one comparison per sample shows whether a block, even a single sample, was
 * lost, repeated or moved.
 *
 * A frame of `F = sampleRate / 50` samples is `-1 - (serial mod 16384), serial div 16384`, and then positive numbers
 * that count on from one that depends on the serial, so that no piece of a frame fits into another. A run of 25 frames
 * whose first serial is a multiple of 25 is one word: that multiple. Silence is zeros, any number of them, between
 * frames. It survives linear16 only, and any sample rate from 200 Hz: low rates are the point.
 */
import { Phrasing } from './phrasing.ts';
import type { Recogniser, RecogniserFormat, RecogniserListener } from './recogniser.ts';
import { spell } from './tone-code.ts';
import { FRAGMENT } from './tone.ts';

const FRAMES_PER_SECOND = 50;
const FRAMES_PER_WORD = 25;
const SERIAL_BASE = 16_384;

/** Samples of one word of {@link speakNumbered}: half a second. */
export function numberedWordSamples(sampleRate: number): number {
  return (sampleRate / FRAMES_PER_SECOND) * FRAMES_PER_WORD;
}

/**
 * Encodes numbers for {@link numberedRecogniser}: half a second each, then `gapMs` of silence.
 *
 * @throws RangeError for a `sampleRate` that does not divide into frames.
 */
export function speakNumbered(
  words: readonly number[],
  options: { sampleRate: number; gapMs?: number },
): Int16Array {
  const { sampleRate, gapMs = 0 } = options;
  const frameSamples = sampleRate / FRAMES_PER_SECOND;
  if (!Number.isInteger(frameSamples) || frameSamples < 4) {
    throw new RangeError(`sampleRate is ${sampleRate}: give a multiple of 50, from 200.`);
  }
  const wordSamples = frameSamples * FRAMES_PER_WORD;
  const gapSamples = Math.round((gapMs / 1000) * sampleRate);
  const audio = new Int16Array(words.length * (wordSamples + gapSamples));
  words.forEach((word, w) => {
    for (let frame = 0; frame < FRAMES_PER_WORD; frame += 1) {
      const serial = word * FRAMES_PER_WORD + frame;
      const at = w * (wordSamples + gapSamples) + frame * frameSamples;
      audio[at] = -1 - (serial % SERIAL_BASE);
      audio[at + 1] = Math.floor(serial / SERIAL_BASE);
      for (let i = 2; i < frameSamples; i += 1) audio[at + i] = filling(serial, i);
    }
  });
  return audio;
}

function filling(serial: number, index: number): number {
  return 1 + ((serial * 31 + index) % (SERIAL_BASE - 1));
}

/** Recognises the words of {@link speakNumbered}, exactly to the sample, at little cost. */
export function numberedRecogniser(format: RecogniserFormat, listener: RecogniserListener): Recogniser {
  return new NumberedRecogniser(format, listener);
}

class NumberedRecogniser implements Recogniser {
  readonly #rate: number;
  readonly #frameSamples: number;
  readonly #phrasing: Phrasing;
  #isClosed = false;
  #position = 0;
  /** Samples of the present frame so far; zero between frames. */
  #inFrame = 0;
  #head = 0;
  #serial = 0;
  /** Expected serial of the next frame within a word. */
  #expected: number | undefined;
  #framesOfWord = 0;
  /** Where the sound that is no whole word yet began. */
  #soundStart: number | undefined;
  #isIntact = true;

  constructor(format: RecogniserFormat, listener: RecogniserListener) {
    this.#rate = format.sampleRate;
    this.#frameSamples = Math.round(format.sampleRate / FRAMES_PER_SECOND);
    this.#phrasing = new Phrasing(format, listener);
  }

  accept(samples: Int16Array): void {
    if (this.#isClosed) return;
    for (const sample of samples) {
      this.#hear(sample);
      this.#position += 1;
    }
    this.#phrasing.heard(this.#position / this.#rate);
  }

  flush(flushed: () => void): void {
    if (this.#isClosed) return;
    this.#endSound();
    this.#inFrame = 0;
    this.#phrasing.flush(this.#position / this.#rate);
    flushed();
  }

  close(): void {
    this.#isClosed = true;
  }

  #hear(sample: number): void {
    if (this.#inFrame === 0) {
      if (sample === 0) this.#endSound();
      else this.#beginFrame(sample);
      return;
    }
    if (this.#inFrame === 1 && sample >= 0) {
      this.#takeSerial(sample * SERIAL_BASE + this.#head);
    } else if (sample !== filling(this.#serial, this.#inFrame)) {
      // A sample is missing or repeated here: this frame is broken, and the next may begin at this sample.
      this.#isIntact = false;
      this.#inFrame = 0;
      if (sample < 0) this.#beginFrame(sample);
      return;
    }
    this.#inFrame += 1;
    if (this.#inFrame === this.#frameSamples) this.#endFrame();
  }

  #beginFrame(sample: number): void {
    if (this.#soundStart === undefined) {
      this.#soundStart = this.#position;
      this.#framesOfWord = 0;
      this.#isIntact = true;
      this.#expected = undefined;
      this.#phrasing.speechStarted(this.#position / this.#rate);
    }
    if (sample > 0) {
      this.#isIntact = false;
      return;
    }
    this.#head = -1 - sample;
    this.#inFrame = 1;
  }

  #takeSerial(serial: number): void {
    this.#serial = serial;
    const startsWord = serial % FRAMES_PER_WORD === 0;
    if (this.#expected !== undefined && serial !== this.#expected) this.#isIntact = false;
    if (this.#expected === undefined && !startsWord) this.#isIntact = false;
    if (startsWord && (this.#framesOfWord > 0 || !this.#isIntact)) {
      // A complete word begins here, also after a defect.
      const frameStart = this.#position - 1;
      this.#endSound(frameStart);
      this.#soundStart = frameStart;
      this.#phrasing.speechStarted(frameStart / this.#rate);
      this.#isIntact = true;
    }
    this.#expected = serial + 1;
  }

  #endFrame(): void {
    this.#inFrame = 0;
    this.#framesOfWord += 1;
    if (this.#framesOfWord < FRAMES_PER_WORD || !this.#isIntact) return;
    const end = this.#position + 1;
    const number = ((this.#expected ?? 0) - FRAMES_PER_WORD) / FRAMES_PER_WORD;
    this.#report(spell(number), this.#soundStart ?? end, end, spell(number + 10));
  }

  /** Sound that ends before a complete word is a fragment. */
  #endSound(at = this.#position): void {
    if (this.#soundStart === undefined) return;
    this.#report(FRAGMENT, this.#soundStart, at);
  }

  #report(word: string, start: number, end: number, nearMiss?: string): void {
    this.#soundStart = undefined;
    this.#framesOfWord = 0;
    this.#expected = undefined;
    this.#isIntact = true;
    const [startSeconds, endSeconds] = [start / this.#rate, end / this.#rate];
    const confidence = word === FRAGMENT ? 0.3 : 0.99;
    this.#phrasing.speechEnded(
      endSeconds,
      { word, start: startSeconds, end: endSeconds, confidence },
      nearMiss,
    );
  }
}
