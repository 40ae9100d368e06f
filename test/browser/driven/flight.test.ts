/** Earlier moments in the viewer, and flight recordings that are saved, opened and dropped. */
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type OpenShow, openShow } from '../../tools/viewer/open-show.ts';
import { violationsIn } from '../axe.ts';
import { launchChromium } from '../chromium.ts';
import { faintTexts } from './faint-texts.ts';

let served: OpenShow;
let browser: Browser;
let folder: string;
/** Saved by the viewer: a cut, and a text after it. */
let recording: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rx-deepgram-flight-'));
  recording = join(folder, 'flight.ndjson');
  [served, browser] = await Promise.all([openShow(), launchChromium()]);
  const page = await open();
  await beCut(page);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save recording' }).click(),
  ]);
  await download.saveAs(recording);
});
afterAll(async () => {
  await browser.close();
  await served.close();
  await rm(folder, { recursive: true });
});
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
});

async function open(options: BrowserContextOptions = {}, url = served.url): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  await page.goto(url);
  return page;
}

/** Loses the connection, and goes on with another. */
async function beCut(page: Page): Promise<void> {
  await page.locator('.transcript .final').nth(1).waitFor();
  await page.getByRole('button', { name: 'Cut' }).click();
  await page.locator('.transcript .text .seam', { hasText: '2' }).waitFor();
}

const shown = (page: Page) =>
  page.locator('.viewer').evaluate((viewer) => {
    const textOf = (selector: string) => viewer.querySelector(selector)?.textContent ?? '';
    return {
      status: textOf('.state-name'),
      chart: viewer.querySelector<SVGElement>('.chart [aria-current]')?.dataset['state'],
      words: textOf('.transcript .text'),
      confirmed: Number.parseFloat(textOf('.ledger .confirmed dd')),
    };
  });

async function openFile(page: Page, file: string): Promise<void> {
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: 'Open recording' }).click(),
  ]);
  await chooser.setFiles(file);
}

test('a chosen row shows statechart, status, transcript and ledger as they were, and Escape returns', async () => {
  const page = await open();
  await beCut(page);
  const log = page.getByRole('listbox', { name: /^Events/ });
  await log.focus();
  await page.keyboard.press('End');
  await expect.poll(async () => (await shown(page)).confirmed).toBe(0);
  const first = await shown(page);
  expect(first).toMatchObject({ status: 'connecting', chart: 'connecting' });
  expect(first.words).not.toMatch(/\d/);
  const rowTime = await page.locator('.log [aria-selected="true"] time').textContent();
  await page.locator('.status', { hasText: `at ${rowTime}` }).waitFor();

  await page.getByRole('searchbox', { name: 'Filter the log' }).fill('→ backoff');
  await log.focus();
  await page.keyboard.press('Home');
  await expect.poll(async () => (await shown(page)).confirmed).toBeGreaterThan(0);
  const lost = await shown(page);
  expect(lost).toMatchObject({ status: 'backoff', chart: 'backoff' });
  expect(lost.words).toContain('0001');
  expect(lost.words).not.toContain('0020');
  await page
    .locator('.log li:visible', { hasText: '→ backoff' })
    .and(page.locator('[aria-selected="true"]'))
    .waitFor();
  // The session goes on meanwhile, and what is shown stays.
  await page.waitForTimeout(1_500);
  expect(await shown(page)).toEqual(lost);
  await page.keyboard.press('Escape');
  const present = await shown(page);
  expect(present).toMatchObject({ status: 'streaming', chart: 'streaming' });
  expect(present.words.length).toBeGreaterThan(lost.words.length);
  await expect.poll(async () => (await shown(page)).confirmed).toBeGreaterThan(lost.confirmed);
});

test('a mark of the timeline shows its moment, by click and by keyboard', async () => {
  const page = await open();
  await beCut(page);
  await page.locator('.timeline .mark.lost').click();
  expect(await shown(page)).toMatchObject({ status: 'backoff', chart: 'backoff' });
  await expect.poll(() => page.locator('.timeline line.past').getAttribute('visibility')).toBe('visible');
  const back = page.getByRole('button', { name: 'To the present' });
  await back.click();
  expect(await shown(page)).toMatchObject({ status: 'streaming', chart: 'streaming' });
  expect(await back.evaluate((button) => button.matches(':focus'))).toBe(true);
  await page.getByRole('group', { name: 'Moments of the timeline' }).focus();
  await page.keyboard.press('Home');
  await page.locator('.status', { hasText: /at \d\d:\d\d\.\d/ }).waitFor();
});

test('a recording that was saved is opened, shows the same, and the session goes on behind it', async () => {
  const page = await open();
  await page.locator('.transcript .final').first().waitFor();
  await openFile(page, recording);
  const back = page.getByRole('button', { name: 'Back to the session' });
  await back.waitFor();
  await expect.poll(() => back.evaluate((button) => button.matches(':focus'))).toBe(true);
  await page.getByText(/^flight\.ndjson: \d+ s from 20\d\d-/).waitFor();
  await page.locator('.log li', { hasText: 'socket.ended → backoff' }).click();
  expect(await shown(page)).toMatchObject({ status: 'backoff', chart: 'backoff' });
  await page.getByRole('button', { name: 'To the end' }).click();
  const end = await shown(page);
  expect(end.words).toMatch(/0001 .*2.*\d{4}/);
  expect(await page.locator('.timeline .loss').count()).toBe(1);
  await back.click();
  await page.locator('.transcript .final').nth(3).waitFor();
  expect(await page.getByRole('button', { name: 'Save recording' }).count()).toBe(1);
});

test('a file that is no recording is refused with its name and line, and nothing else changes', async () => {
  const page = await open();
  await page.locator('.transcript .final').first().waitFor();
  const lines = readFileSync(recording, 'utf8').split('\n');
  lines[3] = '{"kind":"state","at":1,"state":"<img src=x>"}';
  const edited = join(folder, 'edited.ndjson');
  writeFileSync(edited, lines.join('\n'));
  await openFile(page, edited);
  const alert = page.getByRole('alert').filter({ hasText: 'edited.ndjson cannot be shown.' });
  await alert.waitFor();
  expect(await alert.textContent()).toContain('line 4 is not an entry');
  expect(await violationsIn(page)).toEqual([]);
  expect(await page.getByRole('button', { name: 'Save recording' }).count()).toBe(1);
  await openFile(page, recording);
  await page.getByRole('button', { name: 'Back to the session' }).waitFor();
  expect(await page.getByRole('alert').innerText()).toBe('');
});

test('a recording dropped on the viewer is opened; dropped beside it, it is ignored', async () => {
  const page = await open();
  await page.locator('.transcript .final').first().waitFor();
  const data = await page.evaluateHandle(
    (text) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([text], 'dropped.ndjson'));
      return transfer;
    },
    readFileSync(recording, 'utf8'),
  );
  const isTaken = await page.evaluate((dataTransfer) => {
    const event = new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true });
    document.querySelector('header')?.dispatchEvent(event);
    return event.defaultPrevented;
  }, data);
  expect(isTaken).toBe(true);
  expect(await page.getByText('dropped.ndjson').count()).toBe(0);
  await page.locator('.rx-deepgram-viewer').dispatchEvent('drop', { dataTransfer: data });
  await page.getByText(/^dropped\.ndjson: /).waitFor();
});

test.each([
  [390, 'light'],
  [1024, 'dark'],
  [1400, 'light'],
] as const)(
  'show FILE shows a recording alone, without a violation, at a width of %i in %s',
  async (width, colorScheme) => {
    const shown = await openShow({ source: { file: recording } });
    try {
      const page = await open(
        { viewport: { width, height: 900 }, colorScheme, reducedMotion: 'reduce' },
        shown.url,
      );
      await page.locator('.log li', { hasText: 'socket.ended → backoff' }).click();
      await page.locator('.status', { hasText: 'backoff' }).waitFor();
      expect(await page.getByRole('button', { name: 'Cut' }).count()).toBe(0);
      expect(await violationsIn(page)).toEqual([]);
      expect(await page.evaluate(faintTexts)).toEqual([]);
      const widths = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
      expect(widths[0]).toBe(widths[1]);
    } finally {
      await shown.close();
    }
  },
);

test('every moment of a long recording can be reached, also beyond the visible part', async () => {
  const lines = [
    { kind: 'flight', version: 2, startedAt: '2026-01-01T00:00:00.000Z', dropped: 0 },
    ...Array.from({ length: 40 }, (_, i) => [
      { at: 60_000 * i, kind: 'event', event: { type: 'socket.opened', link: i + 1, pendingAudio: true } },
      { at: 60_000 * i, kind: 'state', state: 'streaming' },
      {
        at: 60_000 * i + 50_000,
        kind: 'event',
        event: { type: 'socket.ended', end: { kind: 'network-lost' } },
      },
      { at: 60_000 * i + 50_000, kind: 'state', state: 'backoff' },
    ]).flat(),
  ];
  const file = join(folder, 'long.ndjson');
  writeFileSync(file, lines.map((line) => JSON.stringify(line)).join('\n'));
  const page = await open();
  await page.locator('.transcript .empty, .transcript .final').first().waitFor();
  await openFile(page, file);
  await page.getByText(/^long\.ndjson: 2390 s/).waitFor();
  await page.getByRole('group', { name: 'Moments of the timeline' }).focus();
  await page.keyboard.press('Home');
  await page.locator('.axis text', { hasText: /^0 s$/ }).waitFor();
  const read: string[] = [];
  for (let i = 0; i < 80; i += 1) {
    read.push((await page.locator('.reading').textContent()) ?? '');
    await page.keyboard.press('ArrowRight');
  }
  expect(new Set(read).size).toBe(80);
  expect(read.at(-1)).toMatch(/^39:50\.0 lost/);
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowRight');
  await page.locator('.status', { hasText: 'at 00:50.0' }).waitFor();
  expect(await shown(page)).toMatchObject({ status: 'backoff', chart: 'backoff' });
});
