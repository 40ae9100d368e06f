/**
 * The speaker. It records the position of every accepted word on the session's clock, and the places where a word may be cut in
 * two. Refused audio is sent again.
 */
import { type Voice, voiceAt } from './voice.ts';

/** Positions in samples since the session began. */
export interface Stretch {
  start: number;
  end: number;
}

export class Speaker {
  readonly voice: Voice;
  /** Start of each word, the first being 0001; the last may be unfinished. */
  readonly starts: number[] = [];
  /** Milliseconds since 1970 at which each began. */
  readonly capturedAt: number[] = [];
  /** Where a word may have been cut in two: a Finalize, or the end of a drain. */
  readonly cuts: Stretch[] = [];
  #acceptedBytes = 0;
  #saidBytes = 0;

  constructor(rate: number) {
    this.voice = voiceAt(rate);
  }

  /** Whole samples accepted. */
  get accepted(): number {
    return Math.floor(this.#acceptedBytes / 2);
  }

  /** The next bytes of the speech; they count as said when they are {@link accept}ed. */
  next(bytes: number): Uint8Array {
    return this.voice.bytes(this.#saidBytes, this.#saidBytes + bytes);
  }

  /** This many bytes were accepted now. */
  accept(bytes: number, wallMs: number): void {
    const { cycleSamples, rate } = this.voice;
    const until = this.#saidBytes + bytes;
    const shift = this.#acceptedBytes - this.#saidBytes;
    for (let at = this.starts.length * cycleSamples * 2; at < until; at += cycleSamples * 2) {
      this.starts.push((at + shift) / 2);
      this.capturedAt.push(wallMs - ((until - at) / 2 / rate) * 1000);
    }
    this.#saidBytes = until;
    this.#acceptedBytes += bytes;
  }

  /** It was refused, and is sent again later. */
  takeBack(bytes: number, isSpeech: boolean): void {
    this.#acceptedBytes -= bytes;
    if (!isSpeech) return;
    this.#saidBytes -= bytes;
    const begun = Math.ceil(this.#saidBytes / 2 / this.voice.cycleSamples);
    this.starts.length = this.capturedAt.length = begun;
  }

  /** Silence was accepted, as samples of it. */
  acceptSilence(bytes: number): void {
    this.#acceptedBytes += bytes;
  }

  /** Bytes to the end of the word, into the gap behind it. */
  get bytesToWordEnd(): number {
    const { cycleSamples, wordSamples } = this.voice;
    const inCycle = this.#saidBytes % (2 * cycleSamples);
    return inCycle < 2 * wordSamples ? 2 * wordSamples - inCycle : inCycle % 2;
  }

  /** Something happens behind the audio accepted so far, less these bytes, or a piece of the log later, that ends a word. */
  cutHere(lessBytes = 0): void {
    const start = this.accepted - lessBytes / 2;
    this.cuts.push({ start, end: start + 0.35 * this.voice.rate });
  }

  endOf(index: number): number {
    return (this.starts[index] as number) + this.voice.wordSamples;
  }

  isCut(index: number): boolean {
    const start = this.starts[index] as number;
    const end = this.endOf(index);
    return this.cuts.some((cut) => cut.start < end && cut.end > start);
  }
}
