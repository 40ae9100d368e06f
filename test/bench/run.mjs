/**
 * Runs the bench, one part after the other, and shows every figure beside its goal.
 *
 *   node test/bench/run.mjs [part … [--update]] [--note TEXT]
 *
 * The whole of it takes a quarter of an hour and writes `results.json`, and from that the tables and the chart of the documents; parts
 * that are named are only shown, or with `--update` replace their figures. It measures `dist`, as it is installed: build first. Everything runs on the loopback. The exit
 * code is 1 where a goal is missed.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { RECOVERY_SEEDS, WORD_SEEDS } from './faults/seeds.mjs';
import { describeMachine, versions } from './support/machine.mjs';
import { isMet, print } from './support/report.mjs';
import { figuresOf, readResults, replaced, writeResults } from './render/results.mjs';
import { render } from './render/render.mjs';

/** @typedef {import('./support/report.mjs').Report} Report */

/** The parts, and how many seconds each takes on two idle cores. */
const PARTS = {
  size: 5,
  'proof-speed': 35,
  'recovery-exact': 20,
  'frame-cost': 800,
  growth: 350,
  'idle-memory': 80,
  'many-sessions': 100,
  storm: 150,
  store: 90,
  faults: 325,
};

const { values, positionals } = parseArgs({
  options: { note: { type: 'string' }, update: { type: 'boolean' } },
  allowPositionals: true,
});
const unknown = positionals.filter((name) => !(name in PARTS));
if (unknown.length > 0) {
  console.error(`No part is called ${unknown.join(', ')}. There are: ${Object.keys(PARTS).join(', ')}.`);
  process.exit(2);
}
const parts = Object.entries(PARTS).filter(
  ([name]) => positionals.length === 0 || positionals.includes(name),
);

const startedAt = Date.now();
/** @type {Report[]} */
const reports = [];
for (const [place, [name, seconds]] of parts.entries()) {
  const left = parts.slice(place).reduce((sum, [, each]) => sum + each, 0);
  console.error(
    `\n[${place + 1} of ${parts.length}] ${name}: about ${seconds} s; all done in about ${Math.ceil(left / 60)} min`,
  );
  const report = await run(name);
  print(report);
  reports.push(report);
}

const figures = figuresOf(reports);
const note = values.note === undefined ? {} : { note: values.note };
if (positionals.length === 0) {
  const on = new Date(startedAt).toISOString().slice(0, 10);
  const minutes = Math.round((Date.now() - startedAt) / 6_000) / 10;
  publish({
    measured: { on, minutes, ...note },
    machine: describeMachine(),
    versions: versions(),
    seeds: { words: WORD_SEEDS.join(', '), recovery: RECOVERY_SEEDS.join(', ') },
    figures,
  });
} else if (values.update) {
  const before = readResults();
  publish({
    ...before,
    measured: { ...before.measured, ...note },
    versions: versions(),
    figures: replaced(before.figures, figures),
  });
}
const missed = reports.flatMap(({ rows }) => rows.filter((row) => !isMet(row)));
console.log(`\n${missed.length === 0 ? 'Every goal is met.' : `${missed.length} of the goals are missed.`}`);
process.exitCode = missed.length === 0 ? 0 : 1;

/** @param {import('./render/results.mjs').Results} results */
function publish(results) {
  writeResults(results);
  render();
  console.log('\nWritten: test/bench/results.json, docs/bench.md and docs/bench.svg.');
}

/** @param {string} name @returns {Promise<Report>} */
async function run(name) {
  const part = fork(join(import.meta.dirname, `${name}.mjs`));
  const ended = once(part, 'exit').then(([code]) => {
    throw new Error(`${name} has ended without a report (${code}).`);
  });
  const report = await Promise.race([once(part, 'message').then(([message]) => message), ended]);
  ended.catch(() => undefined);
  return report;
}
