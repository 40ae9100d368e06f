// Runs random sessions with a real Redis while it kills their processes.
//
//   npm run test:chaos -- [--runs 20] [--seed 1]
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '20' }, seed: { type: 'string', default: '1' } },
});
const root = join(import.meta.dirname, '..');
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
const { status } = spawnSync(process.execPath, [vitest, 'run', '--config', 'vitest.chaos.config.ts'], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, CHAOS_RUNS: values.runs, CHAOS_SEED: values.seed },
});
process.exitCode = status ?? 1;
