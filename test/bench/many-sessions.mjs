/**
 * Whether ten thousand idle sessions in one process all keep their connections, also when its event loop is blocked now and then: the
 * longest silence that the server saw on any of them, against the 10 s after which Deepgram closes, and the CPU that this takes.
 */
import { Party, withParties } from './support/processes.mjs';
import { progress, runAsProgram } from './support/report.mjs';

/** @typedef {import('./support/report.mjs').Row} Row */
/** @typedef {import('./support/idler.mjs').Kept} Kept */
/** @typedef {import('./support/sink.mjs').Observed} Observed */

const SESSIONS = 10_000;
const STEP_MS = 5_000;
const STEPS = 4;

/** A long garbage collection, a synchronous read, a regular expression gone wild. */
const BLOCK_MS = 2_000;

/** Bare ws has a timer of its own for each connection, as the documentation advises. */
const GOAL_RATIO = 0.9;

/** A KeepAlive goes out 3 s after the last frame, 5 s at the latest; a blocked loop may add what it blocks. */
const GOAL_MS = { calm: 5_000, blocked: 5_000 + BLOCK_MS };

export async function manySessions() {
  const bare = await withCrowd('bare-ws', (sink, idler) => watch(sink, idler, 'calm'));
  const rows = await withCrowd('rx-deepgram', async (sink, idler) => [
    ...(await watch(sink, idler, 'calm')),
    ...(await watch(sink, idler, 'blocked')),
  ]);
  const costOf = (/** @type {Row[]} */ of) =>
    of.find(({ id }) => id === 'many/calm/keep-alive')?.value ?? NaN;
  rows.push({
    id: 'many/calm/keep-alive-ratio',
    name: '10,000 idle sessions: CPU of a KeepAlive, times bare ws',
    value: costOf(rows) / costOf(bare),
    unit: '×',
    goal: GOAL_RATIO,
  });
  const how = `${SESSIONS.toLocaleString('en')} idle sessions in one process, over real sockets, ${(STEPS * STEP_MS) / 1000} s each way; silence as the server sees it. Blocked: the event loop does nothing else for ${BLOCK_MS / 1000} s in every ${STEP_MS / 1000}.`;
  return { bench: 'many-sessions', how, rows };
}

/**
 * @template Result
 * @param {string} name @param {(sink: Party, idler: Party) => Promise<Result>} work @returns {Promise<Result>}
 */
function withCrowd(name, work) {
  return withParties([new Party('sink.mjs')], async (sink) => {
    const { url } = await sink.ask('start');
    return withParties([new Party('idler.mjs', [name, url])], async (idler) => {
      await idler.ask({ does: 'connect', count: SESSIONS });
      progress(`${SESSIONS} sessions of ${name} are connected`);
      return work(sink, idler);
    });
  });
}

/** @param {Party} sink @param {Party} idler @param {'calm' | 'blocked'} way @returns {Promise<Row[]>} */
async function watch(sink, idler, way) {
  await sink.ask('reset');
  /** @type {Kept[]} */
  const steps = [];
  for (let step = 1; step <= STEPS; step += 1) {
    steps.push(await idler.ask({ does: 'keep', forMs: STEP_MS, blockMs: way === 'blocked' ? BLOCK_MS : 0 }));
    const { longestSilenceMs, keepAlives } = await sink.ask('observe');
    progress(
      `${way}, ${(step * STEP_MS) / 1000} s: longest silence ${Math.round(longestSilenceMs)} ms, ${keepAlives} KeepAlives`,
    );
  }
  /** @type {Observed} */
  const observed = await sink.ask('observe');
  const sum = (/** @type {(step: Kept) => number} */ of) =>
    steps.reduce((total, step) => total + of(step), 0);
  const row = (
    /** @type {string} */ id,
    /** @type {string} */ name,
    /** @type {number} */ value,
    unit = '',
  ) => ({
    id: `many/${way}/${id}`,
    name: `${SESSIONS.toLocaleString('en')} idle sessions${way === 'blocked' ? ', event loop blocked' : ''}: ${name}`,
    value,
    unit,
  });
  const rows = [
    { ...row('silence', 'longest silence', observed.longestSilenceMs, 'ms'), goal: GOAL_MS[way] },
    { ...row('lost', 'connections lost', SESSIONS - observed.open), goal: 0 },
  ];
  if (way === 'blocked') return rows;
  const cpuUs = sum((step) => step.cpuUs);
  return [
    ...rows,
    row('cpu', 'CPU, of one core', cpuUs / sum((step) => step.wallMs) / 10, '%'),
    row('keep-alive', 'CPU of a KeepAlive', cpuUs / observed.keepAlives, 'µs'),
    row('late', 'event loop late by', Math.max(...steps.map((step) => step.loopDelayMs)), 'ms'),
  ];
}

await runAsProgram(import.meta, manySessions);
