/** The floating devtools in the page of an app. */
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ROOT } from '../../package/source-tree.ts';
import type { DevtoolsPage } from '../../tools/viewer/devtools-page.ts';
import { violationsIn } from '../axe.ts';
import { launchChromium } from '../chromium.ts';

let browser: Browser;
const scripts = new Map<string, string>();

beforeAll(async () => {
  browser = await launchChromium();
  for (const mode of ['development', 'production'] as const) scripts.set(mode, await bundled(mode));
});
afterAll(() => browser.close());
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
});

/** The source files that the conditions of `package.json` choose. */
async function bundled(mode: 'development' | 'production'): Promise<string> {
  const { exports } = JSON.parse(
    await (await import('node:fs/promises')).readFile(join(ROOT, 'package.json'), 'utf8'),
  ) as {
    exports: Record<string, { development: string; default: string }>;
  };
  const target = exports['./devtools']?.[mode === 'development' ? 'development' : 'default'] ?? '';
  const source = join(ROOT, target.replace('./dist/', 'src/').replace('.js', '.ts'));
  const { outputFiles } = await build({
    entryPoints: [join(ROOT, 'test/tools/viewer/devtools-page.ts')],
    bundle: true,
    write: false,
    minify: mode === 'production',
    format: 'esm',
    conditions: ['rx-deepgram-source', 'browser'],
    tsconfig: join(ROOT, 'tsconfig.json'),
    alias: { 'rx-deepgram/devtools': source },
  });
  return outputFiles[0]?.text ?? '';
}

async function open(mode: string, context?: Awaited<ReturnType<Browser['newContext']>>): Promise<Page> {
  const page = await (
    context ?? (await browser.newContext({ viewport: { width: 1024, height: 768 } }))
  ).newPage();
  await page.route('**', (route) => {
    const isScript = new URL(route.request().url()).pathname === '/own.js';
    return route.fulfill(
      isScript
        ? { contentType: 'text/javascript', body: scripts.get(mode) ?? '' }
        : {
            contentType: 'text/html',
            body: '<!doctype html><html lang="en"><title>An app</title><main><h1>An app</h1></main><script type="module" src="/own.js"></script>',
          },
    );
  });
  await page.goto('http://own.invalid');
  return page;
}

const begin = (page: Page, ...names: string[]) =>
  page.evaluate((all) => {
    const { devtoolsPage } = globalThis as unknown as { devtoolsPage: DevtoolsPage };
    const mounted = all.map((name) => devtoolsPage.begin(name));
    Object.assign(globalThis, { mounted });
  }, names);
const button = (page: Page) => page.getByRole('button', { name: /^Deepgram: / });
const placeOf = async (page: Page) => {
  const { x = 0, y = 0 } = (await button(page).boundingBox()) ?? {};
  return [x < 512 ? 'left' : 'right', y < 384 ? 'top' : 'bottom'];
};

test('a floating button opens the viewer of a session, and Escape closes it', async () => {
  const page = await open('development');
  await begin(page, 'Caller');
  expect(await button(page).innerText()).toBe('Deepgram: dormant');
  expect(await page.locator('.state-name').isVisible()).toBe(false);
  await button(page).click();
  await page.getByRole('dialog', { name: 'rx-deepgram' }).waitFor();
  await page.locator('.state-name', { hasText: 'dormant' }).waitFor();
  expect(await violationsIn(page)).toEqual([]);
  await page.keyboard.press('Escape');
  expect(await page.getByRole('dialog').count()).toBe(0);
  expect(await button(page).getAttribute('aria-expanded')).toBe('false');
});

test('several sessions share one button, and the last one takes it away', async () => {
  const page = await open('development');
  await begin(page, 'Caller', 'Agent');
  await button(page).click();
  const choice = page.getByRole('combobox', { name: 'Session' });
  expect(await choice.locator('option').allTextContents()).toEqual(['Caller: dormant', 'Agent: dormant']);
  expect(await page.locator('.state-name:visible').count()).toBe(1);
  await choice.selectOption({ index: 0 });
  expect(await page.locator('.state-name:visible').count()).toBe(1);
  const left = await page.evaluate(() => {
    const { mounted } = globalThis as unknown as { mounted: { unmount: () => void }[] };
    const count = () => document.querySelectorAll('.rx-deepgram-devtools').length;
    return mounted.map((each) => {
      each.unmount();
      return count();
    });
  });
  expect(left).toEqual([1, 0]);
});

test('an observable adds each new session, and keeps the last ten', async () => {
  const page = await open('development');
  await page.evaluate(() => {
    const { devtoolsPage } = globalThis as unknown as { devtoolsPage: DevtoolsPage };
    Object.assign(globalThis, { mounted: [devtoolsPage.beginMany(12)] });
  });
  await button(page).click();
  const options = page.getByRole('combobox', { name: 'Session' }).locator('option');
  expect(await options.count()).toBe(10);
  expect(await options.last().textContent()).toBe('Session 12: dormant');
});

test('mouse and keyboard move the button, which remembers its place and whether it was open', async () => {
  const context = await browser.newContext({ viewport: { width: 1024, height: 768 } });
  const page = await open('development', context);
  await begin(page, 'Caller');
  expect(await placeOf(page)).toEqual(['right', 'bottom']);
  await button(page).hover();
  await page.mouse.down();
  await page.mouse.move(300, 500);
  await page.mouse.move(90, 90, { steps: 4 });
  await page.mouse.up();
  expect(await placeOf(page)).toEqual(['left', 'top']);
  expect(await page.getByRole('dialog').count(), 'dragging is no click').toBe(0);
  await button(page).press('Shift+ArrowRight');
  expect(await placeOf(page)).toEqual(['right', 'top']);
  await button(page).press('Enter');
  await page.getByRole('dialog').waitFor();

  const later = await open('development', context);
  await begin(later, 'Caller');
  expect(await placeOf(later)).toEqual(['right', 'top']);
  await later.getByRole('dialog').waitFor();
});

test('a production build contains no devtools', async () => {
  const page = await open('production');
  await begin(page, 'Caller');
  expect(await page.locator('.rx-deepgram-devtools').count()).toBe(0);
  const code = scripts.get('production') ?? '';
  for (const trace of ['rx-deepgram-devtools', 'Silence on the wire', 'Statechart'])
    expect(code).not.toContain(trace);
  expect(scripts.get('development')).toContain('Silence on the wire');
});
