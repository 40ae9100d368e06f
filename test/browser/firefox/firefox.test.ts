/** The tests of Chromium repeated in Firefox: the session, the microphone, and a hidden page. */
import { afterAll, beforeAll, describe, expect, type TestContext, test, vi } from 'vitest';
import { clockWorker } from '../../../src/browser/inlined-scripts.ts';
import { count, type EmulatorServer, speak, startEmulator } from '../../../src/testing/index.ts';
import type { Session } from '../driven/app.ts';
import { type Site, startSite } from '../driven/site.ts';
import { decibelsAt } from '../sound.ts';
import { Firefox, firefoxPath, type Tab } from './firefox.ts';

const RATE = 16_000;
const WORDS = 12;

declare global {
  /** In a page. */
  var session: Session;
  /** All words. */
  var speech: Uint8Array;
}

let firefox: Firefox;
/** Its policy allows a `blob:` script for the audio thread, and not for the worker. */
let site: Site;

beforeAll(async () => {
  if (!firefoxPath) return;
  const speech = speak(count(1, WORDS), { sampleRate: RATE });
  site = await startSite({
    contentSecurityPolicy:
      "default-src 'none'; script-src 'self' blob:; connect-src 'self' ws:; worker-src 'self'",
    files: {
      '/speech': { type: 'application/octet-stream', body: new Uint8Array(speech.buffer) },
      '/clock-worker.js': { type: 'text/javascript', body: clockWorker },
    },
  });
  firefox = await Firefox.launch();
});
afterAll(async () => {
  if (!firefoxPath) return;
  await firefox[Symbol.asyncDispose]();
  await site.close();
});

const seconds = (count: number) => new Promise((resolve) => setTimeout(resolve, count * 1_000));

/** A tab with a session. */
async function begin(server: EmulatorServer): Promise<Tab> {
  const tab = await firefox.open(site.url);
  await open(tab, server);
  return tab;
}

/** Opens a session in a tab. */
function open(tab: Tab, server: EmulatorServer): Promise<void> {
  return tab.run(async (url) => {
    globalThis.speech = new Uint8Array(await (await fetch('/speech')).arrayBuffer());
    globalThis.session = app.begin(url, app.workerClock({ url: '/clock-worker.js' }));
  }, server.url);
}

/** Says words in that tab as fast as they are spoken. */
function say(tab: Tab, from: number, to: number): Promise<void> {
  return tab.run(
    async (from, to) => {
      const [start, end] = [from, to].map((share) => Math.round((speech.length * share) / 3_200) * 3_200);
      for (let at = start as number; at < (end as number); at += 3_200) {
        session.live.send(speech.slice(at, at + 3_200));
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },
    from / WORDS,
    to / WORDS,
  );
}

const tell = (tab: Tab) => tab.run(() => ({ words: session.words.map(Number), ends: session.ends }));

test.skipIf(firefoxPath)('there is a Firefox', (context) => {
  context.skip(
    'There is none: install one (Debian: apt-get install firefox-esr), or name yours by FIREFOX=/path/to/firefox.',
  );
});

describe.runIf(firefoxPath)('a session in Firefox', () => {
  test('loses no word to a pause, a cut and a close with 1011 [G1 G2 G3]', async () => {
    await using server = await startEmulator();
    const tab = await begin(server);
    await say(tab, 0, 3);
    await seconds(12);
    expect((await tell(tab)).ends).toEqual([]);
    setTimeout(() => server.cut(), 800);
    await say(tab, 3, 7);
    setTimeout(() => server.latest?.close(1011, 'NET-0001'), 800);
    await say(tab, 7, WORDS);
    const report = await tab.run(() => session.live.close());
    expect((await tell(tab)).words).toEqual(count(1, WORDS));
    expect(report).toMatchObject({ outcome: 'drained', connections: 3, ledger: { pending: 0, dropped: 0 } });
  });

  test('carries a token as a sub-protocol', async () => {
    await using server = await startEmulator();
    const tab = await firefox.open(site.url);
    const { access_token: token } = server.grantToken();
    await tab.run(
      (baseUrl, accessToken) => {
        const listen = { encoding: 'linear16', sample_rate: 16_000 } as const;
        app.createLiveTranscription({ auth: { accessToken }, baseUrl, listen }).send(new Uint8Array(3_200));
      },
      server.url,
      token,
    );
    await vi.waitFor(() => expect(server.latest?.scheme).toBe('bearer'), { timeout: 10_000 });
  });

  test.each([
    ['of its own', false],
    ['from an address, under a strict policy', true],
  ])('goes on in a hidden tab, by a worker %s [G1]', async (_, isStrict) => {
    await using server = await startEmulator();
    await using lax = await startSite();
    const tab = await firefox.open(isStrict ? site.url : lax.url);
    await tab.run(
      (url, isStrict) => {
        const { Worker } = globalThis;
        globalThis.Worker = class extends Worker {
          constructor(url: string | URL) {
            super(url);
            this.addEventListener('message', () => (document.title += '.'));
          }
        };
        const clock = isStrict ? app.workerClock({ url: '/clock-worker.js' }) : undefined;
        globalThis.session = app.begin(url, clock);
        session.live.send(new Uint8Array(3_200));
      },
      server.url,
      isStrict,
    );
    await vi.waitFor(() => expect(server.latest?.received).toHaveLength(1), { timeout: 10_000 });
    await firefox.open('about:blank');
    await seconds(15);
    expect(await tab.run(() => document.hidden)).toBe(true);
    const ticks = await tab.run(() => document.title.replace('rx-deepgram', '').length);
    expect(ticks).toBeGreaterThanOrEqual(4);
    expect((await tell(tab)).ends).toEqual([]);
    expect(server.latest?.longestOutboundSilenceMs).toBeLessThan(5_000);
  });

  test('ends with its page, which the back button brings again only if it was over before', async () => {
    await using server = await startEmulator();
    const tab = await begin(server);
    const leave = async () => {
      await tab.visit('about:blank');
      await vi.waitFor(() => expect(server.latest?.end?.by).toBeDefined(), { timeout: 10_000 });
      await tab.back();
      return tab.run(() => typeof globalThis.session);
    };
    await say(tab, 0, 1);
    expect(await leave()).toBe('undefined');
    await tab.visit(site.url);
    await open(tab, server);
    await say(tab, 0, 1);
    await tab.run(() => session.live.close());
    expect(await leave()).toBe('object');
    await open(tab, server);
    await say(tab, 0, 3);
    await tab.run(() => session.live.close());
    expect((await tell(tab)).words).toEqual(count(1, 3));
  });

  test('comes back with the network, and no word is lost [G2 G3]', async () => {
    await using server = await startEmulator();
    const tab = await begin(server);
    await say(tab, 0, 2);
    await vi.waitFor(() => expect(server.connections).toHaveLength(1), { timeout: 10_000 });
    await tab.setOffline(true);
    server.cut();
    await say(tab, 2, 8);
    expect(server.connections).toHaveLength(1);
    await tab.setOffline(false);
    await vi.waitFor(() => expect(server.connections).toHaveLength(2), { timeout: 10_000 });
    await say(tab, 8, WORDS);
    await tab.run(() => session.live.close());
    expect((await tell(tab)).words).toEqual(count(1, WORDS));
  });
});

/** A tab that may process sound: Firefox runs no audio thread on a machine without any output. */
async function openAudible({ skip }: TestContext): Promise<Tab> {
  const tab = await firefox.open(site.url);
  const state = await tab.run(async () => {
    const context = new AudioContext();
    const patience = new Promise((resolve) => setTimeout(resolve, 5_000));
    await Promise.race([context.resume(), patience]);
    return context.state;
  });
  if (state !== 'running') skip('There is no audio output here; an idle PulseAudio is enough.');
  return tab;
}

describe.runIf(firefoxPath)('sound in Firefox', () => {
  test('microphone() delivers the expected tone at the expected level, and releases everything', async (context) => {
    const tab = await openAudible(context);
    const { heard, left } = await tab.run(async () => {
      const made = app.watchResources();
      const heard = await app.hear(app.microphone({ constraints: app.RAW }), 40);
      await new Promise((resolve) => setTimeout(resolve, 500));
      const states = [made.tracks.map((each) => each.readyState), made.contexts.map((each) => each.state)];
      return { heard, left: states.flat() };
    });
    expect(new Set(heard.sizes)).toEqual(new Set([1_600]));
    const settled = heard.samples.slice(RATE / 2).map((sample) => sample / 0x8000);
    expect(decibelsAt(1_000, settled, RATE)).toBeCloseTo(-20, 0);
    expect(left).toEqual(['ended', 'closed']);
  });

  test('a microphone that is switched off is silent, and its time goes on', async (context) => {
    const tab = await openAudible(context);
    const statuses = await tab.run(async () => {
      const made = app.watchResources();
      const statuses: string[] = [];
      const onStatus = (status: string) => statuses.push(status);
      const hearing = app.hear(app.microphone({ onStatus }), 100);
      while (!statuses.includes('live')) await new Promise((resolve) => setTimeout(resolve, 20));
      (made.tracks[0] as MediaStreamTrack).enabled = false;
      await hearing;
      return statuses;
    });
    expect(statuses.at(-1)).toBe('silent');
  });

  test('a stream that the app has stopped completes', async (context) => {
    const tab = await openAudible(context);
    const heard = await tab.run(() => {
      const { stream } = new AudioContext().createMediaStreamDestination();
      setTimeout(() => stream.getAudioTracks()[0]?.stop(), 2_000);
      return app.hear(app.fromMediaStream(stream));
    });
    expect(heard.end).toBe('complete');
  });

  test('a microphone that the user refuses has its reason', async () => {
    await using strict = await Firefox.launch({
      'media.navigator.permission.disabled': false,
      'permissions.default.microphone': 2,
    });
    const tab = await strict.open(site.url);
    const { end } = await tab.run(() => app.hear(app.microphone()));
    expect(end).toMatchObject({ reason: 'microphone-refused' });
  });
});
