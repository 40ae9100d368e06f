/** The control page of the emulator: it shows the true state of connections and the effect of each fault. */
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { FAULTS } from '../../../src/testing/emulator/fault-table.ts';
import { type EmulatorServer, startEmulator } from '../../../src/testing/index.ts';
import { violationsIn } from '../axe.ts';
import { launchChromium } from '../chromium.ts';

let browser: Browser;
let emulator: EmulatorServer;
let page: Page;

beforeAll(async () => {
  browser = await launchChromium();
  emulator = await startEmulator({ control: true });
  page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  await page.goto(`${emulator.url.replace('ws', 'http')}/`);
});
afterAll(async () => {
  await browser.close();
  await emulator.close();
});

async function connect(): Promise<WebSocket> {
  const socket = new WebSocket(`${emulator.url}/v1/listen?encoding=linear16&sample_rate=16000`, [
    'token',
    'any',
  ]);
  socket.on('error', () => undefined);
  await new Promise((resolve) => socket.once('open', resolve));
  socket.send(Buffer.alloc(3_200));
  return socket;
}

const card = (number: number) => page.locator('.connection', { hasText: `Connection ${number}` });
const fillOf = (number: number) =>
  card(number)
    .locator('.fill')
    .evaluate((fill) => new DOMMatrix(getComputedStyle(fill).transform).a);

test('shows that a connection is half-open, and its gauge is not full', async () => {
  const socket = await connect();
  await card(1)
    .filter({ hasText: /open for/ })
    .waitFor();
  await page.getByRole('button', { name: 'halfOpen, now' }).click();
  await card(1).filter({ hasText: 'half-open: nothing on it is read or answered' }).waitFor();
  await expect.poll(() => fillOf(1)).toBe(0);
  expect(await card(1).getAttribute('class')).toContain('last');
  socket.terminate();
});

test('an ended connection shows how it ended', async () => {
  const socket = await connect();
  await card(2)
    .filter({ hasText: /open for/ })
    .waitFor();
  await page.getByRole('button', { name: 'cut, now' }).click();
  await card(2)
    .filter({ hasText: /lost after [\d.]+ s, without a close frame/ })
    .waitFor();
  socket.terminate();
  const polite = await connect();
  await card(3)
    .filter({ hasText: /open for/ })
    .waitFor();
  await page.getByRole('button', { name: 'close, now' }).click();
  await card(3)
    .filter({ hasText: /closed by the server after [\d.]+ s with 1011/ })
    .waitFor();
  polite.terminate();
});

test('each fault shows what it does, without being opened', async () => {
  const faults = page.locator('.fault summary');
  for (const [name, { says }] of Object.entries(FAULTS)) {
    const summary = faults.filter({ has: page.getByText(name, { exact: true }) });
    expect(await summary.innerText(), name).toContain(says);
  }
});

test.each(['light', 'dark'] as const)('no rule of accessibility is broken in %s', async (colorScheme) => {
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
  const socket = await connect();
  await page.locator('.connection .state', { hasText: 'open for' }).first().waitFor();
  expect(await violationsIn(page)).toEqual([]);
  socket.terminate();
});
