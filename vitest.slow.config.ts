/** Tests that take minutes and seldom fail, and five times the draws of some properties: by name (`npm run test:speech`, `test:planted`, `test:storm`, `test:package`), and in `.ci/run`. */
import { defineConfig } from 'vitest/config';
import base, { SLOW } from './vitest.base.ts';

/** `npm test` runs them too, with a fifth of the draws. */
const DRAWN = ['test/properties/{guarantees,model}.test.ts'];

export default defineConfig({
  ...base,
  test: { ...base.test, include: [...SLOW, ...DRAWN], exclude: [], env: { DRAWS: '5' } },
});
