/** Platforms that have less than a browser, by what each lacks. Those that can be run are, in `test/platforms`. */
import { afterEach, expect, test, vi } from 'vitest';
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

test('where no event can be captured, as in workerd, a session begins', async () => {
  const heard: string[] = [];
  vi.stubGlobal('addEventListener', (name: string, _: unknown, options: { capture?: boolean }) => {
    if (options.capture) throw new TypeError('addEventListener(): options.capture must be false.');
    heard.push(name);
  });
  const story = await tell();
  await story.speak(6);
  await story.close();
  expect(heard).toContain('online');
  story.expectEveryWordOnce();
});
