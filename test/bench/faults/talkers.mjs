/** The client side: all speakers of one client, each with its own script, in real time. `talkers.mjs CLIENT` */
import { connectorOf } from '../clients/index.mjs';
import { serve, sleep, timeOfAll } from '../support/processes.mjs';
import { scenarioOf } from './scenarios.mjs';
import { LISTEN, SAMPLE_RATE, speechOf } from './speech.mjs';

/** @typedef {{ scenario: string, seed: number, url: string }} Script */
/** @typedef {{ word: string, at: number }} Heard By the clock of all processes, as every time here. */
/** @typedef {{ spoken: number, startsAt: number[], heard: Heard[], lateMs: number }} Told */

/**
 * @typedef {object} Story
 * @property {import('./scenarios.mjs').Scenario} scenario
 * @property {number} seed
 * @property {ReturnType<typeof speechOf>} speech
 * @property {import('../clients/client.mjs').Settings} settings
 * @property {Heard[]} heard
 * @property {import('../clients/client.mjs').Client} [client]
 */

const BYTES_PER_MS = (SAMPLE_RATE * 2) / 1000;
/** 100 ms of sound. */
const CHUNK_BYTES = 1_600;
const KEYS = { any: 'bench', wrong: 'wrong-key' };

const connect = connectorOf(process.argv[2] ?? '');

/** Uncaught errors. They would end a program; the bench continues, and reports them. @type {string[]} */
const crashes = [];
process.on('uncaughtException', (error) => crashes.push(String(error)));
process.on('unhandledRejection', (reason) => crashes.push(String(reason)));

/** @type {Story[]} */
let stories = [];

/** Slow preparation comes before the measurement. @param {Script} script @returns {Story} */
function prepare({ scenario: name, seed, url }) {
  const scenario = scenarioOf(name);
  /** @type {Heard[]} */
  const heard = [];
  const settings = {
    url,
    key: KEYS[scenario.key ?? 'any'],
    listen: LISTEN,
    keepAlive: scenario.keepAlive === true,
    onFinal: (/** @type {string} */ text) => {
      const at = timeOfAll();
      for (const word of text.split(' ')) heard.push({ word, at });
    },
  };
  return { scenario, seed, speech: speechOf(scenario, seed), settings, heard };
}

/** @param {Story} story @param {number} beginsAt @returns {Promise<Told>} */
async function tell({ scenario, seed, speech, settings, heard, client }, beginsAt) {
  // Not everybody's chunks at the same moment.
  const firstAt = beginsAt + ((seed * 37) % 100);
  let lateMs = 0;
  if (client) {
    lateMs = await speak(client, speech.bytes, scenario, { beginsAt: firstAt, halfMs: speech.halfMs });
    await client.finish();
  } else {
    void connect(settings).catch(() => undefined);
    await sleep(beginsAt + scenario.speechMs - timeOfAll());
  }
  const startsAt = speech.startsMs.map((ms) => firstAt + ms);
  return { spoken: speech.words, startsAt, heard, lateMs };
}

/**
 * @param {import('../clients/client.mjs').Client} client
 * @param {Uint8Array} bytes
 * @param {import('./scenarios.mjs').Scenario} scenario
 * @param {{ beginsAt: number, halfMs: number }} times
 * @returns {Promise<number>} By how many milliseconds a chunk was late, at most.
 */
async function speak(client, bytes, scenario, { beginsAt, halfMs }) {
  const { chunkBytes = CHUNK_BYTES, pauseMs = 0, emptyChunkEveryMs = Infinity } = scenario;
  let nextEmptyMs = emptyChunkEveryMs;
  let lateMs = 0;
  for (let from = 0; from < bytes.length; from += chunkBytes) {
    // A chunk can be given when its last sample has been heard.
    const saidMs = Math.min(from + chunkBytes, bytes.length) / BYTES_PER_MS;
    const dueAt = beginsAt + saidMs + (saidMs > halfMs ? pauseMs : 0);
    const waitMs = dueAt - timeOfAll();
    if (waitMs > 0) await sleep(waitMs);
    lateMs = Math.max(lateMs, timeOfAll() - dueAt);
    if (saidMs >= nextEmptyMs) {
      client.send(new Uint8Array());
      nextEmptyMs += emptyChunkEveryMs;
    }
    client.send(bytes.subarray(from, from + chunkBytes));
  }
  return lateMs;
}

/** @typedef {{ does: 'prepare', scripts: Script[] } | { does: 'connect' | 'count crashes' } | { does: 'tell', beginsAt: number }} Request */

serve(async (/** @type {Request} */ request) => {
  switch (request.does) {
    case 'prepare':
      stories = request.scripts.map(prepare);
      return null;
    case 'connect':
      await Promise.all(
        stories.map(async (story) => {
          if (story.scenario.key !== 'wrong') story.client = await connect(story.settings);
        }),
      );
      return null;
    case 'tell':
      return Promise.all(stories.map((story) => tell(story, request.beginsAt)));
    case 'count crashes':
      return crashes;
    default:
      throw new Error(`Nobody knows ${JSON.stringify(request)}.`);
  }
});
