/** Random sessions in plain Node: `node worker.mjs RUNS SEED` prints as JSON whether one broke a guarantee. */
import * as fc from 'fast-check';
import { anyLife, live } from './relay-life.ts';

const [numRuns, seed] = process.argv.slice(2).map(Number);
const { failed, errorInstance } = await fc.check(fc.asyncProperty(anyLife, live), {
  ...(numRuns === undefined ? {} : { numRuns }),
  ...(seed === undefined ? {} : { seed }),
  endOnFailure: true,
});
const problem = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
process.stdout.write(JSON.stringify({ failed, problem }));
