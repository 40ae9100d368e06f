/** Platforms without some functions of a browser. `test/platforms` runs real engines. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { environmentOf } from '../../src/environment.ts';
import { newHolder } from '../../src/store/holder.ts';
import { tell } from './story.ts';

afterEach(() => vi.unstubAllGlobals());

test('without crypto, URL.canParse and setters of URL, as in React Native, no word is lost [G3]', async () => {
  class NativeUrl extends URL {
    constructor(address: string | URL, base?: string | URL) {
      super(address, base);
      for (const name of ['protocol', 'host', 'pathname', 'search', 'href'] as const) {
        Object.defineProperty(this, name, { value: super[name], writable: false });
      }
    }
  }
  const canParse = URL.canParse.bind(URL);
  // The emulator gives a base, and may: it runs in Node.
  Object.assign(NativeUrl, {
    canParse: (text: string, base?: string) => canParse(text, base ?? expect.unreachable()),
  });
  vi.stubGlobal('URL', NativeUrl);
  vi.stubGlobal('crypto', undefined);
  const story = await tell({
    baseUrl: 'https://host',
    seed: undefined as never,
    listen: { keyterm: ['a b'] },
  });
  expect(story.live.actor.getSnapshot().context.seed).not.toBe(undefined);
  await story.speak(6);
  story.network.cut();
  await story.speak(6);
  await story.close();
  expect(story.link.url).toMatch(/^wss:\/\/host\/v1\/listen\?.*keyterm=a%20b/);
  story.expectEveryWordOnce();
});

test('without crypto, as in React Native, each session of a store still has a name of its own', () => {
  vi.stubGlobal('crypto', undefined);
  const names = Array.from({ length: 1_000 }, newHolder);
  expect(new Set(names).size).toBe(1_000);
  for (const name of names) expect(name).toMatch(/^[a-z\d]{5,}-[a-z\d]{5,}$/);
});

describe('where import() is refused, as in a service worker,', () => {
  const FRAMINGS = '../../src/audio/container-framing.ts';
  const MONITOR = '../../src/diagnosis/monitor.ts';
  const webm = { encoding: undefined, sample_rate: undefined } as never;

  beforeEach(() => {
    vi.resetModules();
    const refuse = () => Promise.reject(new TypeError('import() is disallowed on ServiceWorkerGlobalScope'));
    vi.doMock(FRAMINGS, refuse);
    vi.doMock(MONITOR, refuse);
  });
  afterEach(() => {
    vi.doUnmock(FRAMINGS);
    vi.doUnmock(MONITOR);
  });

  test('a session with unreadable audio does not report drained [G2]', async () => {
    const { tell } = await import('./story.ts');
    const story = await tell({ listen: webm, drainMs: 5_000 });
    story.live.send(new Uint8Array(400));
    await vi.waitFor(() => expect(story.notices).toMatchObject([{ code: 'audio-unreadable' }]), {
      timeout: 60_000,
    });
    expect(story.notices[0]?.remedy).toContain("import 'rx-deepgram/static'");
    const report = await story.close();
    expect(report.outcome).toBe('deadline');
    expect(story.notices.at(-1)).toMatchObject({ code: 'audio-unreadable', evidence: { bytes: 400 } });
  });

  test('rx-deepgram/static brings the code along [G3]', async () => {
    vi.doUnmock(FRAMINGS);
    vi.doUnmock(MONITOR);
    await import('../../src/static.ts');
    vi.doMock(FRAMINGS, () => expect.unreachable());
    vi.doMock(MONITOR, () => expect.unreachable());
    const { loadFramings } = await import('../../src/audio/framings.ts');
    const { loadDiagnosis } = await import('../../src/diagnosis/diagnose.ts');
    expect(await loadFramings()).toHaveProperty('ContainerFraming');
    expect(await loadDiagnosis()).toHaveProperty('monitor');
  });
});

test('where no event can be captured, as in workerd, a session begins', async () => {
  const heard: string[] = [];
  const environment = environmentOf({
    addEventListener: (name: string, _: unknown, options?: AddEventListenerOptions | boolean) => {
      if (typeof options === 'object' && options.capture === true)
        throw new TypeError('addEventListener(): options.capture must be false.');
      heard.push(name);
    },
  });
  const story = await tell({ environment });
  await story.speak(6);
  await story.close();
  expect(heard).toContain('online');
  story.expectEveryWordOnce();
});
