/**
 * Words and recovery: every client tells the same stories, and suffers the same faults, in real time and over real sockets; all of
 * them at once, since a conversation costs next to nothing. Shorter ones are over after half a minute; the longest outage
 * takes five, most of it quiet, in which the clients that keep audio may catch up.
 */
import { CLIENTS } from './clients/entrants.mjs';
import { converse } from './faults/conversations.mjs';
import { RECOVERY, SCENARIOS, WRONG_KEY } from './faults/scenarios.mjs';
import { scoreOf, sumOf } from './faults/score.mjs';
import { RECOVERY_SEEDS, WORD_SEEDS } from './faults/seeds.mjs';
import { median, progress, quantile, runAsProgram } from './support/report.mjs';

/** @typedef {import('./faults/conversations.mjs').Conversation} Conversation */
/** @typedef {import('./support/report.mjs').Row} Row */

/** After the last words. */
const RECOVERY_AFTER_MS = 85_000;
const LONGEST_MS = 320_000;
const PROGRESS_MS = 20_000;

/** More than the perfect client. */
const GOAL_MS = 100;
const OURS = ['rx-deepgram', 'resilient-sdk'];

/** @param {readonly string[]} clients */
export async function faults(clients = CLIENTS.map(({ name }) => name)) {
  const stories = [...SCENARIOS, WRONG_KEY].flatMap(({ name: scenario }) =>
    clients.flatMap((client) => WORD_SEEDS.map((seed) => ({ client, scenario, seed }))),
  );
  const cuts = [...clients, 'perfect'].flatMap((client) =>
    RECOVERY_SEEDS.map((seed) => ({ client, scenario: RECOVERY.name, seed })),
  );
  const startedAt = performance.now();
  const ticker = setInterval(() => {
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    progress(`${seconds} s of about ${LONGEST_MS / 1000}: ${stories.length} conversations`);
  }, PROGRESS_MS);
  const [words, recovery] = await Promise.all([converse(stories), converse(cuts, RECOVERY_AFTER_MS)]);
  clearInterval(ticker);
  const crashed = Object.entries(words.crashes).filter(([, errors]) => errors.length > 0);
  for (const [client, errors] of crashed)
    progress(`${client}: ${errors.length} errors that nobody could catch: ${errors[0]}`);
  const rows = [
    ...clients.flatMap((client) => wordRows(client, words.conversations)),
    ...clients.flatMap((client) => recoveryRows(client, recovery.conversations)),
    {
      id: 'harness/late',
      name: 'the bench itself: greatest delay of a chunk of speech',
      value: Math.max(words.lateMs, recovery.lateMs),
      unit: 'ms',
    },
  ];
  const how = `Words said through each client in ${WORD_SEEDS.length} conversations for each fault, and what became of them; and ${RECOVERY_SEEDS.length} conversations with a cut.`;
  return { bench: 'faults', how, rows };
}

/** @param {string} client @param {readonly Conversation[]} all @returns {Row[]} */
function wordRows(client, all) {
  /** @type {Row[]} */
  const rows = [];
  for (const { name, title } of SCENARIOS) {
    const mine = all.filter((each) => each.client === client && each.scenario === name);
    const scores = mine.map(({ spoken, heard }) =>
      scoreOf(
        spoken,
        heard.map(({ word }) => word),
      ),
    );
    const { spoken, ...what } = sumOf(scores);
    for (const [kind, value] of Object.entries(what)) {
      rows.push({
        id: `words/${name}/${kind}`,
        name: `${title}: words ${kind}`,
        client,
        value,
        ...(OURS.includes(client) && { goal: 0 }),
        note: `of ${spoken}`,
      });
    }
  }
  const attempts = all
    .filter((each) => each.client === client && each.scenario === WRONG_KEY.name)
    .map((each) => each.attempts);
  return [
    ...rows,
    {
      id: 'attempts/wrong-key',
      name: 'attempts in a minute with a wrong key',
      client,
      value: median(attempts),
      ...(OURS.includes(client) && { goal: 1 }),
    },
  ];
}

/** @param {string} client @param {readonly Conversation[]} all @returns {Row[]} */
function recoveryRows(client, all) {
  /** @type {number[]} */
  const excess = [];
  /** @type {number[]} */
  const silences = [];
  for (const seed of RECOVERY_SEEDS) {
    const [mine, perfect] = [client, 'perfect'].map((name) =>
      all.find((each) => each.client === name && each.seed === seed),
    );
    if (!mine || !perfect) continue;
    silences.push(silenceMs(mine));
    const perfectMs = recoveredMs(perfect);
    // Where the cut fell between two phrases nothing was interrupted.
    if (Number.isFinite(perfectMs)) excess.push(recoveredMs(mine) - perfectMs);
  }
  const row = (/** @type {string} */ id, /** @type {string} */ name, /** @type {number} */ value) => ({
    id: `recovery/${id}`,
    name,
    client,
    value: Number.isFinite(value) ? value : null,
    unit: 'ms',
  });
  const interrupted = 'the interrupted words, beyond a perfect client';
  return [
    {
      ...row('median', `${interrupted}: median`, median(excess)),
      ...(OURS.includes(client) && {
        goal: GOAL_MS,
        note: `${excess.length} of ${RECOVERY_SEEDS.length} cuts`,
      }),
    },
    row('p95', `${interrupted}: 95th percentile`, quantile(excess, 0.95)),
    row('silence', 'from the cut to the next words, whichever: median', median(silences)),
  ];
}

/**
 * From the cut to the first final with a word that it interrupted: one that had begun to be spoken, and that no final had told of.
 *
 * @param {Conversation} conversation
 */
function recoveredMs({ heard, startsAt, struckAt = Infinity }) {
  const before = heard.filter(({ at }) => at <= struckAt).map(({ word }) => Number(word));
  const lastHeard = Math.max(0, ...before.filter(Number.isFinite));
  const said = startsAt.filter((at) => at < struckAt).length;
  const isInterrupted = (/** @type {string} */ word) => Number(word) > lastHeard && Number(word) <= said;
  const first = heard.find(({ word, at }) => at > struckAt && isInterrupted(word));
  return first ? first.at - struckAt : Infinity;
}

/** From the cut to the first words that came over a later connection. @param {Conversation} conversation */
function silenceMs({ heard, struckAt = Infinity, backAt = Infinity }) {
  const first = heard.find(({ at }) => at > backAt);
  return first ? first.at - struckAt : Infinity;
}

await runAsProgram(import.meta, faults);
