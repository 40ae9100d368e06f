/**
 * Hidden pages in Chromium itself: timers once a minute, freezing, and a machine that sleeps. `HIDDEN_SECONDS=600 npm run
 * test:browser -- hidden-tab` hides the tab for ten minutes.
 */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { count, type EmulatorServer, speak, startEmulator } from '../../../src/testing/index.ts';
import { clockWorker } from '../../../src/browser/inlined-scripts.ts';
import type { Session } from './app.ts';
import { type Site, startSite } from './site.ts';
import { type Tab, TabbedBrowser, THROTTLE_AT_ONCE } from './tabs.ts';

/** Timers are slowed when five of a chain have passed, and then to the full minute. */
const HIDDEN_SECONDS = Number(process.env['HIDDEN_SECONDS'] ?? 45);
const RATE = 16_000;
const WORDS = 4;

declare global {
  /** In a page. */
  var session: Session;
}

const CLOCKS = {
  'its own clock': () => undefined,
  'a clock whose worker has an address': () => app.workerClock({ url: '/clock-worker.js' }),
  "the page's timers": () => app.systemClock,
} as const;

let browser: TabbedBrowser;
let site: Site;

beforeAll(async () => {
  const speech = speak(count(1, WORDS), { sampleRate: RATE });
  site = await startSite({
    contentSecurityPolicy:
      "default-src 'none'; script-src 'self'; connect-src 'self' ws:; worker-src 'self' blob:",
    files: {
      '/speech': { type: 'application/octet-stream', body: new Uint8Array(speech.buffer) },
      '/clock-worker.js': { type: 'text/javascript', body: clockWorker },
    },
  });
  browser = await TabbedBrowser.launch(THROTTLE_AT_ONCE);
});
afterAll(async () => {
  await browser[Symbol.asyncDispose]();
  await site.close();
});

const eventually = (isTrue: () => unknown) => vi.waitFor(isTrue, { timeout: 60_000 });
const seconds = (count: number) => new Promise((resolve) => setTimeout(resolve, count * 1_000));

/** A tab with a session that has sent a few words to its own emulator. */
async function speakInTab(
  clock: keyof typeof CLOCKS = 'its own clock',
): Promise<{ tab: Tab; server: EmulatorServer }> {
  // Whatever the true length of NET-0002 is: here it is NET-0001 that must not come.
  const server = await startEmulator({ noAudioTimeoutMs: false });
  const tab = await browser.open(site.url);
  await tab.run(`globalThis.session = app.begin('${server.url}', (${CLOCKS[clock].toString()})())`);
  await say(tab);
  return { tab, server };
}

/** Says the words in that tab, and waits until they have been heard. */
async function say(tab: Tab): Promise<void> {
  const spoken = await tab.run(async () => {
    const response = await fetch('/speech');
    session.live.send(await response.arrayBuffer());
    return session.words.length;
  });
  const heard = () => tab.run(() => session.words.length);
  await eventually(async () => expect(await heard()).toBe(spoken + WORDS));
}

const tell = (tab: Tab) =>
  tab.run(() => ({ words: session.words, ends: session.ends, states: session.states }));

describe.concurrent('in a tab that is hidden', () => {
  test(
    `a silence of ${HIDDEN_SECONDS} s is bridged [G1], as it is not by the page's own timers`,
    async () => {
      const [own, addressed, slowed] = [
        await speakInTab('its own clock'),
        await speakInTab('a clock whose worker has an address'),
        await speakInTab("the page's timers"),
      ];
      // The last tab is in front of the others.
      await browser.open('about:blank');
      await seconds(HIDDEN_SECONDS);
      for (const { tab, server } of [own, addressed]) {
        expect(await tab.run(() => document.visibilityState)).toBe('hidden');
        expect(await tell(tab)).toMatchObject({ ends: [] });
        // Deepgram's patience; 5 s is for machines that are not busy.
        expect(server.latest?.longestOutboundSilenceMs).toBeLessThan(10_000);
      }
      // If this fails, the tabs were not slowed, and the rest of the test has shown nothing.
      const { ends } = await tell(slowed.tab);
      expect(new Set(ends)).toEqual(new Set(['client-silent']));
      await Promise.all([own, addressed, slowed].map(({ server }) => server.close()));
    },
    (HIDDEN_SECONDS + 60) * 1_000,
  );
});

describe.concurrent('a tab that is frozen', () => {
  test('gives its connection back, and takes another when audio comes again: no word is lost or doubled [G1 G3]', async () => {
    const { tab, server } = await speakInTab();
    await browser.open('about:blank');
    await tab.setLifecycle('frozen');
    await seconds(12);
    await eventually(() => expect(server.connections.map(({ end }) => end)).toMatchObject([{ code: 1000 }]));
    await tab.setLifecycle('active');
    await tab.show();
    await say(tab);
    expect(await tell(tab)).toMatchObject({ ends: ['client-silent'] });
    expect(server.connections).toHaveLength(2);
    await server.close();
  });
});

describe.concurrent('after a closed laptop', () => {
  test.each([
    ['finds its connection closed', false],
    ['finds a connection that pretends to be open', true],
  ])('%s, and goes on at once [G3 G11]', async (_, isHalfOpen) => {
    await using laptop = await TabbedBrowser.launch();
    const server = await startEmulator();
    const tab = await laptop.open(site.url);
    await tab.run(`globalThis.session = app.begin('${server.url}')`);
    await say(tab);
    // Somebody goes on speaking, so that the end of the connection matters.
    await tab.run(() => void setInterval(() => session.live.send(new Uint8Array(1_600)), 50));
    await seconds(1);
    if (isHalfOpen) server.latest?.halfOpen();
    laptop.sleep();
    await seconds(17);
    laptop.wake();
    const wokeAt = performance.now();
    await eventually(() => expect(server.connections).toHaveLength(2));
    // Hardly a second on a machine with time; without a look at the clock it takes as long as a stall.
    expect(performance.now() - wokeAt).toBeLessThan(6_000);
    await say(tab);
    await server.close();
  });
});
