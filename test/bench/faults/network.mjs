/**
 * The server side of each conversation: an emulator on real sockets behind a cable, and the faults at their times. It is a
 * separate process, so that neither side waits for the other.
 */
import { seededRandom, startEmulator } from 'rx-deepgram/testing';
import { serve, timeOfAll } from '../support/processes.mjs';
import { Cable } from './cable.mjs';
import { scenarioOf } from './scenarios.mjs';

/** Times are by the clock of all processes. @typedef {{ id: string, scenario: string, seed: number, beginsAt: number }} Wanted */
/** @typedef {{ id: string, url: string }} Laid */
/** When the fault struck, and when the next connection was accepted. @typedef {{ attempts: number, struckAt?: number, backAt?: number }} Seen */

/** @typedef {{ cable: Cable, server: import('rx-deepgram/testing').EmulatorServer, wanted: Wanted, struckAt?: number, attempts?: number, schedule: [number, () => void][] }} Line */

/** @type {Map<string, Line>} */
const lines = new Map();

/** @param {Wanted} wanted @returns {Promise<Laid>} */
async function lay(wanted) {
  const server = await startEmulator({ seed: wanted.seed, maxLogEntries: 0 });
  const cable = new Cable(server.port);
  /** @type {Line} */
  const line = { cable, server, wanted, schedule: [] };
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
    at: (ms, action) => void line.schedule.push([ms, action]),
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

/** @param {Line} line @param {number} beginsAt */
function begin({ schedule }, beginsAt) {
  for (const [ms, action] of schedule) setTimeout(action, beginsAt + ms - timeOfAll());
}

/** @param {string} id */
async function end(id) {
  const line = lineOf(id);
  const seen = lookAt(line);
  await line.cable.remove();
  await line.server.close();
  return seen;
}

/** @typedef {{ does: 'lay', wanted: Wanted[] } | { does: 'begin', at: number } | { does: 'end', ids: string[] }} Request */

serve(async (/** @type {Request} */ request) => {
  switch (request.does) {
    case 'lay':
      return Promise.all(request.wanted.map(lay));
    case 'begin':
      for (const line of lines.values()) begin(line, request.at);
      return null;
    case 'end':
      return Promise.all(request.ids.map(end));
    default:
      throw new Error(`Nobody knows ${JSON.stringify(request)}.`);
  }
});
