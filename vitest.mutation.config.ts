/** How a mutant is tried; `scripts/mutation.mjs` says by which tests. */
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import config from './vitest.config.ts';

/** The first failure ends a run, so what is quick goes first: long properties and whole sessions are last. */
const BY_COST = [
  /\/test\/control\/(invariants|keep-alive|retry-budget)\.test/,
  /\/test\/system\/(?!memory)/,
  /\/test\/system\/memory/,
];

class QuickestFirst extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const cost = ({ moduleId }: TestSpecification) => BY_COST.findIndex((dear) => dear.test(moduleId));
    return Promise.resolve([...files].sort((a, b) => cost(a) - cost(b)));
  }
}

const tests = process.env['MUTATION_TESTS'] ?? '';

// Merging the two would try all tests there are.
export default defineConfig({
  ...config,
  test: {
    ...config.test,
    include: tests.split(' '),
    // What whole sessions need takes longer to load than a unit test to run.
    setupFiles: [...(tests.includes('/system/') ? ['test/setup.ts'] : []), 'test/mutation-setup.ts'],
    // Half the time went into beginning anew for each file; no module keeps anything.
    isolate: false,
    sequence: { sequencer: QuickestFirst },
  },
});
