// Takes the picture docs/viewer.webp: the page of `rx-deepgram show` at a fixed moment. Needs Chromium
// (CHROMIUM=/path/to/it, by default /usr/bin/chromium). The pixels depend on its version and on the fonts of the machine.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { chromium } from 'playwright';
import { rolldown } from 'rolldown';

/** @typedef {typeof import('./draw-viewer/still.ts')} Still */

const root = dirname(import.meta.dirname);
const SIZE = { width: 1280, height: 820 };
const ORIGIN = 'http://still.invalid';
const RECORDINGS = ['austen-0870', 'austen-0880', 'austen-0890', 'austen-0920', 'austen-0930'];
const WAV_HEADER_BYTES = 44;
const BREATH = Buffer.alloc(16_000);

const samples = Buffer.concat(
  RECORDINGS.flatMap((name) => [
    readFileSync(join(root, 'recordings', `${name}.wav`)).subarray(WAV_HEADER_BYTES),
    BREATH,
  ]),
);

const build = await rolldown({
  input: join(root, 'scripts', 'draw-viewer', 'still.ts'),
  platform: 'browser',
  resolve: { conditionNames: ['rx-deepgram-source', 'browser', 'module', 'import', 'default'] },
});
const { output } = await build.generate({ format: 'es', codeSplitting: false });
await build.close();

const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});
try {
  const page = await browser.newPage({
    viewport: SIZE,
    colorScheme: /** @type {'light' | 'dark'} */ (process.argv[2] ?? 'dark'),
  });
  page.on('pageerror', (error) => console.error(error));
  const answers = new Map([
    [
      '/',
      {
        contentType: 'text/html',
        body: '<!doctype html><html lang="en"><meta name="color-scheme" content="light dark"><body>',
      },
    ],
    ['/still.js', { contentType: 'text/javascript', body: output[0].code }],
    ['/recording', { contentType: 'application/octet-stream', body: samples }],
  ]);
  // Nothing leaves this machine: every request is answered here.
  await page.route('**', (route) =>
    route.fulfill(answers.get(new URL(route.request().url()).pathname) ?? { status: 404 }),
  );
  await page.goto(ORIGIN);
  await page.evaluate(async () => {
    const script = '/still.js';
    const { holdStill } = /** @type {Still} */ (await import(script));
    const recording = await (await fetch('/recording')).arrayBuffer();
    const labels = [
      'Cut',
      'Close 1011',
      'Half-open',
      '503 × 3',
      'Flap × 3',
      'No results',
      'Half speed',
      'Outage 15 s',
      'Nonsense',
    ];
    await holdStill(
      new Uint8Array(recording),
      labels.map((label) => ({ name: label, label, hint: label, needsConnection: false })),
    );
  });
  const png = (await page.screenshot()).toString('base64');
  // A third of the size of a PNG, and no difference to be seen.
  const webp = await page.evaluate(async (source) => {
    const image = new Image();
    image.src = source;
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height);
    canvas.getContext('2d')?.drawImage(image, 0, 0);
    const blob = await canvas.convertToBlob({ type: 'image/webp', quality: 0.92 });
    return [...new Uint8Array(await blob.arrayBuffer())];
  }, `data:image/png;base64,${png}`);
  writeFileSync(process.argv[3] ?? join(root, 'docs', 'viewer.webp'), Uint8Array.from(webp));
} finally {
  await browser.close();
}
