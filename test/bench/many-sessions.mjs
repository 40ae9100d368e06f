/**
 * Whether many idle sessions in one process all keep their connections: the longest silence that the server saw on any of
 * them, against the 10 s after which Deepgram closes, and the CPU that this takes.
 */
import { Party, withParties } from './support/processes.mjs';
import { progress, runAsProgram } from './support/report.mjs';

/** @typedef {import('./support/report.mjs').Row} Row */
/** @typedef {import('./support/idler.mjs').Kept} Kept */
/** @typedef {import('./support/sink.mjs').Observed} Observed */

const COUNTS = [2_000, 10_000];
const HOLD_MS = 30_000;
const STEP_MS = 5_000;

/** A KeepAlive goes out 3 s after the last frame, 5 s at the latest. */
const GOAL_MS = 5_000;

export async function manySessions() {
  /** @type {Row[]} */
  const rows = [];
  for (const count of COUNTS) rows.push(...(await holdMany(count)));
  const how = `Idle sessions in one process, over real sockets, for ${HOLD_MS / 1000} s; silence as the server sees it.`;
  return { bench: 'many-sessions', how, rows };
}

/** @param {number} count @returns {Promise<Row[]>} */
function holdMany(count) {
  return withParties([new Party('sink.mjs')], async (sink) => {
    const { url } = await sink.ask('start');
    return withParties([new Party('idler.mjs', ['ours', url])], async (idler) => {
      await idler.ask({ does: 'connect', count });
      progress(`${count} sessions are connected`);
      await sink.ask('reset');
      /** @type {Kept[]} */
      const steps = [];
      for (let heldMs = 0; heldMs < HOLD_MS; heldMs += STEP_MS) {
        steps.push(await idler.ask({ does: 'keep', forMs: STEP_MS }));
        const { longestSilenceMs, keepAlives } = await sink.ask('observe');
        const silence = `longest silence ${Math.round(longestSilenceMs)} ms`;
        progress(`${count} sessions, ${(heldMs + STEP_MS) / 1000} s: ${silence}, ${keepAlives} KeepAlives`);
      }
      /** @type {Observed} */
      const observed = await sink.ask('observe');
      /** @type {number} */
      const ownMs = await idler.ask({ does: 'end' });
      const sum = (/** @type {(step: Kept) => number} */ of) =>
        steps.reduce((total, step) => total + of(step), 0);
      const cpuUs = sum((step) => step.cpuUs);
      const sessions = `${count.toLocaleString('en')} sessions`;
      const note = `${Math.round(ownMs)} ms by the sessions' own account, their start included`;
      return [
        {
          name: `${sessions}: longest silence`,
          value: observed.longestSilenceMs,
          unit: 'ms',
          goal: GOAL_MS,
          note,
        },
        { name: `${sessions}: connections lost`, value: count - observed.open, unit: '', goal: 0 },
        { name: `${sessions}: CPU of one core`, value: cpuUs / sum((step) => step.wallMs) / 10, unit: '%' },
        { name: `${sessions}: CPU of a KeepAlive`, value: cpuUs / observed.keepAlives, unit: 'µs' },
        {
          name: `${sessions}: event loop late by`,
          value: Math.max(...steps.map((step) => step.loopDelayMs)),
          unit: 'ms',
        },
      ];
    });
  });
}

await runAsProgram(import.meta, manySessions);
