/** The work of the viewer in each frame while text streams, after its window is full. */
import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { ROOT } from '../../package/source-tree.ts';
import type { BusyPage, Draw } from '../../tools/viewer/busy-page.ts';
import { launchChromium } from '../chromium.ts';

/** The timeline moves from then on. */
const FULL_SECONDS = 122;

const quantile = (draws: readonly Draw[], part: number, of: (draw: Draw) => number) =>
  draws.map(of).toSorted((a, b) => a - b)[Math.floor((draws.length - 1) * part)] ?? Infinity;

test('a frame of a long session changes a few attributes, and builds nothing anew', async () => {
  const { outputFiles } = await build({
    entryPoints: [join(ROOT, 'test/tools/viewer/busy-page.ts')],
    bundle: true,
    write: false,
    format: 'esm',
    conditions: ['rx-deepgram-source', 'browser'],
    tsconfig: join(ROOT, 'tsconfig.json'),
  });
  await using browser = await launchChromium();
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  await page.setContent('<!doctype html><html lang="en"><title>Busy</title>');
  await page.addScriptTag({ content: outputFiles[0]?.text ?? '', type: 'module' });
  const draws = await page.evaluate(
    (seconds) => (globalThis as unknown as { busyPage: BusyPage }).busyPage.streamFor(seconds, 8),
    FULL_SECONDS,
  );
  expect(draws.length).toBeGreaterThan(80);
  // Without the group that moves as a whole: 87 changes and 25 new elements in each frame.
  expect(quantile(draws, 0.5, ({ changes }) => changes)).toBeLessThanOrEqual(14);
  expect(quantile(draws, 0.9, ({ changes }) => changes)).toBeLessThanOrEqual(25);
  expect(quantile(draws, 0.5, ({ added }) => added)).toBeLessThanOrEqual(4);
  // Of script, style and layout; a busy machine interrupts some frames.
  expect(quantile(draws, 0.5, ({ ms }) => ms)).toBeLessThan(17);
});
