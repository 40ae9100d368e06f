/**
 * Random sessions in a store. A failure prints the session; more sessions with
 *
 *     RELAY_RUNS=10000 npx vitest run test/store/relay-life.test.ts
 */
import * as fc from 'fast-check';
import { test } from 'vitest';
import { anyLife, live } from './relay-life.ts';

const RUNS = Number(process.env['RELAY_RUNS'] ?? 150);
const SEED = Number(process.env['RELAY_SEED'] ?? 20_261_128);

test('no final is lost, doubled, out of order, or given before the store has it', {
  timeout: 900_000,
}, async () => {
  await fc.assert(fc.asyncProperty(anyLife, live), {
    numRuns: RUNS,
    seed: SEED,
    // oxlint-disable-next-line typescript/no-deprecated -- see test/setup.ts
    interruptAfterTimeLimit: 800_000,
  });
});
