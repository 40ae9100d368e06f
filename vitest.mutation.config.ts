/** How a mutant is tried; `scripts/mutation.mjs` says by which tests. */
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import config from './vitest.base.ts';

const LONG_PROPERTIES = /\/test\/connection\/(invariants|keep-alive|retry-budget)\.test/;

/** The first failure ends a run, so what is quick goes first. */
class QuickestFirst extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const cost = ({ moduleId }: TestSpecification) => Number(LONG_PROPERTIES.test(moduleId));
    return Promise.resolve([...files].sort((a, b) => cost(a) - cost(b)));
  }
}

// Merging the two would try all tests there are.
export default defineConfig({
  ...config,
  test: {
    ...config.test,
    include: process.env['MUTATION_TESTS']?.split(' ') ?? [],
    setupFiles: ['test/mutation-setup.ts'],
    // Half the time went into beginning anew for each file; no module keeps anything.
    isolate: false,
    sequence: { sequencer: QuickestFirst },
  },
});
