/** Starts both sides: opens the lines, distributes the scripts, and waits until all are finished. */
import { Party, sleep, timeOfAll, withParties } from '../support/processes.mjs';

/** @typedef {import('./network.mjs').Seen} Seen */
/** @typedef {import('./talkers.mjs').Told} Told */
/** @typedef {{ client: string, scenario: string, seed: number }} Wanted */
/** @typedef {Wanted & Told & Seen} Conversation */

/** From the start request to the start. */
const BEGIN_IN_MS = 500;

/** A connection that waits longer for its first audio is closed by the server. */
const MAX_CONNECT_MS = 8_000;

/** Later speech is not live, and faults would strike at other words than planned. */
const MAX_LATE_MS = 2_000;

/**
 * All of these at once, in real time.
 *
 * @param {readonly Wanted[]} wanted
 * @param {number} [waitMs] Before anybody connects.
 * @returns {Promise<{ conversations: Conversation[], crashes: Record<string, string[]>, lateMs: number }>}
 */
export function converse(wanted, waitMs = 0) {
  const clients = [...new Set(wanted.map(({ client }) => client))];
  const network = new Party('../faults/network.mjs');
  const talkers = clients.map((client) => new Party('../faults/talkers.mjs', [client]));
  return withParties([network, ...talkers], async () => {
    await sleep(waitMs);
    const lines = wanted.map((each, index) => ({ ...each, id: String(index) }));
    /** @type {import('./network.mjs').Laid[]} */
    const laid = await network.ask({ does: 'lay', wanted: lines });
    const linesOf = clients.map((client) => lines.filter((line) => line.client === client));
    /** The same of every talker. @param {(place: number) => unknown} request @returns {Promise<any[]>} */
    const askAll = (request) => Promise.all(talkers.map((talker, place) => talker.ask(request(place))));

    await askAll((place) => {
      const scripts = linesOf[place]?.map((line) => ({ ...line, url: laid[Number(line.id)]?.url ?? '' }));
      return { does: 'prepare', scripts };
    });
    const connectingAt = timeOfAll();
    await askAll(() => ({ does: 'connect' }));
    refuseAbove(MAX_CONNECT_MS, timeOfAll() - connectingAt, 'to connect everybody');
    const beginsAt = timeOfAll() + BEGIN_IN_MS;
    await network.ask({ does: 'begin', at: beginsAt });
    /** @type {Told[][]} */
    const told = await askAll(() => ({ does: 'tell', beginsAt }));
    /** @type {string[][]} */
    const crashes = await askAll(() => ({ does: 'count crashes' }));
    /** @type {Seen[]} */
    const seen = await network.ask({ does: 'end', ids: lines.map(({ id }) => id) });

    const lateMs = Math.max(...told.flat().map((each) => each.lateMs));
    refuseAbove(MAX_LATE_MS, lateMs, 'behind with the speech');
    /** @type {Conversation[]} */
    const conversations = [];
    for (const [place, mine] of linesOf.entries()) {
      for (const [index, { id, client, scenario, seed }] of mine.entries()) {
        const story = /** @type {Told} */ (told[place]?.[index]);
        conversations.push({ client, scenario, seed, ...story, .../** @type {Seen} */ (seen[Number(id)]) });
      }
    }
    const byClient = clients.map((client, place) => /** @type {const} */ ([client, crashes[place] ?? []]));
    return { conversations, crashes: Object.fromEntries(byClient), lateMs };
  });
}

/** @param {number} limitMs @param {number} ms @param {string} what */
function refuseAbove(limitMs, ms, what) {
  if (ms <= limitMs) return;
  throw new Error(
    `This machine is too busy to measure: ${Math.round(ms)} ms ${what}, where ${limitMs} would do. End what else runs on it.`,
  );
}
