/** What takes minutes and seldom breaks: by name (`npm run test:speech`, `test:planted`, `test:storm`, `test:package`), and in `.ci/run`. */
import { defineConfig } from 'vitest/config';
import base, { SLOW } from './vitest.config.ts';

export default defineConfig({ ...base, test: { ...base.test, include: SLOW, exclude: [] } });
