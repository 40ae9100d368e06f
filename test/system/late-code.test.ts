/** In a page the code for connections is a file of its own, behind the first script: it may come late, or not at all. */
import { beforeEach, expect, test, vi } from 'vitest';
import type { SessionKeeper } from '../../src/client/session-keeper.ts';
import * as links from '../../src/client/links.ts';
import type { Status } from '../../src/index.ts';
import { type Setting, type Story, tell } from './story.ts';

/** A page that asks for the file, and the server that gives it. */
const page = vi.hoisted(() => ({
  code: undefined as unknown,
  fetch: (): Promise<unknown> => Promise.resolve(),
}));
vi.mock('#links', () => ({
  linksCode: () => page.code,
  loadLinks: async () => (page.code ??= await page.fetch()),
}));

beforeEach(() => {
  page.code = undefined;
});

/** A story in a page that has asked for the file, and gets it by and by. */
async function tellLate(setting: Setting = {}): Promise<{ story: Story; arrive: () => void }> {
  let arrive: () => void = () => undefined;
  const file = new Promise((resolve) => (arrive = () => resolve(links)));
  page.fetch = () => file;
  return { story: await tell(setting), arrive };
}

/** The same where each request for the file fails. */
function tellWithout(setting: Setting = {}): Promise<Story> {
  page.fetch = () => Promise.reject(new TypeError('Failed to fetch'));
  return tell(setting);
}

function statusOf({ live }: Story): Status {
  let status: Status | undefined;
  live.status$.subscribe((next) => (status = next)).unsubscribe();
  return status as Status;
}

test('audio that comes before the code is logged, and no word of it is lost', async () => {
  const { story, arrive } = await tellLate();
  await story.speak(5);
  expect(story.live.counts).toMatchObject({ attempts: 1, connections: 0, keepAlives: 0 });
  expect(story.live.backlogMs).toBe(5_000);
  arrive();
  await story.speak(20);
  await story.close();
  story.expectEveryWordOnce();
  expect(story.report).toMatchObject({ outcome: 'drained', attempts: 1, connections: 1 });
});

test('code that could not be loaded is loaded again with the next attempt, reports it, and no word is lost', async () => {
  const story = await tellWithout();
  await story.speak(3);
  expect(statusOf(story).lastEnd?.cause).toMatch(/could not be loaded.*rx-deepgram\/static/);
  expect(await story.live.finalize()).toBe(false);
  page.fetch = () => Promise.resolve(links);
  await story.speak(20);
  await story.close();
  story.expectEveryWordOnce();
  expect(story.report?.attempts).toBeGreaterThan(1);
});

test('requests that are made before the code is there are made of the connection that comes', async () => {
  const { story, arrive } = await tellLate();
  await story.speak(2);
  const isFinal = story.live.finalize();
  arrive();
  await story.speak(10);
  expect(await isFinal).toBe(true);
  await story.close();
});

test('a session that ends before its code comes reports the pending audio, and opens nothing later', async () => {
  const { story, arrive } = await tellLate();
  await story.speak(1);
  story.live.abort();
  const report = await story.live.close();
  expect(report).toMatchObject({ outcome: 'aborted', connections: 0, ledger: { pending: 1_000 } });
  arrive();
  await story.clock.advanceAsync(10_000);
  expect(story.server.connections).toEqual([]);
  expect(await story.live.finalize()).toBe(false);
});

test('a session that gives up without its code names the remedy', async () => {
  const story = await tellWithout({ giveUpAfterMs: 5_000 });
  await story.speak(1);
  await story.clock.advanceAsync(20_000);
  expect((await story.live.close()).error).toMatchObject({
    reason: 'retries-exhausted',
    remedy: expect.stringMatching(/reload the page/) as string,
  });
});

test('a session with a store begins with all of its code or not at all', async () => {
  const session: SessionKeeper = { join: () => ({}) as ReturnType<SessionKeeper['join']> };
  await expect(tellLate({ session })).rejects.toThrow(/rx-deepgram\/static/);
});

test('a page asks for the file at once, and again where it did not come', async () => {
  vi.doMock(import('../../src/client/links.ts'), () => Promise.reject(new Error('offline')));
  const { linksCode, loadLinks } = await import('../../src/client/links-later.ts');
  await expect(loadLinks()).rejects.toThrow();
  expect(linksCode()).toBeUndefined();
  vi.doUnmock(import('../../src/client/links.ts'));
  await loadLinks();
  expect(linksCode()).toHaveProperty('Links');
  expect(await loadLinks()).toBe(linksCode());
});
