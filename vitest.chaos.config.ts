/** Real processes that are killed, and a real Redis: `npm run test:chaos`, and a gate of `.ci/run`. */
import { defineConfig } from 'vitest/config';
import base from './vitest.base.ts';

export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ['test/chaos/**/*.test.ts'],
    exclude: ['**/node_modules/**'],
    reporters: ['verbose'],
    // Each has four processes.
    maxConcurrency: 3,
  },
});
