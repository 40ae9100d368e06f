/**
 * Test speech for {@link toneRecogniser}. It can be compared word by word with a transcript: a missing, doubled or displaced
 * number means missing, doubled or displaced audio.
 */
import { SYMBOL_SECONDS, TONES_HZ, WORD_COUNT, WORD_SECONDS, symbolsOf } from './tone-code.ts';

/** Options of {@link speak}. */
export interface SpeechOptions {
  /** Samples per second, from 8000. */
  sampleRate: number;
  /**
   * Silence after each word, in milliseconds; at least 20.
   * @defaultValue 180
   */
  gapMs?: number;
  /**
   * Silence before the first word, in milliseconds.
   * @defaultValue 0
   */
  leadMs?: number;
  /**
   * Loudness, of 1.
   * @defaultValue 0.4
   */
  amplitude?: number;
}

/** One step of a long speech: words, or a pause. */
export type SpeechStep = { say: readonly number[]; gapMs?: number } | { pauseMs: number };

/** From this rate on every word is recognised; at lower rates the highest tones fold back. */
const LOWEST_SAMPLE_RATE = 8_000;
const SHORTEST_GAP_MS = 20;
/** Soft edges avoid clicks in the neighbouring tones. */
const FADE_SECONDS = 0.0015;

/**
 * Says numbers from 0 to 9999 as tone words.
 *
 * @throws RangeError for an invalid number, rate or gap.
 *
 * @example
 * ```ts
 * const audio = speak([1, 2, 3], { sampleRate: 16_000, gapMs: 300 });
 * ```
 */
export function speak(words: readonly number[], options: SpeechOptions): Int16Array {
  const { sampleRate, gapMs = 180, leadMs = 0, amplitude = 0.4 } = options;
  if (!(sampleRate >= LOWEST_SAMPLE_RATE && sampleRate < Infinity)) {
    throw new RangeError(
      `sampleRate is ${sampleRate}: give ${LOWEST_SAMPLE_RATE} or more, or speakNumbered().`,
    );
  }
  if (!(gapMs >= SHORTEST_GAP_MS)) {
    throw new RangeError(`gapMs is ${gapMs}: give ${SHORTEST_GAP_MS} or more, or words run together.`);
  }
  const wordSamples = Math.round(WORD_SECONDS * sampleRate);
  const gapSamples = Math.round((gapMs / 1000) * sampleRate);
  const leadSamples = Math.round((leadMs / 1000) * sampleRate);
  const audio = new Int16Array(leadSamples + words.length * (wordSamples + gapSamples));
  let position = leadSamples;
  for (const word of words) {
    singWord(audio.subarray(position, position + wordSamples), word, sampleRate, amplitude);
    position += wordSamples + gapSamples;
  }
  return audio;
}

/**
 * Speaks a long script with pauses in it.
 *
 * @example
 * ```ts
 * const audio = speakScript([{ say: count(1, 20) }, { pauseMs: 15_000 }, { say: count(21, 5) }], {
 *   sampleRate: 16_000,
 * });
 * ```
 */
export function speakScript(steps: readonly SpeechStep[], options: SpeechOptions): Int16Array {
  const parts = steps.map((step) => {
    if ('pauseMs' in step) return new Int16Array(Math.round((step.pauseMs / 1000) * options.sampleRate));
    return speak(step.say, { ...options, gapMs: step.gapMs ?? options.gapMs ?? 180, leadMs: 0 });
  });
  const lead = new Int16Array(Math.round(((options.leadMs ?? 0) / 1000) * options.sampleRate));
  return concatenate([lead, ...parts]);
}

/** `length` numbers in sequence, from `first`. */
export function count(first: number, length: number): number[] {
  return Array.from({ length }, (_, i) => first + i);
}

/** Interleaves one signal for each channel; short ones end in silence. */
export function interleave(...channels: readonly Int16Array[]): Int16Array {
  const frames = Math.max(0, ...channels.map((channel) => channel.length));
  const woven = new Int16Array(frames * channels.length);
  channels.forEach((channel, c) => {
    for (let i = 0; i < channel.length; i += 1) woven[i * channels.length + c] = channel[i]!;
  });
  return woven;
}

function concatenate(parts: readonly Int16Array[]): Int16Array {
  const whole = new Int16Array(parts.reduce((sum, part) => sum + part.length, 0));
  let position = 0;
  for (const part of parts) {
    whole.set(part, position);
    position += part.length;
  }
  return whole;
}

function singWord(into: Int16Array, word: number, sampleRate: number, amplitude: number): void {
  if (!Number.isInteger(word) || word < 0 || word >= WORD_COUNT) {
    throw new RangeError(`A word is ${word}: give whole numbers from 0 to ${WORD_COUNT - 1}.`);
  }
  const symbols = symbolsOf(word);
  const fadeSamples = Math.max(1, Math.round(FADE_SECONDS * sampleRate));
  let phase = 0;
  for (let i = 0; i < into.length; i += 1) {
    const place = Math.floor(i / sampleRate / SYMBOL_SECONDS);
    const symbol = symbols[Math.min(symbols.length - 1, place)]!;
    phase += (2 * Math.PI * TONES_HZ[symbol]!) / sampleRate;
    const fade = Math.min(1, (i + 1) / fadeSamples, (into.length - i) / fadeSamples);
    into[i] = Math.round(32_767 * amplitude * fade * Math.sin(phase));
  }
}
