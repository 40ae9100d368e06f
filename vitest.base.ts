import { defineConfig } from 'vitest/config';

/** Tests run from the sources, without a build: this condition picks them in the `imports` of package.json. */
const SOURCE = 'rx-deepgram-source';

/** Minutes of a speech recogniser, of planted defects, of ten thousand sessions at once, of packing and bundling: `vitest.slow.config.ts` runs them. */
export const SLOW = [
  'test/speech/**/*.test.ts',
  'test/properties/planted.test.ts',
  'test/store/planted-store.test.ts',
  'test/system/storm.test.ts',
  'test/package/{bundles,pack}.test.ts',
];

export default defineConfig({
  resolve: {
    conditions: [SOURCE],
    // The snippets of the documentation import the package by its name.
    alias: [
      { find: /^rx-deepgram$/, replacement: `${import.meta.dirname}/src/index.ts` },
      { find: /^rx-deepgram\/(node|static)$/, replacement: `${import.meta.dirname}/src/$1.ts` },
      {
        find: /^rx-deepgram\/(react|angular|deepgram-sdk|opentelemetry)$/,
        replacement: `${import.meta.dirname}/src/adapters/$1.ts`,
      },
      { find: /^rx-deepgram\/machine$/, replacement: `${import.meta.dirname}/src/connection/index.ts` },
      {
        find: /^rx-deepgram\/devtools$/,
        replacement: `${import.meta.dirname}/src/tools/viewer/devtools-off.ts`,
      },
      { find: /^rx-deepgram\/viewer$/, replacement: `${import.meta.dirname}/src/tools/viewer/index.ts` },
      {
        find: /^rx-deepgram\/(file|redis)$/,
        replacement: `${import.meta.dirname}/src/store/$1/index.ts`,
      },
      {
        find: /^rx-deepgram\/(browser|diagnosis|captions|sessions|store|telephony|testing)$/,
        replacement: `${import.meta.dirname}/src/$1/index.ts`,
      },
    ],
  },
  ssr: { resolve: { conditions: [SOURCE, 'node', 'import', 'default'] } },
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    exclude: ['test/browser/{page,driven,firefox}/**', 'test/chaos/**', ...SLOW, '**/node_modules/**'],
    setupFiles: ['test/setup.ts'],
    // By default one processor is left idle.
    maxWorkers: '100%',
    restoreMocks: true,
    // Meant to end a test that hangs, not to judge the machine.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // By default a poll gives up after a second, which a busy machine takes for nothing.
    expect: { poll: { timeout: 60_000 } },
    reporters: ['default'],
    // Most sessions of the tests have nobody who reads their notices.
    onConsoleLog: (text) => !text.startsWith('rx-deepgram: '),
  },
});
