/** The speech, which follows from the seed alone. */
import { count, seededRandom, speakScript } from 'rx-deepgram/testing';

export const SAMPLE_RATE = 8_000;
export const LISTEN = {
  model: 'nova-3',
  encoding: 'linear16',
  sample_rate: SAMPLE_RATE,
  interim_results: true,
  endpointing: 300,
};

/** A word with the silence after it: 320 ms and 180 ms. */
const WORD_MS = 500;

const LAST_WORDS = 4;

/**
 * Phrases of four to eight words with silence between them; the words are numbers that count on from 1. `halfMs` is the end of a
 * phrase near the middle, `startsMs` when each word begins.
 *
 * @param {import('./scenarios.mjs').Scenario} scenario
 * @param {number} seed
 */
export function speechOf({ speechMs, tailMs = 3_000 }, seed) {
  const random = seededRandom(seed);
  /** @type {import('rx-deepgram/testing').SpeechStep[]} */
  const steps = [];
  /** @type {number[]} */
  const startsMs = [];
  let words = 0;
  let halfMs = 0;
  for (let ms = 0; ms < speechMs; ) {
    if (ms <= speechMs / 2) halfMs = ms;
    const phrase = 4 + Math.floor(random() * 5);
    const pauseMs = 300 + Math.round(random() * 700);
    steps.push({ say: count(words + 1, phrase) }, { pauseMs });
    for (let word = 0; word < phrase; word += 1) startsMs.push(ms + word * WORD_MS);
    words += phrase;
    ms += phrase * WORD_MS + pauseMs;
  }
  // Without a tail the last words have only just been said, and no final result can have told of them.
  if (tailMs === 0) steps.push({ say: count(words + 1, LAST_WORDS) });
  else steps.push({ pauseMs: tailMs });
  words += tailMs === 0 ? LAST_WORDS : 0;
  const samples = speakScript(steps, { sampleRate: SAMPLE_RATE });
  const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  return { words, bytes, halfMs, startsMs };
}
