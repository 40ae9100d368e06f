/** The example apps in Chromium, for readers of captions: text does not disappear, and lateness is shown. */
import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type AppSite, startAppSite } from '../apps/site.ts';
import { violationsIn } from '../axe.ts';
import { launchChromium } from '../chromium.ts';

let browser: Browser;
let site: AppSite;
let page: Page;

beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

const button = (name: string | RegExp) => page.getByRole('button', { name });
const log = () => page.getByRole('log');
const shows = (status: string | RegExp) => page.locator('.status').filter({ hasText: status }).waitFor();
const says = (words: string) => log().filter({ hasText: words }).waitFor();
const focused = () => page.evaluate(() => document.activeElement?.textContent.trim());
const behind = async () => Number.parseInt(await page.locator('.status strong').innerText(), 10);

describe.each(['react', 'angular'] as const)('the %s app', (app) => {
  beforeAll(async () => {
    site = await startAppSite(app);
  });
  afterAll(() => site[Symbol.asyncDispose]());
  afterEach(async () => {
    site.isAway = false;
    for (const context of browser.contexts()) await context.close();
  });

  async function open(options: Parameters<Browser['newContext']>[0] = {}): Promise<void> {
    const context = await browser.newContext({
      permissions: ['clipboard-read', 'clipboard-write'],
      ...options,
    });
    page = await context.newPage();
    await page.goto(site.url);
    await shows('Off');
  }

  test('keeps the text when a session is begun after another, until it is cleared', async () => {
    await open();
    await button('Start').click();
    await says('0003');
    await button('Stop').click();
    await shows('Off');
    await button('Start').click();
    await expect.poll(async () => (await log().innerText()).match(/0001/g)?.length).toBe(2);
    await button('Stop').click();
    await shows('Off');
    const text = await log().innerText();
    expect(text.indexOf('0003')).toBeLessThan(text.lastIndexOf('0001'));
    const times = (await page.locator('time').allInnerTexts()).map((time) => Number(time.replace(':', '')));
    expect(times.length).toBeGreaterThan(1);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(times.at(-1)).toBeGreaterThan(0);

    page.once('dialog', (dialog) => void dialog.accept());
    await button('Clear').click();
    await says('Press Start');
    expect(await log().innerText()).not.toContain('0001');
  });

  test('copies the text, and saves it as text and as WebVTT on one clock', async () => {
    await open();
    expect(await button('Copy').getAttribute('aria-disabled')).toBe('true');
    for (let session = 0; session < 2; session += 1) {
      await button('Start').click();
      await expect.poll(async () => (await log().innerText()).match(/0002/g)?.length).toBe(session + 1);
      await button('Stop').click();
      await shows('Off');
    }
    await button('Copy').click();
    await page.getByText('Copied.').waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toContain('0001 0002');
    const saved = async (name: string) => {
      const [download] = await Promise.all([page.waitForEvent('download'), button(name).click()]);
      return [download.suggestedFilename(), readFileSync(await download.path(), 'utf8')] as const;
    };
    expect(await saved('Save text')).toEqual(['captions.txt', expect.stringContaining('0001 0002')]);
    const [name, file] = await saved('Save WebVTT');
    expect(name).toBe('captions.vtt');
    const ends = [...file.matchAll(/--> 00:00:([\d.]+)/g)].map(([, end]) => Number(end));
    expect(file).toMatch(/^WEBVTT/);
    // A word takes half a second: the second session lies behind the first.
    expect(Math.max(...ends)).toBeGreaterThan(0.5 * (file.match(/\b00\d\d\b/g)?.length ?? Infinity) - 1);
  });

  test('asks before the page is left while words would be lost, and not otherwise', async () => {
    await open();
    const asked: string[] = [];
    page.on('dialog', (dialog) => {
      asked.push(dialog.type());
      void dialog.accept();
    });
    await button('Copy').focus();
    await page.reload();
    await button('Start').click();
    expect(asked).toEqual([]);
    await shows('Listening');
    await page.reload();
    await shows('Off');
    expect(asked).toEqual(['beforeunload']);
  });

  test('shows by how many seconds it is late, in its state and falling, and how much is left after Stop', async () => {
    await open();
    await button('Start').click();
    await says('0002');
    expect(await page.locator('.status strong').count()).toBe(0);
    site.isAway = true;
    await button('Cut the network').click();
    await shows(/Reconnecting.*[5-9] s behind/s);
    site.isAway = false;
    await shows(/Late.* s behind/s);
    expect(await page.locator('.status').getAttribute('data-phase')).toBe('late');
    const most = await behind();
    await expect.poll(behind).toBeLessThan(most);

    await button('Stop').focus();
    await page.keyboard.press('Enter');
    await shows(/Finishing.* s behind/s);
    await page.getByRole('progressbar', { name: 'Last words written' }).waitFor();
    expect(await focused()).toBe('Stop');
    await button('Discard the rest').focus();
    await page.keyboard.press('Enter');
    await shows('Off');
    // The buttons have other names now, and the focus stays where it was.
    expect(await focused()).toBe('Pause');
    await page.getByText('not answered').waitFor();
    await button('Start').focus();
    await page.keyboard.press('Enter');
    await shows('Listening');
    expect(await focused()).toBe('Stop');
  });

  test('shows the speaker the remedy of a notice', async () => {
    await open();
    await button('Start').click();
    await says('0001');
    const opened = () => site.emulator.connections.length;
    for (let cut = 0; cut < 3; cut += 1) {
      await shows(/Listening|Late/);
      const before = opened();
      await button('Cut the network').click();
      // What the app shows in between may be too short to be seen.
      await expect.poll(opened).toBeGreaterThan(before);
    }
    await page.getByRole('alert').filter({ hasText: 'breaks again and again' }).waitFor();
    // After the session there is no network to change.
    await button('Stop').click();
    await shows('Off');
    expect(await page.getByRole('alert').filter({ hasText: 'breaks again and again' }).count()).toBe(0);
  });

  test('does not scroll while the user reads earlier text, and leads to the newest words', async () => {
    await open({ viewport: { width: 390, height: 640 } });
    await page.getByLabel('Size').fill('3');
    await button('Start').click();
    await says('0012');
    const captions = page.getByRole('region', { name: 'Captions' });
    await captions.evaluate((section) => section.scrollBy(0, -120));
    await button('Go to the newest words').waitFor();
    const top = () =>
      page
        .locator('.paragraph')
        .first()
        .evaluate((first) => first.getBoundingClientRect().top);
    const before = await top();
    await says('0025');
    // Each position is rounded to whole pixels.
    expect(Math.abs((await top()) - before)).toBeLessThan(1.5);
    await button('Go to the newest words').click();
    await expect.poll(() => captions.evaluate((section) => section.scrollTop)).toBe(0);
    expect(await captions.evaluate((section) => section === document.activeElement)).toBe(true);
  });

  test('sets paragraphs apart', async () => {
    await open();
    await button('Start').click();
    await says('0008');
    await button('Cut the network').click();
    await page.locator('.seam').waitFor();
    await button('Stop').click();
    await shows('Off');
    await button('Start').click();
    await page.locator('.paragraph').nth(2).waitFor();
    const [, , third] = await page.locator('.paragraph').all();
    expect(
      await third?.evaluate((each) => Number.parseFloat(getComputedStyle(each).marginTop)),
    ).toBeGreaterThan(8);
  });

  test.each(['light', 'dark'] as const)(
    'has no violation of accessibility rules in %s',
    async (colorScheme) => {
      await open({ colorScheme, viewport: { width: 390, height: 844 } });
      expect(await violationsIn(page), 'off').toEqual([]);
      await button('Start').click();
      await page.locator('.interim').first().waitFor();
      expect(await violationsIn(page), 'listening').toEqual([]);
      site.isAway = true;
      await button('Cut the network').click();
      await shows(/Reconnecting.* s behind/s);
      expect(await violationsIn(page), 'late').toEqual([]);
      await button('Stop').click();
      await shows('Finishing');
      expect(await violationsIn(page), 'finishing').toEqual([]);
    },
  );
});
