/** The voice of the speaker: 0001, 0002, 0003 … without end, as the bytes of linear16, made once for each sample rate. */
import { numberedWordSamples, speakNumbered } from '../../../src/testing/recognisers/numbered.ts';

const GAP_MS = 100;

export class Voice {
  readonly rate: number;
  readonly wordSamples: number;
  /** A word, and the silence behind it. */
  readonly cycleSamples: number;
  #bytes = new Uint8Array(0);

  constructor(rate: number) {
    this.rate = rate;
    this.wordSamples = numberedWordSamples(rate);
    this.cycleSamples = this.wordSamples + (rate * GAP_MS) / 1000;
  }

  /** A stretch of the speech, as a view into all of it. */
  bytes(from: number, to: number): Uint8Array {
    while (this.#bytes.length < to) this.#saySoMuchMore();
    return this.#bytes.subarray(from, to);
  }

  #saySoMuchMore(): void {
    const cycleBytes = 2 * this.cycleSamples;
    const said = this.#bytes.length / cycleBytes;
    const words = Array.from({ length: Math.max(50, said) }, (_, index) => said + index + 1);
    const more = speakNumbered(words, { sampleRate: this.rate, gapMs: GAP_MS });
    const joined = new Uint8Array(this.#bytes.length + more.byteLength);
    joined.set(this.#bytes);
    joined.set(new Uint8Array(more.buffer), this.#bytes.length);
    this.#bytes = joined;
  }
}

const voices = new Map<number, Voice>();

export function voiceAt(rate: number): Voice {
  const voice = voices.get(rate) ?? new Voice(rate);
  voices.set(rate, voice);
  return voice;
}
