/**
 * Every state and every transition of the machine is lived through by the whole client: random sessions from one seed and the
 * rare lives together reach every cell of the table in `test/connection/transition-table.ts`, but for those that nobody can
 * reach, of which each has its reason. Were one of these reached, its reason would be wrong, and the test would say so.
 */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { EVENTS, STATES, TRANSITIONS } from '../connection/transition-table.ts';
import { live } from './act.ts';
import { Coverage } from './coverage.ts';
import { scenario } from './generators.ts';
import { GUARANTEES } from './guarantees/all.ts';
import { RARE_LIVES } from './rare-lives.ts';
import { UNREACHABLE } from './unreachable.ts';

const SESSIONS = 1_500;
const SEED = 20_261_121;

/** Every outcome of every cell, but for those that are ignored. */
const ALL = STATES.flatMap((state) =>
  EVENTS.flatMap((event) => {
    const expected = TRANSITIONS[state][event];
    if (expected === 'ignored') return [];
    return expected.map(({ to }) => `${state} ${event} ${to === state ? 'stay' : to}`);
  }),
);

const coverage = new Coverage();

test.for(Object.entries(RARE_LIVES))('every guarantee holds when %s', async ([, life]) => {
  coverage.begin();
  const world = await live(life, { guarantees: GUARANTEES, inspect: coverage.inspect });
  expect(world.broken).toBeUndefined();
});

test('the sessions reach every state and every transition', { timeout: 300_000 }, async () => {
  for (const drawn of fc.sample(scenario, { numRuns: SESSIONS, seed: SEED })) {
    coverage.begin();
    await live(drawn, { guarantees: [], inspect: coverage.inspect });
  }
  const unreached = ALL.filter((cell) => !coverage.cells.has(cell));
  expect([...coverage.states].sort()).toEqual([...STATES].sort());
  expect(unreached.sort()).toEqual(Object.keys(UNREACHABLE).sort());
});

test('the machine ignores every event that the table ignores', () => {
  const known = new Set(ALL);
  const moves = [...coverage.cells.keys()].filter(
    (cell) => !cell.endsWith(' stay') && !/ xstate\./.test(cell),
  );
  expect(moves.filter((cell) => !known.has(cell))).toEqual([]);
});
