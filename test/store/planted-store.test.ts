/** Defects that a careless change could make, planted in a copy of the sources: random sessions in a store find them. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { bundleWorker } from '../properties/lab/bundle.mjs';

const SEED = '20261128';
const RUNS = '1500';

interface Patch {
  file: string;
  find: string;
  replace: string;
}

async function lives(runs: string, patches: readonly Patch[]): Promise<{ failed: boolean; problem: string }> {
  const bundle = await bundleWorker(patches, 'test/store/relay-worker.ts');
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [bundle.file, runs, SEED]);
    return JSON.parse(stdout) as { failed: boolean; problem: string };
  } finally {
    bundle.remove();
  }
}

const PLANTED: Record<string, Patch[]> = {
  'a final is given before the store has it': [
    {
      file: 'store/outbox.ts',
      find: '    const finals = results.flatMap(({ final }) => final ?? []);\n',
      replace:
        '    const finals = results.flatMap(({ final }) => final ?? []);\n    for (const { pass } of results.splice(0)) pass();\n',
    },
  ],
  'an owner that was fenced goes on': [
    {
      file: 'store/ownership.ts',
      find: '        this.#lose();\n        return undefined;\n',
      replace: '        return undefined;\n',
    },
  ],
  'the memory of a block is used again before the store has it': [
    {
      file: 'store/audio-feed.ts',
      find: '      let isInUse = false;\n',
      replace: '      let isInUse = true;\n      giveBackSlab(slab);\n',
    },
  ],
  'what is confirmed and its finals are two steps': [
    {
      file: 'store/outbox.ts',
      find: "    const confirmed = await ownership.write('owner', (lease) => store.confirm(lease, confirmation));\n",
      replace: `    await ownership.write('owner', (lease) => store.confirm(lease, { ...confirmation, finals: [] }));
    this.#confirmations += 1;
    const confirmed = await ownership.write('owner', (lease) =>
      store.confirm(lease, { ...confirmation, number: this.#confirmations }),
    );
`,
    },
  ],
};

test('no guarantee fails without a planted defect', { timeout: 600_000 }, async () => {
  expect(await lives(RUNS, [])).toMatchObject({ failed: false });
});

describe('a planted defect is noticed', () => {
  for (const [name, patches] of Object.entries(PLANTED)) {
    test(name, { timeout: 600_000 }, async () => {
      expect(await lives(RUNS, patches)).toMatchObject({ failed: true });
    });
  }
});
