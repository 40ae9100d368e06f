/** The appearance of the page of `rx-deepgram show`: positions, colours, texts, buttons and the keyboard. */
import type { Browser, BrowserContextOptions, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type OpenShow, openShow } from '../../tools/viewer/open-show.ts';
import { violationsIn } from '../axe.ts';
import { launchChromium } from '../chromium.ts';
import { textsOutOfTheirBoxes } from './texts-out-of-boxes.ts';

let served: OpenShow;
let browser: Browser;

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
  await page.goto(url);
  return page;
}

const inState = (page: Page, state: string) =>
  page
    .locator('.state-name')
    .filter({ hasText: new RegExp(`^${state}$`) })
    .waitFor();

test('every mark stands where it happened, however many happened there', async () => {
  const page = await open({ viewport: { width: 390, height: 844 } });
  await inState(page, 'streaming');
  await page.getByRole('button', { name: 'Half-open' }).click();
  await page.getByRole('button', { name: 'Nonsense' }).click();
  await page.getByRole('button', { name: 'Cut' }).click();
  await page.locator('.log li', { hasText: 'connected again after' }).waitFor();
  // All at one time: the timeline moves.
  const { marks, losses, presentX } = await page.locator('.timeline').evaluate((timeline) => {
    const middleOf = (element: Element) => {
      const { left, right } = element.getBoundingClientRect();
      return (left + right) / 2;
    };
    const all = [...timeline.querySelectorAll('.mark')];
    return {
      marks: all.map((mark) => [mark.classList[1], middleOf(mark)] as const),
      losses: [...timeline.querySelectorAll('.loss')].map((line) => line.getBoundingClientRect().left),
      presentX: middleOf(timeline.querySelector('.present') as Element),
    };
  });
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

test('shows the number of the attempt only while it reconnects', async () => {
  const page = await open();
  await inState(page, 'streaming');
  expect(await page.locator('.status').innerText()).not.toContain('attempt');
  await page.getByRole('button', { name: 'Outage 15 s' }).click();
  await page.locator('.status', { hasText: /attempt [2-9]/ }).waitFor();
  await inState(page, 'streaming');
  await expect.poll(() => page.locator('.status').innerText()).not.toContain('attempt');
});

test('the recording begins again at its end, and shows how far it is', async () => {
  const page = await open();
  const what = page.locator('.what');
  await what.filter({ hasText: / [3-9] of \d+ s/ }).waitFor();
  expect(await page.getByRole('progressbar', { name: 'The recording' }).getAttribute('value')).not.toBe('0');
  await what.filter({ hasText: /round 2/ }).waitFor();
  await inState(page, 'streaming');
});

test('a fault that lasts counts down, and a button that can do nothing reports the reason', async () => {
  const page = await open();
  await inState(page, 'streaming');
  const outage = page.getByRole('button', { name: 'Outage 15 s' });
  await outage.click();
  await page.getByText(/Outage 15 s · \d+ s/).waitFor();
  await outage.focus();
  await page.keyboard.press('Enter');
  await page.locator('.outcome', { hasText: /Outage 15 s goes on for \d+ s/ }).waitFor();
  const cut = page.getByRole('button', { name: 'Cut' });
  await expect.poll(() => cut.isDisabled()).toBe(true);
  await cut.focus();
  await page.keyboard.press('Enter');
  await page.locator('.outcome', { hasText: 'No connection is open' }).waitFor();
  expect(await cut.evaluate((button) => button === document.activeElement)).toBe(true);
  await page.getByText(/Outage 15 s · \d+ s/).waitFor({ state: 'detached' });
  await inState(page, 'streaming');
  expect(await cut.isEnabled()).toBe(true);
});

test('a hold of the user outlasts a silence that was requested before', async () => {
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

test.each([390, 1280])('the tab order follows the visual order at a width of %i', async (width) => {
  const page = await open({ viewport: { width, height: 800 } });
  await inState(page, 'streaming');
  const order: [label: string, top: number, left: number][] = [];
  for (let i = 0; i < 27; i += 1) {
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
    await expect.poll(() => page.evaluate(textsOutOfTheirBoxes)).toEqual([]);
  });
});

test('every label of the timeline appears at its position', async () => {
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

test('in forced colours meters, swatches and dots keep their colours', async () => {
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
  // The last glow fades for some seconds.
  await expect.poll(() => page.evaluate(drawnInTwoSeconds)).toEqual({ changes: 0, frames: 0 });
});

/** In the page: how much is changed, and asked to be drawn. */
async function drawnInTwoSeconds(): Promise<{ changes: number; frames: number }> {
  let changes = 0;
  const observer = new MutationObserver((records) => (changes += records.length));
  const all = { subtree: true, attributes: true, childList: true, characterData: true };
  observer.observe(document.querySelector('.rx-deepgram-viewer')?.shadowRoot as Node, all);
  observer.observe(document.body, all);
  let frames = 0;
  const request = window.requestAnimationFrame;
  window.requestAnimationFrame = (callback) => {
    frames += 1;
    return request(callback);
  };
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  window.requestAnimationFrame = request;
  observer.disconnect();
  return { changes, frames };
}

test('the log can be filtered, and copied as JSON', async () => {
  const page = await open({ permissions: ['clipboard-read', 'clipboard-write'] });
  await inState(page, 'streaming');
  // None of its letters is taken for the key of a button.
  await page.getByRole('searchbox', { name: 'Filter the log' }).pressSequentially('backoff');
  await page.getByRole('button', { name: 'Cut' }).click();
  await page.locator('.log li:visible').nth(1).waitFor();
  await inState(page, 'streaming');
  const shown = await page.locator('.log li:visible').allInnerTexts();
  expect(shown.filter((text) => !text.includes('backoff'))).toEqual([]);
  await page.getByRole('button', { name: 'Copy as JSON' }).click();
  await page.getByText(`${shown.length} copied`).waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  const entries = JSON.parse(copied) as { name: string; to?: string }[];
  expect(entries).toHaveLength(shown.length);
  expect(entries[0]).toMatchObject({ name: 'socket.ended', to: 'backoff' });
});

test('the timeline shows how late the text is, interim and final', async () => {
  const page = await open();
  await page
    .locator('.lateness', { hasText: /interim text (–|[\d.]+ s late).*final text [\d.]+ s late/s })
    .waitFor();
  expect(await page.locator('.timeline path.late').last().getAttribute('d')).toMatch(/^M[\d.]+ [\d.]+/);
});

test('every word shows its time and confidence on hover, and the text is as before', async () => {
  const page = await open();
  const final = page.locator('.transcript .final').first();
  await final.waitFor();
  const words = await final
    .locator('span')
    .evaluateAll((spans) => spans.map((span) => [span.textContent, (span as HTMLElement).title] as const));
  expect(words.map(([text]) => text).join(' ')).toBe(await final.textContent());
  for (const [text, title] of words)
    expect(title, text).toMatch(/^[\d.]+ to [\d.]+ s, confidence [01]\.\d\d$/);
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
