// One area of `scripts/mutation.mjs`, which says what is mutated and by which tests it is tried.
const area = process.env['MUTATION_AREA'] ?? 'all';

export default {
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'vitest.mutation.config.ts', related: false },
  // TypeScript 7 has no interface that Stryker could rewrite a tsconfig with: it is told of one that is not there.
  tsconfigFile: 'none.json',
  ignorePatterns: [
    'dist',
    'coverage',
    'docs',
    'recordings',
    'scripts',
    'test/{bench,browser,cli,docs,package}',
  ],
  coverageAnalysis: 'perTest',
  incremental: true,
  incrementalFile: `.stryker-incremental/${area}.json`,
  concurrency: 2,
  timeoutMS: 10_000,
  timeoutFactor: 3,
  reporters: ['clear-text', 'progress', 'html', 'json'],
  clearTextReporter: { logTests: false, allowColor: false },
  htmlReporter: { fileName: `coverage/mutation/${area}.html` },
  jsonReporter: { fileName: `coverage/mutation/${area}.json` },
  // `scripts/mutation.mjs` has the gate.
  thresholds: { high: 92, low: 85, break: null },
  tempDirName: '.stryker-tmp',
  cleanTempDir: 'always',
};
