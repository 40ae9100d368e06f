/**
 * The guarantees of the README, one property each, where each is in the greatest danger: random sessions of the whole client in
 * virtual time, looked at after every step. Their assumptions stand beside them, in `guarantees/`. A failure prints one line
 * that repeats it, and tells in words what happened. The hundred thousand sessions of the gate are run by `scripts/soak.mjs`.
 */
import { describe, expect, test } from 'vitest';
import { draws } from '../draws.ts';
import { GUARANTEES } from './guarantees/all.ts';
import { inWords, prove } from './prove.ts';
import { TRIALS } from './trials.ts';

const RUNS = draws(60);
const wish = process.env['PROPERTY_SEED'];
const SEED = process.env['CI'] || wish === undefined ? 20_261_121 : Number(wish);

async function expectToHold(name: string, runs: number): Promise<void> {
  const ground = TRIALS[name];
  if (!ground) throw new Error(`There is no trial '${name}'.`);
  const counterexample = await prove({ ...ground, name, runs, seed: SEED });
  expect.soft(counterexample && inWords(counterexample)).toBeUndefined();
}

describe('in random sessions', { timeout: 300_000 }, () => {
  for (const { id, promise } of GUARANTEES) {
    test(`${promise} [${id}]`, () => expectToHold(id, RUNS));
  }

  test('all guarantees hold together', () => expectToHold('all', 2 * RUNS));

  test('all guarantees hold with Flux', () => expectToHold('flux', RUNS));
});
