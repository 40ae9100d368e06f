// The main job of the library, in a few seconds: copied beside the installed package, and run on each engine.
import { createLiveTranscription } from 'rx-deepgram';
import { speakNumbered } from 'rx-deepgram/testing';

const WORDS = 12;
/** Samples per second. */
const RATE = 200;
const FRAME_MS = 100;
const FRAME_SAMPLES = (RATE * FRAME_MS) / 1000;

/** @param {number} ms */
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Speaks, pauses, speaks on through a cut; gives the words that came back, and what the session came to.
 *
 * @param {string} baseUrl
 * @param {string} apiKey
 */
export async function job(baseUrl, apiKey) {
  const live = createLiveTranscription({
    auth: { apiKey },
    baseUrl,
    keepAliveMs: 1_000,
    giveUpAfterMs: 6_000,
    listen: { model: 'nova-3', encoding: 'linear16', sample_rate: RATE, interim_results: true },
  });
  /** @type {string[]} */
  const words = [];
  /** @type {string[]} */
  const notices = [];
  live.transcripts$.subscribe(
    ({ final, words: heard }) => final && words.push(...heard.map(({ word }) => word)),
  );
  live.notices$.subscribe(({ code }) => notices.push(code));
  const isOver = new Promise((resolve) => live.status$.subscribe({ complete: () => resolve(true) }));
  const speech = speakNumbered(
    Array.from({ length: WORDS }, (_, index) => index + 1),
    { sampleRate: RATE },
  );
  for (let at = 0; at < speech.length; at += FRAME_SAMPLES) {
    if (at === speech.length / 2) await wait(6_500);
    live.send(speech.subarray(at, at + FRAME_SAMPLES));
    if (await Promise.race([isOver, wait(FRAME_MS)])) break;
  }
  const { outcome, error, connections, attempts, keepAlives } = await live.close();
  return {
    words,
    notices,
    outcome,
    reason: error?.reason,
    status: error?.status,
    connections,
    attempts,
    keepAlives,
  };
}
