/** The page of `rx-deepgram show` in Chromium: under its own policy, with the real client in it, against the emulator. */
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright';
import { rolldown } from 'rolldown';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { FRAGMENT } from '../../../src/testing/index.ts';
import { ROOT } from '../../package/source-tree.ts';
import { type OpenShow, openShow } from '../../tools/viewer/open-show.ts';
import type { OwnPage } from '../../tools/viewer/own-page.ts';
import { launchChromium } from '../chromium.ts';
import { violationsIn } from '../axe.ts';
import { faintTexts } from './faint-texts.ts';
import { textsOutOfTheirBoxes } from './texts-out-of-boxes.ts';

let served: OpenShow;
let browser: Browser;
/** What the console, the page and the policy complained of. */
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

test('a pause is bridged: idle-keepalive is lit, the gauge turns back at 3 s, hearts stand on the timeline', async () => {
  const page = await open();
  await inState(page, 'streaming');
  await page.keyboard.press('h');
  expect(await page.getByRole('button', { name: 'Hold the audio' }).getAttribute('aria-pressed')).toBe(
    'true',
  );
  await inState(page, 'idle-keepalive');
  await page.locator('.timeline .mark.keep-alive').nth(1).waitFor();
  const longest = await page.locator('.gauge .figures').textContent();
  expect(parseFloat(/longest ([\d.]+) s/.exec(longest ?? '')?.[1] ?? '')).toBeLessThan(5);
  await page.keyboard.press('h');
  await inState(page, 'streaming');
  expect(complaints).toEqual([]);
});

test('the keyboard reaches every button, and single keys can be switched off', async () => {
  const page = await open();
  await inState(page, 'streaming');
  const buttons = await page.getByRole('button').allTextContents();
  expect(buttons.length).toBe(13);
  const reached = new Set<string>();
  for (let i = 0; i < 30; i += 1) {
    await page.keyboard.press('Tab');
    reached.add(await page.evaluate(() => document.activeElement?.textContent ?? ''));
  }
  expect(buttons.filter((text) => !reached.has(text))).toEqual([]);

  await page.getByLabel('keys').uncheck();
  await page.keyboard.press('1');
  await page.getByRole('button', { name: 'Half speed' }).focus();
  await page.keyboard.press('Enter');
  await page.locator('.log li', { hasText: 'Half speed' }).waitFor();
  expect(await page.locator('.log li.note').allTextContents()).toHaveLength(1);
});

test('marks that crowd are counted, and the arrow keys read out what they were', async () => {
  const page = await open();
  await inState(page, 'streaming');
  for (let i = 0; i < 3; i += 1) {
    await page.getByRole('button', { name: 'Cut' }).click();
    await page.locator('.log li', { hasText: 'connected again after' }).nth(i).waitFor();
  }
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
  const read: string[] = [];
  for (let i = 0; i < boxes.length; i += 1) {
    read.push(...((await reading.textContent()) ?? '').split('; '));
    await page.keyboard.press('ArrowRight');
  }
  const withoutTimes = read.map((each) => each.replace(/^\d\d:\d\d\.\d |[\d.]+ s$/g, ''));
  const cut = ['Cut', 'lost: network-lost · 1006', 'connected again after '];
  expect(withoutTimes).toEqual(['connected', ...cut, ...cut, ...cut]);
  await page.keyboard.press('Escape');
  expect(await reading.textContent()).toContain('Point at a mark');
  expect(complaints.filter((text) => !text.startsWith('WebSocket connection to'))).toEqual([]);
});

test('every part has a name, and those that live say how they stand', async () => {
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

test('who wants no motion sees no sparks, and still sees what has just happened', async () => {
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

test('every mark stands where it happened, however many happened there', async () => {
  const page = await open({ viewport: { width: 390, height: 844 } });
  await inState(page, 'streaming');
  await page.getByRole('button', { name: 'Half-open' }).click();
  await page.getByRole('button', { name: 'Nonsense' }).click();
  await page.getByRole('button', { name: 'Cut' }).click();
  await page.locator('.log li', { hasText: 'connected again after' }).waitFor();
  const { marks, presentX } = await page.locator('.timeline').evaluate((timeline) => {
    const middleOf = (element: Element) => {
      const { left, right } = element.getBoundingClientRect();
      return (left + right) / 2;
    };
    const all = [...timeline.querySelectorAll('.mark')];
    return {
      marks: all.map((mark) => [mark.classList[1], middleOf(mark)] as const),
      presentX: middleOf(timeline.querySelector('.present') as Element),
    };
  });
  const losses = await page
    .locator('.timeline .loss')
    .evaluateAll((lines) => lines.map((line) => line.getBoundingClientRect().left));
  const lost = marks.filter(([kind]) => kind === 'lost').map(([, x]) => x);
  expect(lost.length).toBe(1);
  expect(Math.abs((lost[0] as number) - (losses[0] as number))).toBeLessThan(1.5);
  // At 5 px to a second a mark that gives way to another stood seconds from its time.
  const opened = marks.filter(([kind]) => kind === 'opened').map(([, x]) => x);
  expect((opened.at(-1) as number) - (lost[0] as number)).toBeLessThan(0.4 * (presentX - 26) + 8);
  expect(opened.at(-1)).toBeLessThan(presentX + 2);
});

test('a state has one colour in the statechart, the status and the timeline', async () => {
  const page = await open();
  await inState(page, 'streaming');
  const statusColours = page.locator('.status').evaluateHandle((status) => {
    const seen: Record<string, string> = {};
    const note = () => {
      const name = status.querySelector('.state-name') as Element;
      const [before, dot] = [
        getComputedStyle(status).getPropertyValue('--kind'),
        getComputedStyle(name, '::before'),
      ];
      seen[name.textContent] = before && dot.backgroundColor;
    };
    note();
    new MutationObserver(note).observe(status, {
      subtree: true,
      attributes: true,
      characterData: true,
      childList: true,
    });
    return seen;
  });
  await page.getByRole('button', { name: 'Close 1011' }).click();
  await page.locator('.log li', { hasText: 'connected again after' }).waitFor();
  await page.keyboard.press('c');
  await inState(page, 'closed');
  const drawn = await page.locator('.viewer').evaluate((viewer) =>
    [...viewer.querySelectorAll<SVGElement>('.span:not(.idle)')].map((span) => {
      const state = span.dataset['span'] ?? '';
      const box = viewer.querySelector(`.chart [data-state="${state}"] .box`) as Element;
      return { state, timeline: getComputedStyle(span).fill, chart: getComputedStyle(box).stroke };
    }),
  );
  expect(drawn.map(({ state }) => state)).toEqual(
    expect.arrayContaining(['streaming', 'closed-1011', 'backoff', 'closed']),
  );
  const status = await (await statusColours).jsonValue();
  for (const { state, timeline, chart } of drawn) {
    expect(timeline, state).toBe(chart);
    if (status[state]) expect(status[state], state).toBe(chart);
  }
});

test('counts attempts only while there is something to try', async () => {
  const page = await open();
  await inState(page, 'streaming');
  expect(await page.locator('.status').innerText()).not.toContain('attempt');
  await page.getByRole('button', { name: 'Outage 15 s' }).click();
  await page.locator('.status', { hasText: /attempt [2-9]/ }).waitFor();
  await inState(page, 'streaming');
  await expect.poll(() => page.locator('.status').innerText()).not.toContain('attempt');
});

test('the recording begins again at its end, and tells how far it is', async () => {
  const page = await open();
  const what = page.locator('.what');
  await what.filter({ hasText: / [3-9] of \d+ s/ }).waitFor();
  expect(await page.getByRole('progressbar', { name: 'The recording' }).getAttribute('value')).not.toBe('0');
  await what.filter({ hasText: /round 2/ }).waitFor({ timeout: 60_000 });
  await inState(page, 'streaming');
});

test('a fault that lasts counts down, and a button that can do nothing says why', async () => {
  const page = await open();
  await inState(page, 'streaming');
  const outage = page.getByRole('button', { name: 'Outage 15 s' });
  await outage.click();
  await page.getByText(/Outage 15 s · 1[0-5] s/).waitFor();
  await outage.focus();
  await page.keyboard.press('Enter');
  await page.locator('.outcome', { hasText: /Outage 15 s goes on for \d+ s/ }).waitFor();
  const cut = page.getByRole('button', { name: 'Cut' });
  await expect.poll(() => cut.isDisabled()).toBe(true);
  await cut.focus();
  await page.keyboard.press('Enter');
  await page.locator('.outcome', { hasText: 'No connection is open' }).waitFor();
  expect(await cut.evaluate((button) => button === document.activeElement)).toBe(true);
  await page.getByText(/Outage 15 s · \d+ s/).waitFor({ state: 'detached', timeout: 30_000 });
  await inState(page, 'streaming');
  expect(await cut.isEnabled()).toBe(true);
});

test('a hold of the user outlasts a silence that was asked for before', async () => {
  const page = await open();
  await inState(page, 'streaming');
  await page.keyboard.press('0');
  await page.keyboard.press('h');
  await page.keyboard.press('h');
  const hold = page.getByRole('button', { name: 'Hold the audio' });
  expect(await hold.getAttribute('aria-pressed')).toBe('true');
  await page.waitForTimeout(13_000);
  expect(await hold.getAttribute('aria-pressed')).toBe('true');
});

test.each([
  ['a phone', { width: 390, height: 844 }],
  ['a screen at 200 %', { width: 640, height: 400 }],
])('on %s the statechart is in sight when a fault is pressed', async (_, viewport) => {
  const page = await open({ viewport });
  await inState(page, 'streaming');
  await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
  await page.getByRole('button', { name: 'Cut' }).click();
  const chart = page.locator('.chart');
  const inSight = () =>
    chart.evaluate((element) => {
      const { top, bottom } = element.getBoundingClientRect();
      return (
        Math.max(0, Math.min(bottom, window.innerHeight) - Math.max(top, 60)) / (window.innerHeight - 60)
      );
    });
  await expect.poll(inSight).toBeGreaterThan(0.5);
  expect(await page.getByRole('button', { name: 'Cut' }).isVisible()).toBe(true);
});

test.each([390, 1280])('the tab order follows the eye at a width of %i', async (width) => {
  const page = await open({ viewport: { width, height: 800 } });
  await inState(page, 'streaming');
  const order: [label: string, top: number, left: number][] = [];
  for (let i = 0; i < 24; i += 1) {
    await page.keyboard.press('Tab');
    order.push(
      await page.evaluate(() => {
        let element = document.activeElement as Element;
        while (element.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
        const { top, left } = element.getBoundingClientRect();
        return [element.ariaLabel ?? element.textContent, top + window.scrollY, left];
      }),
    );
  }
  const parts = order.filter(([label]) => /^(Statechart|Transcript|Moments|Events)/.test(label));
  expect(parts.slice(0, 4).map(([label]) => label.split(' ')[0]?.replace(',', ''))).toEqual([
    'Statechart',
    'Transcript',
    'Moments',
    'Events',
  ]);
  const tops = parts.slice(0, 4).map(([, top]) => top);
  if (width < 720) expect(tops).toEqual(tops.toSorted((a, b) => a - b));
});

describe.each(['DejaVu Sans', 'DejaVu Sans Mono', 'serif'])('in the font %s', (font) => {
  test.each([390, 1400])('every text fits its box at a width of %i', async (width) => {
    const page = await open({ viewport: { width, height: 900 } }, browser, 'about:blank');
    await page.addInitScript((family) => {
      document.addEventListener('DOMContentLoaded', () => {
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(`.rx-deepgram-viewer, :root { --sans: "${family}", ${family} !important; }`);
        const push = () =>
          (document.adoptedStyleSheets = [
            ...document.adoptedStyleSheets.filter((each) => each !== sheet),
            sheet,
          ]);
        push();
        setInterval(push, 20);
      });
    }, font);
    await page.goto(served.url);
    await inState(page, 'streaming');
    await page.locator('.transcript .final').first().waitFor();
    await page.getByRole('button', { name: 'Cut' }).click();
    await page.locator('.log li', { hasText: 'connected again after' }).waitFor();
    expect(await page.evaluate(textsOutOfTheirBoxes)).toEqual([]);
  });
});

test('no label of the timeline stands without its place', async () => {
  const page = await open();
  await page.locator('.timeline').waitFor();
  const ghosts = await page.evaluate(async () => {
    const seen = new Set<string>();
    const timeline = document
      .querySelector('.rx-deepgram-viewer')
      ?.shadowRoot?.querySelector('.timeline') as Element;
    new MutationObserver((changes) => {
      for (const { addedNodes } of changes)
        for (const node of addedNodes)
          for (const text of node instanceof Element ? node.querySelectorAll('text') : [])
            if (!text.hasAttribute('x') && text.getAttribute('visibility') !== 'hidden')
              seen.add(text.textContent);
    }).observe(timeline, { subtree: true, childList: true });
    document.querySelector<HTMLElement>('[aria-keyshortcuts="1"]')?.click();
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    return [...seen];
  });
  expect(ghosts).toEqual([]);
});

test('in forced colours meters, swatches and dots keep theirs', async () => {
  const page = await open({ forcedColors: 'active' });
  await inState(page, 'streaming');
  await page.locator('.transcript .final').first().waitFor();
  const colours = await page.locator('.viewer').evaluate((viewer) => {
    const colourOf = (selector: string, pseudo?: string) =>
      getComputedStyle(viewer.querySelector(selector) as Element, pseudo).backgroundColor;
    return {
      ground: getComputedStyle(document.documentElement).backgroundColor,
      shown: [
        colourOf('.bar .confirmed'),
        colourOf('.sum .confirmed dt', '::before'),
        colourOf('.state-name', '::before'),
        colourOf('.status', '::before'),
        colourOf('.peak'),
      ],
    };
  });
  for (const colour of colours.shown) expect(colour).not.toBe(colours.ground);
  expect(new Set(colours.shown).size).toBeGreaterThan(1);
});

test('nothing is drawn when nothing changes any more', async () => {
  const page = await open();
  await inState(page, 'streaming');
  await page.locator('.transcript .final').first().waitFor();
  await page.keyboard.press('c');
  await page.locator('.outcome', { hasText: 'Drained' }).waitFor();
  await page.waitForTimeout(4_500);
  const written = await page.evaluate(async () => {
    let changes = 0;
    const note = (records: unknown[]) => (changes += records.length);
    const all = { subtree: true, attributes: true, childList: true, characterData: true };
    new MutationObserver(note).observe(
      document.querySelector('.rx-deepgram-viewer')?.shadowRoot as Node,
      all,
    );
    new MutationObserver(note).observe(document.body, all);
    let frames = 0;
    const request = window.requestAnimationFrame.bind(window);
    window.requestAnimationFrame = (callback) => {
      frames += 1;
      return request(callback);
    };
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    return { changes, frames };
  });
  expect(written).toEqual({ changes: 0, frames: 0 });
});

test.each(['light', 'dark'] as const)('no rule of accessibility is broken in %s', async (colorScheme) => {
  const page = await open({ colorScheme, reducedMotion: 'reduce' });
  await inState(page, 'streaming');
  await page.locator('.transcript .final').first().waitFor();
  expect(await violationsIn(page), 'streaming').toEqual([]);
  await page.getByRole('button', { name: 'Outage 15 s' }).click();
  await inState(page, 'backoff');
  expect(await violationsIn(page), 'in an outage').toEqual([]);
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

  test('what is said into it is written, under the same policy, and closing lets go of it', async () => {
    chosen.show = await openShow({ source: 'microphone' });
    chosen.browser = await launchChromium(
      '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream',
      `--use-file-for-fake-audio-capture=${ROOT}/recordings/austen-0880.wav`,
    );
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
    // It is said again and again; a recogniser on a busy machine takes its time, and may be taken for lost.
    await page.locator('.transcript .text', { hasText: /young man/ }).waitFor({ timeout: 90_000 });
    await page.getByRole('button', { name: 'Close', exact: true }).click();
    expect(await states()).toEqual(['ended']);
    await page.locator('.outcome', { hasText: /^Drain.* confirmed/ }).waitFor();
    expect(complaints).toEqual([]);
    expect([...addresses]).toEqual(['127.0.0.1']);
  });

  test('who does not allow it is told so', async () => {
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
