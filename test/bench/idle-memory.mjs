/**
 * The memory of an idle session: connected sessions with nothing to send, against as many bare `ws` connections, as their
 * number grows. Each side is a process of its own, measured after collecting garbage; the server is another.
 */
import { Party, withParties } from './support/processes.mjs';
import { progress, runAsProgram } from './support/report.mjs';

/** @typedef {import('./support/report.mjs').Row} Row */
/** @typedef {import('./support/idler.mjs').Held} Held */
/** @typedef {import('./support/idler.mjs').Idle} Idle */

/** A hundred more are connected before the measurement. */
const COUNTS = [100, 1_000, 10_000];
const GOAL_KB = 10;

export async function idleMemory() {
  /** @type {Row[]} */
  const rows = [];
  const bare = await holdAll('bare-ws');
  const ours = await holdAll('rx-deepgram');
  for (const [index, count] of COUNTS.entries()) {
    rows.push(...compare(count, /** @type {Idle} */ (bare[index]), /** @type {Idle} */ (ours[index])));
  }
  const how =
    'Idle sessions, heapUsed + external of each, less as much of as many bare ws connections: what ws and the sockets of Node hold themselves is left out.';
  return { bench: 'idle-memory', how, rows };
}

/** @param {string} name @returns {Promise<Idle[]>} */
function holdAll(name) {
  return withParties([new Party('sink.mjs')], async (sink) => {
    const { url } = await sink.ask('start');
    return withParties([new Party('idler.mjs', [name, url], ['--expose-gc'])], async (idler) => {
      /** @type {Idle[]} */
      const held = [];
      for (const [index, count] of COUNTS.entries()) {
        held.push(await idler.ask({ does: 'hold', count: count - (COUNTS[index - 1] ?? 0) }));
        progress(`${count} idle sessions of ${name}`);
      }
      return held;
    });
  });
}

/** @param {number} count @param {Idle} bare @param {Idle} ours @returns {Row[]} */
function compare(count, bare, ours) {
  const sessions = `${count.toLocaleString('en')} sessions`;
  const row = (/** @type {string} */ id, /** @type {string} */ name, /** @type {number} */ bytes) => ({
    id: `memory/${count}/${id}`,
    name: `${sessions}: ${name}`,
    value: bytes / 1_000,
    unit: 'kB',
  });
  return [
    {
      ...row('spoken', 'each, beyond its socket, after speech', ours.spoken.bytes - bare.spoken.bytes),
      ...(count === COUNTS.at(-1) && { goal: GOAL_KB }),
    },
    row('fresh', 'each, beyond its socket, that never spoke', ours.fresh.bytes - bare.fresh.bytes),
    row('whole', 'each, socket included, after speech', ours.spoken.bytes),
    row(
      'resident',
      'each, resident, beyond its socket',
      ours.spoken.residentBytes - bare.spoken.residentBytes,
    ),
  ];
}

await runAsProgram(import.meta, idleMemory);
