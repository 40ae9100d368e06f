/** The near side: everybody who speaks through one client, each by a script of their own, in real time. `talkers.mjs CLIENT` */
import { connectorOf } from '../clients/index.mjs';
import { serve, sleep, timeOfAll } from '../support/processes.mjs';
import { scenarioOf } from './scenarios.mjs';
import { LISTEN, SAMPLE_RATE, speechOf } from './speech.mjs';

/** @typedef {{ scenario: string, seed: number, url: string, beginsAt: number }} Script */
/** @typedef {{ spoken: number, startsAt: number[], heard: { word: string, at: number }[] }} Told Times by the clock of all processes. */

const BYTES_PER_MS = (SAMPLE_RATE * 2) / 1000;
/** 100 ms of sound. */
const CHUNK_BYTES = 1_600;
const KEYS = { any: 'bench', wrong: 'wrong-key' };

const connect = connectorOf(process.argv[2] ?? '');

/** Errors that nobody caught. A program would have ended by them; the bench goes on, and tells. @type {string[]} */
const crashes = [];
process.on('uncaughtException', (error) => crashes.push(String(error)));
process.on('unhandledRejection', (reason) => crashes.push(String(reason)));

/** @param {Script} script @returns {Promise<Told>} */
async function tell({ scenario: name, seed, url, beginsAt }) {
  const scenario = scenarioOf(name);
  const { words, bytes, halfMs, startsMs } = speechOf(scenario, seed);
  // Not everybody's chunks at the same moment.
  const firstAt = beginsAt + ((seed * 37) % 100);
  /** @type {Told['heard']} */
  const heard = [];
  const connecting = connect({
    url,
    key: KEYS[scenario.key ?? 'any'],
    listen: LISTEN,
    ...(scenario.keepAlive && { keepAlive: true }),
    onFinal: (text) => {
      const at = timeOfAll();
      for (const word of text.split(' ')) heard.push({ word, at });
    },
  });
  if (scenario.key === 'wrong') {
    void connecting.then(undefined, () => undefined);
    await sleep(beginsAt + scenario.speechMs - timeOfAll());
  } else {
    const client = await connecting;
    await speak(client, bytes, scenario, { beginsAt: firstAt, halfMs });
    await client.finish();
  }
  return { spoken: words, startsAt: startsMs.map((ms) => firstAt + ms), heard };
}

/**
 * @param {import('../clients/client.mjs').Client} client
 * @param {Uint8Array} bytes
 * @param {import('./scenarios.mjs').Scenario} scenario
 * @param {{ beginsAt: number, halfMs: number }} times
 */
async function speak(client, bytes, scenario, { beginsAt, halfMs }) {
  const { chunkBytes = CHUNK_BYTES, pauseMs = 0, emptyChunkEveryMs = Infinity } = scenario;
  let nextEmptyMs = emptyChunkEveryMs;
  for (let from = 0; from < bytes.length; from += chunkBytes) {
    // A chunk can be given when its last sample has been heard.
    const saidMs = Math.min(from + chunkBytes, bytes.length) / BYTES_PER_MS;
    const dueAt = beginsAt + saidMs + (saidMs > halfMs ? pauseMs : 0);
    const waitMs = dueAt - timeOfAll();
    if (waitMs > 0) await sleep(waitMs);
    if (saidMs >= nextEmptyMs) {
      client.send(new Uint8Array());
      nextEmptyMs += emptyChunkEveryMs;
    }
    client.send(bytes.subarray(from, from + chunkBytes));
  }
}

serve(async (/** @type {{ does: 'tell', scripts: Script[] } | { does: 'count crashes' }} */ request) => {
  if (request.does === 'count crashes') return crashes;
  return Promise.all(request.scripts.map(tell));
});
