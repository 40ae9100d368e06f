/** What of the browser tests holds in Firefox; by hand, where there is one: `npm run test:firefox`. */
import { defineConfig } from 'vitest/config';
import base from './vitest.base.ts';

export default defineConfig({
  ...base,
  test: {
    include: ['test/browser/firefox/**/*.test.ts'],
    reporters: ['verbose'],
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
});
