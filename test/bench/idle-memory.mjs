/**
 * What an idle session holds: the memory of connected sessions with nothing to send, against as many bare `ws` connections.
 * Each measurement is a process of its own, taken after collecting garbage; the server is another.
 */
import { Party, withParties } from './support/processes.mjs';
import { median, progress, runAsProgram } from './support/report.mjs';

/** @typedef {import('./support/idler.mjs').Held} Held */
/** @typedef {{ fresh: Held, spoken: Held }} Idle */

const SESSIONS = 2_000;
const ROUNDS = 3;
const GOAL_KB = 40;

export async function idleMemory() {
  /** @type {Idle[]} */
  const bare = [];
  /** @type {Idle[]} */
  const ours = [];
  await withParties([new Party('sink.mjs')], async (sink) => {
    const { url } = await sink.ask('start');
    for (let round = 1; round <= ROUNDS; round += 1) {
      bare.push(await hold('bare', url));
      ours.push(await hold('ours', url));
      progress(`round ${round} of ${ROUNDS}`);
    }
  });
  const rows = [
    ...compare(
      'after speech',
      bare.map(({ spoken }) => spoken),
      ours.map(({ spoken }) => spoken),
    ),
    ...compare(
      'never spoke',
      bare.map(({ fresh }) => fresh),
      ours.map(({ fresh }) => fresh),
    ),
  ];
  const how = `${SESSIONS} idle sessions, heapUsed + external of each, against as many bare ws connections; medians of ${ROUNDS} rounds. "Beyond the socket" is the difference: it leaves out what ws and the sockets of Node hold themselves.`;
  return { bench: 'idle-memory', how, rows };
}

/** @param {string} side @param {string} url @returns {Promise<Idle>} */
function hold(side, url) {
  return withParties([new Party('idler.mjs', [side, url], ['--expose-gc'])], (idler) =>
    idler.ask({ does: 'hold', count: SESSIONS }),
  );
}

/** @param {string} when @param {Held[]} bare @param {Held[]} ours */
function compare(when, bare, ours) {
  const kB = (/** @type {Held[]} */ held, /** @type {(held: Held) => number} */ of) =>
    median(held.map(of)) / 1000;
  const all = (/** @type {Held} */ { heapBytes, externalBytes }) => heapBytes + externalBytes;
  const heap = (/** @type {Held} */ held) => held.heapBytes;
  const resident = (/** @type {Held} */ held) => held.residentBytes;
  return [
    { name: `${when}: beyond the socket`, value: kB(ours, all) - kB(bare, all), unit: 'kB', goal: GOAL_KB },
    {
      name: `${when}: ours, socket included`,
      value: kB(ours, all),
      unit: 'kB',
      note: `${kB(ours, heap).toFixed(1)} kB of it on the heap`,
    },
    {
      name: `${when}: bare ws`,
      value: kB(bare, all),
      unit: 'kB',
      note: `${kB(bare, heap).toFixed(1)} kB of it on the heap`,
    },
    {
      name: `${when}: resident, beyond the socket`,
      value: kB(ours, resident) - kB(bare, resident),
      unit: 'kB',
    },
  ];
}

await runAsProgram(import.meta, idleMemory);
