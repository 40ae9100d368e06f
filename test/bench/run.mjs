/**
 * Runs the benches, all or those named, one after the other, and shows every figure beside its goal.
 *
 *   node test/bench/run.mjs [name …] [--json FILE]
 *
 * They measure `dist`, as it is installed: build first. Each runs in a process of its own, talks to the loopback only, and
 * can be run alone as well. Nothing is written but FILE. The exit code is 1 where a goal is missed.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { isMet, print } from './support/report.mjs';

/** @typedef {import('./support/report.mjs').Report} Report */

const BENCHES = ['frame-cost', 'idle-memory', 'many-sessions', 'recovery-excess'];

const { values, positionals } = parseArgs({
  options: { json: { type: 'string' } },
  allowPositionals: true,
});
const names = positionals.length > 0 ? positionals : BENCHES;
const unknown = names.filter((name) => !BENCHES.includes(name));
if (unknown.length > 0) {
  console.error(`No bench is called ${unknown.join(', ')}. There are: ${BENCHES.join(', ')}.`);
  process.exit(2);
}

/** @type {Report[]} */
const reports = [];
for (const name of names) {
  console.error(`${name}:`);
  const report = await run(name);
  print(report);
  reports.push(report);
}

const machine = {
  node: process.version,
  platform: process.platform,
  cpu: cpus()[0]?.model,
  cores: cpus().length,
};
if (values.json !== undefined) {
  writeFileSync(values.json, `${JSON.stringify({ machine, reports }, undefined, 2)}\n`);
}
const missed = reports.flatMap(({ rows }) => rows.filter((row) => !isMet(row)));
console.log(`\n${missed.length === 0 ? 'Every goal is met.' : `${missed.length} of the goals are missed.`}`);
process.exitCode = missed.length === 0 ? 0 : 1;

/** @param {string} name @returns {Promise<Report>} */
async function run(name) {
  const bench = fork(join(import.meta.dirname, `${name}.mjs`));
  const ended = once(bench, 'exit').then(([code]) => {
    throw new Error(`${name} has ended without a report (${code}).`);
  });
  const report = await Promise.race([once(bench, 'message').then(([message]) => message), ended]);
  ended.catch(() => undefined);
  return report;
}
