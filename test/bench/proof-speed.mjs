/** How fast the guarantees are tried: random sessions a second, in virtual time, by the tests that gate every change. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { runAsProgram } from './support/report.mjs';

const SESSIONS = 400;
const ROOT = join(import.meta.dirname, '..', '..');
const VITEST = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');

export async function proofSpeed() {
  const tests = spawn(
    process.execPath,
    [VITEST, 'run', 'test/system/chaos.test.ts', '--reporter=json', '-t', 'every guarantee holds'],
    { cwd: ROOT, env: { ...process.env, CHAOS_RUNS: String(SESSIONS) }, stdio: ['ignore', 'pipe', 'ignore'] },
  );
  let json = '';
  tests.stdout.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
    json += text;
  });
  const [code] = await once(tests, 'close');
  if (code !== 0) throw new Error(`The chaos test has failed (${code}).`);
  const { testResults } = JSON.parse(json);
  const ran = testResults
    .flatMap((/** @type {any} */ file) => file.assertionResults)
    .filter((/** @type {any} */ test) => test.status === 'passed');
  const ms = ran.reduce((/** @type {number} */ sum, /** @type {any} */ test) => sum + test.duration, 0);
  const how = `test/system/chaos.test.ts with ${SESSIONS} random sessions, on one core.`;
  const value = (1_000 * SESSIONS) / ms;
  return {
    bench: 'proof-speed',
    how,
    rows: [{ id: 'proof/sessions', name: 'random sessions', value, unit: '/s' }],
  };
}

await runAsProgram(import.meta, proofSpeed);
