/**
 * The proof can fail: each planted defect is noticed by the guarantee that names it, in sessions drawn from one seed. If a
 * defect's place in the sources has changed, its test fails: update the patch in `planted.ts`.
 */
import { describe, expect, test } from 'vitest';
import { bundleWorker, plant } from './lab/bundle.mjs';
import { runWorker } from './lab/run.mjs';
import { PLANTED } from './planted.ts';

const SEED = 20_261_121;
/** More than needed: a hundred find most defects. */
const SESSIONS = 3_000;

describe.concurrent('a planted defect is noticed', { timeout: 300_000 }, () => {
  for (const defect of PLANTED) {
    test(`${defect.name} [${defect.caughtBy}]`, async () => {
      const bundle = await bundleWorker(defect.patches);
      try {
        const trial = defect.trial ?? defect.caughtBy;
        const order = { trial, seed: SEED, sessions: SESSIONS, untilMs: null, shrinkMs: 0 };
        const { breach } = await runWorker(bundle.file, order).done;
        expect(breach?.id).toBe(defect.caughtBy);
      } finally {
        bundle.remove();
      }
    });
  }
});

test('a defect whose place is gone, or is not the only one, cannot be planted', () => {
  const patch = { file: 'x.ts', find: 'here', replace: 'there' };
  expect(plant('it is here', patch)).toBe('it is there');
  expect(() => plant('it is gone', patch)).toThrow(/must be there once, and is there 0 times/);
  expect(() => plant('here, and here', patch)).toThrow(/2 times/);
});
