/** Sessions in a real Redis while their processes are killed. `npm run test:chaos -- --runs 200 --seed 1` runs more. */
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildProgram } from '../store/build-program.ts';
import { NO_REDIS } from '../store/redis-server.ts';
import { planOf } from './plan.ts';
import { type Outcome, Run } from './run.ts';

const FIRST_SEED = Number(process.env['CHAOS_SEED'] ?? 1);
const RUNS = Number(process.env['CHAOS_RUNS'] ?? 20);

/** Meant to end a run that hangs. */
const RUN_TIMEOUT_MS = 180_000;

/** On a busy machine, times are not compared. */
const IS_BUSY = (loadavg()[0] ?? 0) > 2 * availableParallelism();

describe.skipIf(NO_REDIS)(`chaos${NO_REDIS ? `: ${NO_REDIS}` : ''}`, () => {
  const programs = { transcriber: '', ingest: '' };
  const built: Awaited<ReturnType<typeof buildProgram>>[] = [];
  const takeovers: Outcome['takeovers'] = [];
  const exposuresMs: number[] = [];

  beforeAll(async () => {
    for (const name of ['transcriber', 'ingest'] as const) {
      const program = await buildProgram(join(import.meta.dirname, `${name}.ts`));
      programs[name] = program.path;
      built.push(program);
    }
  });
  afterAll(async () => Promise.all(built.map(async (each) => each.remove())));

  for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed += 1) {
    const plan = planOf(seed);
    const story = plan.failures.map(({ kind, atMs }) => `${kind} at ${atMs} ms`).join(', ');
    test.concurrent(
      `seed ${seed}: no final is lost, doubled or out of order through ${story}`,
      async () => {
        const outcome = await new Run(plan, programs).play();
        takeovers.push(...outcome.takeovers);
        exposuresMs.push(...outcome.exposuresMs);
        const again = `to see it again: npm run test:chaos -- --runs 1 --seed ${seed}`;
        expect(outcome.problems, `${outcome.story}\n${again}`).toEqual([]);
      },
      RUN_TIMEOUT_MS,
    );
  }

  test.each([
    ['kill', 'the end of the lease', 1_500],
    ['terminate', 'a hand-over', 500],
  ] as const)(
    'after a %s the first text comes in time after %s: within %d ms, in the median',
    (kind, _, limitMs) => {
      expectMedian(
        takeovers.filter(({ after }) => after === kind).map(({ ms }) => ms),
        limitMs,
      );
    },
  );

  test('what is accepted is in the store after 250 ms, in the median of the ingests that were killed', () => {
    expectMedian(exposuresMs, 250);
  });
});

function expectMedian(all: readonly number[], limitMs: number): void {
  const sorted = all.toSorted((a, b) => a - b);
  process.stdout.write(`median ${sorted[sorted.length >> 1]} ms, of ${sorted.join(', ')} ms\n`);
  // One alone says how busy the machine was.
  if (sorted.length < 3 || IS_BUSY) return;
  expect(sorted[sorted.length >> 1], `of ${sorted.join(', ')} ms`).toBeLessThanOrEqual(limitMs);
}
