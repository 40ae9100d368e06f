/** The page of `rx-deepgram show` in Chromium: under its own policy, with the real client in it, against the emulator. */
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright';
import { rolldown } from 'rolldown';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { count, FRAGMENT, speak } from '../../../src/testing/index.ts';
import { ROOT } from '../../package/source-tree.ts';
import { type OpenShow, openShow } from '../../tools/viewer/open-show.ts';
import type { OwnPage } from '../../tools/viewer/own-page.ts';
import { launchChromium } from '../chromium.ts';
import { faintTexts } from './faint-texts.ts';
import { fakeMicrophone, RECORDING_RATE, soundFile } from './recordings.ts';

let served: OpenShow;
let browser: Browser;
/** Errors of the console, the page and its policy. */
let complaints: string[] = [];
let addresses: Set<string>;

beforeAll(async () => {
  [served, browser] = await Promise.all([openShow(), launchChromium()]);
});

afterAll(async () => {
  await browser.close();
  await served.close();
});

afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
});

async function open(options: BrowserContextOptions = {}, by = browser, url = served.url): Promise<Page> {
  const context = await by.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  complaints = [];
  addresses = new Set();
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => addresses.add(new URL(request.url()).hostname));
  page.on('websocket', (socket) => addresses.add(new URL(socket.url()).hostname));
  await page.addInitScript(() => {
    // oxlint-disable-next-line no-console -- it is how a page complains
    document.addEventListener('securitypolicyviolation', (event) => console.error(event.violatedDirective));
  });
  await page.goto(url);
  return page;
}

/** The states that were lit, in order, from now on. */
async function recordLights(page: Page): Promise<() => Promise<string[]>> {
  await page.locator('.chart [aria-current]').waitFor();
  const chart = page.locator('.chart svg');
  await chart.evaluate((svg) => {
    const lit: (string | undefined)[] = [];
    Object.assign(window, { lit });
    new MutationObserver((changes) => {
      for (const { target } of changes) {
        const { dataset } = target as SVGElement;
        if ((target as SVGElement).hasAttribute('aria-current')) lit.push(dataset['state']);
      }
    }).observe(svg, { subtree: true, attributeFilter: ['aria-current'] });
  });
  return () => page.evaluate(() => (window as unknown as { lit: string[] }).lit);
}

const stateOf = (page: Page) => page.locator('.state-name');
const inState = (page: Page, state: string) =>
  stateOf(page)
    .filter({ hasText: new RegExp(`^${state}$`) })
    .waitFor();

test('a cut lights backoff, reconnecting and streaming, and the transcript is complete in the end', async () => {
  const page = await open();
  await inState(page, 'streaming');
  await page.locator('.transcript .final').nth(2).waitFor();
  const lights = await recordLights(page);
  await page.getByRole('button', { name: 'Cut' }).click();
  await inState(page, 'streaming');
  const again = page.locator('.log li', { hasText: 'connected again after' });
  await again.waitFor();
  // With spaces, lest a narrow log breaks its lines within words.
  expect(await again.textContent()).toMatch(/socket\.opened → streaming connected again after/);
  expect(await lights()).toEqual(['backoff', 'reconnecting', 'streaming']);

  await page.locator('.transcript .text .seam', { hasText: '2' }).waitFor();
  await page.keyboard.press('2');
  await page.locator('.log li', { hasText: 'closed-1011' }).first().waitFor();
  await page.locator('.transcript .text .seam', { hasText: '3' }).waitFor();
  await page.getByRole('button', { name: 'Close', exact: true }).click();
  const outcome = page.locator('.outcome', { hasText: 'Drained over 3 connections' });
  await outcome.waitFor();
  expect(await outcome.textContent()).toContain('nothing missing');
  expect(await page.locator('.meaning').textContent()).toBe('Ended by the user; all results have come.');
  const finals = await page.locator('.transcript .final').allTextContents();
  // The last may have been closed over while it was being said.
  const words = finals
    .join(' ')
    .split(' ')
    .filter((word) => word !== FRAGMENT);
  // The recording begins again after 53.
  expect(words).toEqual(words.map((_, i) => String((i % 53) + 1).padStart(4, '0')));
  expect(words.length).toBeGreaterThan(5);
  expect(await page.locator('.transcript .text .seam').allTextContents()).toEqual(['2', '3']);

  const figures = await page.locator('.ledger dd').allTextContents();
  const [accepted, confirmed, pending, dropped] = figures.map((text) => parseFloat(text));
  expect([confirmed, pending, dropped]).toEqual([accepted, 0, 0]);
  const [bar, part] = await page
    .locator('.ledger .bar, .ledger .bar .confirmed')
    .evaluateAll((elements) => elements.map((element) => element.clientWidth));
  expect(part).toBe(bar);
  expect(complaints).toEqual([]);
  expect([...addresses]).toEqual(['127.0.0.1']);
});

test('in a pause idle-keepalive is lit, the gauge resets at 3 s, and the timeline marks KeepAlives', async () => {
  const page = await open();
  await inState(page, 'streaming');
  await page.keyboard.press('h');
  expect(await page.getByRole('button', { name: 'Hold the audio' }).getAttribute('aria-pressed')).toBe(
    'true',
  );
  await inState(page, 'idle-keepalive');
  await page.locator('.timeline .mark.keep-alive').nth(1).waitFor();
  const longest = await page.locator('.gauge .figures').textContent();
  // A KeepAlive is due after 3 s, and Deepgram's patience ends after 10.
  expect(parseFloat(/longest ([\d.]+) s/.exec(longest ?? '')?.[1] ?? '')).toBeLessThan(8);
  await page.keyboard.press('h');
  await inState(page, 'streaming');
  expect(complaints).toEqual([]);
});

test('the keyboard reaches every button, and single keys can be switched off', async () => {
  const page = await open();
  await inState(page, 'streaming');
  const buttons = await page.getByRole('button').allTextContents();
  expect(buttons.length).toBe(17);
  const reached = new Set<string>();
  for (let i = 0; i < 34; i += 1) {
    await page.keyboard.press('Tab');
    reached.add(
      await page.evaluate(() => {
        const { activeElement } = document;
        return (activeElement?.shadowRoot?.activeElement ?? activeElement)?.textContent ?? '';
      }),
    );
  }
  expect(buttons.filter((text) => !reached.has(text))).toEqual([]);

  await page.getByLabel('keys').uncheck();
  await page.keyboard.press('1');
  await page.getByRole('button', { name: 'Half speed' }).focus();
  await page.keyboard.press('Enter');
  await page.locator('.log li', { hasText: 'Half speed' }).waitFor();
  expect(await page.locator('.log li.note').allTextContents()).toHaveLength(1);
});

test('crowded marks are counted, and the arrow keys read out each', async () => {
  // In a narrow timeline they crowd though a busy machine takes seconds from one to the next.
  const page = await open({ viewport: { width: 390, height: 844 } });
  await inState(page, 'streaming');
  for (let i = 0; i < 3; i += 1) {
    await page.getByRole('button', { name: 'Cut' }).click();
    await page.locator('.log li', { hasText: 'connected again after' }).nth(i).waitFor();
  }
  // As time passes, the timeline shows more of it in the same width.
  await page.locator('.timeline .count.lost').waitFor();
  const boxes = await page
    .locator('.timeline .moment .plate')
    .evaluateAll((plates) =>
      plates.map((plate) => plate.getBoundingClientRect()).map(({ left, right }) => ({ left, right })),
    );
  boxes.sort((a, b) => a.left - b.left);
  for (const [i, { right }] of boxes.entries())
    expect(boxes[i + 1]?.left ?? Infinity).toBeGreaterThanOrEqual(right);

  const reading = page.locator('.reading');
  await page.getByRole('group', { name: 'Moments of the timeline' }).focus();
  await page.keyboard.press('Home');
  // Once each: where the timeline is drawn to another scale meanwhile, other marks share a place.
  const read = new Set<string>();
  for (let i = 0; i < boxes.length; i += 1) {
    for (const moment of ((await reading.textContent()) ?? '').split('; ')) read.add(moment);
    await page.keyboard.press('ArrowRight');
  }
  const withoutTimes = [...read].map((each) => each.replace(/^\d\d:\d\d\.\d |[\d.]+ s$/g, ''));
  const cut = ['Cut', 'lost: network-lost · 1006', 'connected again after '];
  expect(withoutTimes).toEqual(['connected', ...cut, ...cut, ...cut]);
  await page.keyboard.press('Escape');
  expect(await reading.textContent()).toContain('Point at a mark');
  expect(complaints.filter((text) => !text.startsWith('WebSocket connection to'))).toEqual([]);
});

test('every part has a name, and live parts state their value', async () => {
  const page = await open();
  await inState(page, 'streaming');
  for (const name of [
    'State',
    'Transcript',
    'Silence on the wire',
    'The ledger',
    'Timeline',
    'Statechart',
    'Event log',
  ]) {
    await page.getByRole('region', { name, exact: true }).waitFor();
  }
  await page.getByRole('img', { name: 'The connection machine. Active state: streaming.' }).waitFor();
  await page.getByRole('img', { name: /^States over time: .*streaming/ }).waitFor();
  await page.getByRole('meter', { name: 'Outbound silence' }).waitFor();
  await page.getByRole('region', { name: 'Break it' }).waitFor();
  await page.getByRole('status').filter({ hasText: 'streaming' }).waitFor();
});

test('with reduced motion shows no sparks, but still the last transitions', async () => {
  const page = await open({ reducedMotion: 'reduce' });
  await inState(page, 'streaming');
  const arrow = page.locator('.chart path.edge.live[data-glow]').first();
  await arrow.waitFor({ state: 'attached' });
  expect(await page.locator('.chart .pulse').count()).toBe(0);
  expect(await arrow.evaluate((path) => getComputedStyle(path).animationTimingFunction)).toBe('steps(1)');
});

test('on a phone nothing is cut off, and the active state is scrolled into view', async () => {
  const page = await open({ viewport: { width: 390, height: 844 } });
  await inState(page, 'streaming');
  const widths = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
  expect(widths[0]).toBe(widths[1]);
  await expect
    .poll(() => page.locator('.chart .scroller').evaluate(({ scrollLeft }) => scrollLeft))
    .toBeGreaterThan(50);
});

test('a new session takes the place of the old one, which leaves nothing behind', async () => {
  const page = await open();
  await inState(page, 'streaming');
  await page.getByRole('button', { name: 'Play again' }).click();
  await inState(page, 'streaming');
  expect(await page.locator('.rx-deepgram-viewer').count()).toBe(1);
  await page.getByRole('button', { name: 'Close', exact: true }).click();
  await page.locator('.outcome', { hasText: 'Drained on one connection' }).waitFor();
  expect(await page.getByRole('button', { name: 'Cut' }).isDisabled()).toBe(true);
});

describe('in a page of your own', () => {
  async function openOwnPage(): Promise<Page> {
    const code = await bundled('test/tools/viewer/own-page.ts');
    const page = await (await browser.newContext({ colorScheme: 'dark' })).newPage();
    // Nothing leaves this machine: both requests are answered here.
    const answers = new Map([
      [
        '/',
        { contentType: 'text/html', body: '<!doctype html><script type="module" src="/own.js"></script>' },
      ],
      ['/own.js', { contentType: 'text/javascript', body: code }],
    ]);
    await page.route('**', (route) =>
      route.fulfill(answers.get(new URL(route.request().url()).pathname) ?? { status: 404 }),
    );
    await page.goto('http://own.invalid');
    return page;
  }

  test('its styles do not reach the viewer, and the viewer follows its color-scheme', async () => {
    const page = await openOwnPage();
    await page.evaluate(() => void (globalThis as unknown as { ownPage: OwnPage }).ownPage.begin(true));
    await inState(page, 'dormant');
    const styleOf = (part: string) =>
      page
        .locator(part)
        .first()
        .evaluate((element) => [getComputedStyle(element).color, getComputedStyle(element).fontSize]);
    // The one has a colour of its own, the other inherits it.
    expect(await styleOf('.ledger dt')).toEqual(['rgb(92, 104, 119)', '12.5px']);
    expect(await styleOf('.ledger dd')).toEqual(['rgb(27, 36, 48)', '18px']);
    await page.evaluate(() => void (document.documentElement.style.colorScheme = 'light dark'));
    expect(await styleOf('.ledger dt')).toEqual(['rgb(154, 166, 180)', '12.5px']);
    expect(await styleOf('.ledger dd')).toEqual(['rgb(230, 237, 243)', '18px']);
  });

  test('without a wire there is no gauge; notes are taken; unmounting leaves nothing, and the session alive', async () => {
    const page = await openOwnPage();
    const seen = await page.evaluate(() => {
      const { live, viewer } = (globalThis as unknown as { ownPage: OwnPage }).ownPage.begin(false);
      const { shadowRoot } = document.querySelector('.rx-deepgram-viewer') as HTMLElement;
      viewer.note('<b>mine</b>');
      const log = shadowRoot?.querySelector('.log li b')?.textContent;
      const gauges = shadowRoot?.querySelectorAll('.gauge').length;
      viewer.unmount();
      const left = document.querySelectorAll('.rx-deepgram-viewer').length;
      return { log, gauges, left, state: live.actor.getSnapshot().status };
    });
    expect(seen).toEqual({ log: '<b>mine</b>', gauges: 0, left: 0, state: 'active' });
  });
});

/** One script of a file and all that it needs, for a page. */
async function bundled(file: string): Promise<string> {
  const build = await rolldown({
    input: join(ROOT, file),
    platform: 'browser',
    resolve: { conditionNames: ['rx-deepgram-source', 'browser', 'module', 'import', 'default'] },
  });
  const { output } = await build.generate({ format: 'es', codeSplitting: false });
  await build.close();
  return output[0].code;
}

describe('with --microphone', () => {
  const chosen: { show?: OpenShow; browser?: Browser } = {};
  afterAll(async () => {
    await chosen.browser?.close();
    await chosen.show?.close();
  });

  test('transcribes speech under the same policy, and releases the microphone at the close', async () => {
    chosen.show = await openShow({ source: 'microphone' });
    using voice = soundFile(speak(count(1, 12), { sampleRate: RECORDING_RATE }));
    chosen.browser = await launchChromium(...fakeMicrophone(voice.path));
    const page = await open({}, chosen.browser, chosen.show.url);
    await page.getByText('Press “Start the microphone”, and speak English.').waitFor();
    const tracks = await page.evaluateHandle(() => {
      const opened: MediaStreamTrack[] = [];
      const { mediaDevices } = navigator;
      const getUserMedia = mediaDevices.getUserMedia.bind(mediaDevices);
      mediaDevices.getUserMedia = async (constraints) => {
        const stream = await getUserMedia(constraints);
        opened.push(...stream.getTracks());
        return stream;
      };
      return opened;
    });
    const states = () => tracks.evaluate((opened) => opened.map(({ readyState }) => readyState));
    await page.getByRole('button', { name: 'Start the microphone' }).click();
    await inState(page, 'streaming');
    expect(await states()).toEqual(['live']);
    // It is said again and again.
    await page.locator('.transcript .text', { hasText: /0005 0006 0007/ }).waitFor();
    await page.getByRole('button', { name: 'Close', exact: true }).click();
    expect(await states()).toEqual(['ended']);
    await page.locator('.outcome', { hasText: /^Drain.* confirmed/ }).waitFor();
    expect(complaints).toEqual([]);
    expect([...addresses]).toEqual(['127.0.0.1']);
  });

  test('reports a refused permission', async () => {
    const context = await browser.newContext({ permissions: [] });
    const page = await context.newPage();
    await page.goto(chosen.show?.url ?? '');
    await page.getByRole('button', { name: 'Start the microphone' }).click();
    await page
      .locator('.outcome', { hasText: /microphone/i })
      .filter({ hasNotText: 'Press' })
      .waitFor();
    expect(await page.locator('.outcome').textContent()).toMatch(/not allowed|no microphone/);
  });
});

describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
  test('every text has a contrast of 4.5 to what is behind it', async () => {
    const page = await open({ colorScheme, reducedMotion: 'reduce' });
    await inState(page, 'streaming');
    await page.locator('.transcript .final').first().waitFor();
    expect(await page.evaluate(faintTexts)).toEqual([]);
  });
});
