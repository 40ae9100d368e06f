/** What a contributor needs at each change: `npm test`. */
import { defineConfig } from 'vitest/config';
import base from './vitest.base.ts';

/** Files that share the modules of their worker, which keep nothing; to begin anew for each file took half of their time. */
const SHARED = [
  // intake.test.ts mocks a module.
  'test/{audio,captions,connection,link,protocol,transcript}/**/!(intake).test.ts',
  'test/testing/{clock,media,network,recognisers}/**/*.test.ts',
];
const { reporters, onConsoleLog, maxWorkers, ...rest } = base.test ?? {};
// Concurrent tests wait for the leases of real stores.
const common = { ...rest, maxConcurrency: 20 };

export default defineConfig({
  test: {
    reporters,
    onConsoleLog,
    maxWorkers,
    projects: [
      { ...base, test: { ...common, name: 'shared', include: SHARED, isolate: false } },
      { ...base, test: { ...common, name: 'isolated', exclude: [...(common.exclude ?? []), ...SHARED] } },
    ],
  },
});
