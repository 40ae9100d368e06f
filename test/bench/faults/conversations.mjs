/** Brings the two sides together: lays the lines, hands out the scripts, and waits for everybody to finish. */
import { Party, timeOfAll, withParties } from '../support/processes.mjs';

/** @typedef {import('./network.mjs').Seen} Seen */
/** @typedef {import('./talkers.mjs').Told} Told */
/** @typedef {{ client: string, scenario: string, seed: number }} Wanted */
/** @typedef {Wanted & Told & Seen} Conversation */

/** Until every server listens and every client is connected. */
const SETTLE_MS = 6_000;

/**
 * All of these at once, in real time.
 *
 * @param {readonly Wanted[]} wanted
 * @param {number} [waitMs] Before anybody connects.
 * @returns {Promise<{ conversations: Conversation[], crashes: Record<string, string[]> }>}
 */
export function converse(wanted, waitMs = 0) {
  const clients = [...new Set(wanted.map(({ client }) => client))];
  const network = new Party('../faults/network.mjs');
  const talkers = clients.map((client) => new Party('../faults/talkers.mjs', [client]));
  return withParties([network, ...talkers], async () => {
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    const beginsAt = timeOfAll() + SETTLE_MS;
    const lines = wanted.map((each, index) => ({ ...each, id: String(index), beginsAt }));
    /** @type {import('./network.mjs').Laid[]} */
    const laid = await network.ask({ does: 'lay', wanted: lines });
    /** @type {Record<string, string[]>} */
    const crashes = {};
    const told = await Promise.all(
      talkers.map(async (talker, index) => {
        const client = clients[index] ?? '';
        const mine = lines.filter((line) => line.client === client);
        const scripts = mine.map((line) => ({ ...line, url: laid[Number(line.id)]?.url ?? '' }));
        /** @type {Told[]} */
        const stories = await talker.ask({ does: 'tell', scripts });
        crashes[client] = await talker.ask({ does: 'count crashes' });
        return mine.map(
          (line, place) => /** @type {const} */ ([line.id, /** @type {Told} */ (stories[place])]),
        );
      }),
    );
    const stories = new Map(told.flat());
    /** @type {Seen[]} */
    const seen = await network.ask({ does: 'look', ids: lines.map(({ id }) => id) });
    /** @type {Conversation[]} */
    const conversations = [];
    for (const [index, { client, scenario, seed, id }] of lines.entries()) {
      const told = /** @type {Told} */ (stories.get(id));
      conversations.push({ client, scenario, seed, ...told, .../** @type {Seen} */ (seen[index]) });
    }
    return { conversations, crashes };
  });
}
