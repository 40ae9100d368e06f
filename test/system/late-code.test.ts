/** In a page the code for connections is a separate file after the first script: it may come late, or never. */
import { beforeEach, expect, test, vi } from 'vitest';
import type { SessionKeeper } from '../../src/client/session-keeper.ts';
import * as links from '../../src/client/links.ts';
import { createLiveTranscription, type Status } from '../../src/index.ts';
import {
  count,
  type EmulatedConnection,
  Emulator,
  muxWebm,
  speak,
  VirtualClock,
  VirtualNetwork,
} from '../../src/testing/index.ts';
import { breathe } from './clocks.ts';
import { sum } from './measures.ts';
import { RATE, type Setting, type Story, tell } from './story.ts';

/** A page that loads the file, and its server. */
const page = vi.hoisted(() => ({
  code: undefined as unknown,
  fetch: (): Promise<unknown> => Promise.resolve(),
}));
vi.mock('#links', () => ({
  linksCode: () => page.code,
  loadLinks: async () => (page.code ??= await page.fetch()),
}));

const REUSED = new Uint8Array((RATE / 10) * 2);

beforeEach(() => {
  page.code = undefined;
});

/** A story in a page that gets the file later. */
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
  expect(story.noticesOf('rate-doubtful')).toEqual([]);
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

test('the oldest audio is announced and dropped where more than the log holds came before the code', async () => {
  const { story, arrive } = await tellLate({ log: { maxSeconds: 10 } });
  await story.speak(20);
  expect(story.live.ledger).toMatchObject({ accepted: 20 * RATE, pending: 20 * RATE });
  arrive();
  await story.speak(20);
  await story.close();
  expect(sum(story.droppedRanges.map(({ start, end }) => end - start))).toBeCloseTo(10, 0);
  story.expectOnlyAnnouncedLost();
});

test('a chunk that an observer sends while earlier ones are passed on comes after all of them [G3]', async () => {
  const { story, arrive } = await tellLate({ log: { maxSeconds: 10 } });
  let said = 0;
  story.live.notices$.subscribe(({ code }) => {
    if (code === 'audio-dropped' && (said += 1) === 1) story.say(RATE / 50);
  });
  await story.speak(20);
  arrive();
  await story.speak(20);
  await story.close();
  expect(said).toBeGreaterThan(0);
  story.expectOnlyAnnouncedLost();
});

test.each([
  ['a log that refuses is full', { overflow: 'refuse', maxSeconds: 10 }, 10 * RATE],
  ['a log has no room for more bytes', { maxBytes: 64 * 1024 }, 32 * 1024],
] as const)('%s before the code comes, and what it accepted is transcribed', async (_, log, most) => {
  const { story, arrive } = await tellLate({ log });
  story.allowRefusals();
  await story.speak(40);
  expect(story.refusals[0]).toMatchObject({ reason: 'log-full' });
  expect(story.live.ledger.accepted).toBeLessThanOrEqual(most);
  expect(story.live.ledger.accepted).toBeGreaterThan(0.95 * most);
  arrive();
  await story.wait(40);
  await story.close();
  expect(story.noticesOf('audio-refused')).not.toEqual([]);
  expect(story.live.ledger).toMatchObject({ pending: 0, dropped: 0 });
});

test.each([
  ['bytes in a buffer that is reused', (bytes: Uint8Array) => (REUSED.set(bytes), REUSED)],
  ['Blobs', (bytes: Uint8Array) => new Blob([bytes.slice()])],
])('close() before the code comes sends the audio when it has come, as %s', async (_, as) => {
  const { story, arrive } = await tellLate();
  for (let chunk = 0; chunk < 20; chunk += 1) {
    await story.wait(0.1);
    story.say(RATE / 10, as);
  }
  const closing = story.live.close();
  expect(statusOf(story).phase).toBe('closing');
  await story.wait(2);
  arrive();
  await story.close();
  expect(await closing).toMatchObject({ outcome: 'drained', ledger: { accepted: 2 * RATE, pending: 0 } });
  expect(story.heardText).toBe(story.spokenText);
});

test('a whole file in a container that was sent and closed before the code comes is transcribed', async () => {
  let arrive: () => void = () => undefined;
  page.fetch = () => new Promise((resolve) => (arrive = () => resolve(links)));
  const clock = new VirtualClock();
  const server = new Emulator({ clock });
  const { transport } = new VirtualNetwork(server);
  const live = createLiveTranscription({
    auth: { apiKey: 'key' },
    listen: {},
    drainMs: 3_000,
    clock,
    transport,
  });
  const heard: number[] = [];
  live.transcripts$.subscribe(({ final, words }) => {
    if (final) heard.push(...words.map(({ word }) => Number(word)));
  });
  const audio = speak(count(1, 20), { sampleRate: 8_000, gapMs: 180 });
  const { header, chunks } = muxWebm(audio, { sampleRate: 8_000 });
  // The rest of a block that was cut off is passed on at the end.
  const sent = [header, ...chunks, (chunks[0] as Uint8Array).slice(0, 9)];
  for (const chunk of sent) live.send(chunk);
  const closing = live.close();
  await clock.advanceAsync(1_000);
  arrive();
  await breathe();
  await vi.dynamicImportSettled();
  for (let second = 0; second < 40; second += 1) {
    await breathe();
    await clock.advanceAsync(1_000);
  }
  expect(await closing).toMatchObject({ outcome: 'drained', connections: 1 });
  expect(heard).toEqual(count(1, 20));
  const { receivedBytes, controlMessages } = server.connections[0] as EmulatedConnection;
  expect(receivedBytes - controlMessages.join('').length).toBe(sum(sent.map(({ length }) => length)));
});

test('close() settles in time though the code never comes, and reports the audio [G2]', async () => {
  const { story } = await tellLate({ drainMs: 1_000 });
  await story.speak(2);
  const report = await story.close(10);
  expect(report).toMatchObject({ outcome: 'deadline', ledger: { accepted: 2 * RATE, pending: 2 * RATE } });
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
