import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Script } from 'node:vm';
import { expect, test } from 'vitest';
import { inlinedScripts } from '../../scripts/inline-browser-scripts.mjs';
import { captureWorklet, clockWorker } from '../../src/browser/inlined-scripts.ts';

const file = join(import.meta.dirname, '..', '..', 'src', 'browser', 'inlined-scripts.ts');

test('the texts are those of the sources; if not: npm run docs', async () => {
  expect(readFileSync(file, 'utf8')).toBe(await inlinedScripts());
});

test.each([captureWorklet, clockWorker])('each is a script that needs nothing but itself', (text) => {
  expect(() => new Script(text)).not.toThrow();
  expect(text).not.toMatch(/\b(import|export|require)\b/);
});
