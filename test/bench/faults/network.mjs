/**
 * The far side of every conversation: for each its own emulator, on real sockets, behind its own cable; and the faults, at their moments.
 * A process of its own, so that neither side waits for the other.
 */
import { seededRandom, startEmulator } from 'rx-deepgram/testing';
import { serve, timeOfAll } from '../support/processes.mjs';
import { Cable } from './cable.mjs';
import { scenarioOf } from './scenarios.mjs';

/** Times are by the clock of all processes. @typedef {{ id: string, scenario: string, seed: number, beginsAt: number }} Wanted */
/** @typedef {{ id: string, url: string }} Laid */
/** When the fault struck, and when the next connection was accepted. @typedef {{ attempts: number, struckAt?: number, backAt?: number }} Seen */

/** @typedef {{ cable: Cable, server: import('rx-deepgram/testing').EmulatorServer, wanted: Wanted, struckAt?: number, attempts?: number }} Line */

/** @type {Map<string, Line>} */
const lines = new Map();

/** @param {Wanted} wanted @returns {Promise<Laid>} */
async function lay(wanted) {
  const server = await startEmulator({ seed: wanted.seed, maxLogEntries: 0 });
  const cable = new Cable(server.port);
  /** @type {Line} */
  const line = { cable, server, wanted };
  lines.set(wanted.id, line);
  plan(line);
  return { id: wanted.id, url: await cable.lay() };
}

/** @param {Line} line */
function plan(line) {
  const { cable, server, wanted } = line;
  const random = seededRandom(wanted.seed + 1_000);
  scenarioOf(wanted.scenario).faults({
    cable,
    server,
    at: (ms, action) => void setTimeout(action, wanted.beginsAt + ms - timeOfAll()),
    between: (from, to) => from + random() * (to - from),
    strike: () => {
      line.struckAt = timeOfAll();
    },
    tally: () => {
      line.attempts = cable.attempts;
    },
  });
}

/** @param {Line} line @returns {Seen} */
function lookAt({ cable, server, struckAt, attempts = cable.attempts }) {
  const back = server.connections.find(
    ({ openedAtMs }) => struckAt !== undefined && performance.timeOrigin + openedAtMs > struckAt,
  );
  return {
    attempts,
    ...(struckAt !== undefined && { struckAt }),
    ...(back && { backAt: performance.timeOrigin + back.openedAtMs }),
  };
}

/** @param {string} id */
function lineOf(id) {
  const line = lines.get(id);
  if (!line) throw new Error(`There is no line ${id}.`);
  return line;
}

serve(async (/** @type {{ does: 'lay', wanted: Wanted[] } | { does: 'look', ids: string[] }} */ request) => {
  if (request.does === 'lay') return Promise.all(request.wanted.map(lay));
  return Promise.all(
    request.ids.map(async (id) => {
      const line = lineOf(id);
      const seen = lookAt(line);
      await line.cable.remove();
      await line.server.close();
      return seen;
    }),
  );
});
