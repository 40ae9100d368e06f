/**
 * The example apps: installed from the packed library, started with one command, and driven with keyboard, mouse and a
 * microphone that plays a recording, through a cut of the network.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { readWav } from '../../src/tools/sources/wav.ts';
import { startEmulator } from '../../src/testing/index.ts';
import { launchChromium } from '../browser/chromium.ts';
import { fakeMicrophone, soundFile } from '../browser/driven/recordings.ts';
import { Workshop } from './workshop.ts';

const PATIENCE_MS = 60_000;
const KEY = 'secret-key-7f3a9c';

const workshop = new Workshop();
const voice = soundFile(spoken('austen-0880', 'austen-0890'), 16_000);
let browser: Browser;
beforeAll(async () => {
  await workshop.install('node', 'react', 'angular');
  // Once, and silence afterwards: what is heard twice was said once.
  browser = await launchChromium(...fakeMicrophone(`${voice.path}%noloop`));
});
afterAll(async () => {
  await browser.close();
  workshop.close();
  voice[Symbol.dispose]();
});

/** Recordings, each with a second of silence after it. */
function spoken(...names: readonly string[]): Int16Array {
  const samples = names.flatMap((name) => {
    const { data } = readWav(readFileSync(join(import.meta.dirname, `../../recordings/${name}.wav`)));
    return [...new Int16Array(data.slice().buffer), ...new Int16Array(16_000)];
  });
  return Int16Array.from(samples);
}

/** A page that is watched for what must not happen. */
async function open(url: string): Promise<{ page: Page; complaints: string[] }> {
  const context = await browser.newContext({ permissions: ['microphone'] });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    const isOfTheCut = message.text().startsWith('WebSocket connection to');
    if (['error', 'warning'].includes(message.type()) && !isOfTheCut) complaints.push(message.text());
  });
  page.on('request', (request) => {
    const { hostname } = new URL(request.url());
    if (!['localhost', '127.0.0.1', ''].includes(hostname)) complaints.push(`asked for ${request.url()}`);
  });
  await page.addInitScript(rememberMicrophones);
  await page.goto(url);
  return { page, complaints };
}

/** In the page: what became of every microphone that was opened, and a hand on the last one. */
function rememberMicrophones(): void {
  const tracks: MediaStreamTrack[] = [];
  const { mediaDevices } = navigator;
  const getUserMedia = mediaDevices.getUserMedia.bind(mediaDevices);
  mediaDevices.getUserMedia = async (constraints) => {
    const stream = await getUserMedia(constraints);
    tracks.push(...stream.getTracks());
    return stream;
  };
  const setMicrophone: Microphones['setMicrophone'] = ({ muted, enabled }) => {
    const track = tracks.at(-1);
    if (enabled !== undefined) Object.assign(track ?? {}, { enabled });
    if (muted === undefined) return;
    // No browser mutes a track at a page's wish, so what it would say is said in its place.
    Object.defineProperty(track, 'muted', { value: muted, configurable: true });
    track?.dispatchEvent(new Event(muted ? 'mute' : 'unmute'));
  };
  const microphones = () => tracks.map(({ readyState }) => readyState);
  Object.assign(globalThis, { microphones, setMicrophone });
}

interface Microphones {
  microphones: () => string[];
  setMicrophone: (change: { muted?: boolean; enabled?: boolean }) => void;
}
const microphones = (page: Page) => page.evaluate(() => (globalThis as unknown as Microphones).microphones());
const setMicrophone = (page: Page, change: { muted?: boolean; enabled?: boolean }) =>
  page.evaluate((wish) => (globalThis as unknown as Microphones).setMicrophone(wish), change);
const button = (page: Page, name: string) => page.getByRole('button', { name });
const shows = (page: Page, status: string | RegExp) =>
  page.getByRole('status').filter({ hasText: status }).waitFor();
const says = (page: Page, text: string) => page.getByRole('log').filter({ hasText: text }).waitFor();
const countOf = async (page: Page, text: string) =>
  (await page.getByRole('log').innerText()).split(text).length - 1;

describe.each(['react', 'angular'])('the %s app', (app) => {
  let url: string;
  beforeAll(async () => {
    url = await workshop.serve(app, 'npm', ['start']);
  });
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
  });

  test('captions appear, a cut recovers without a word lost or repeated, and stop releases the microphone', async () => {
    const { page, complaints } = await open(url);
    await shows(page, 'Off');

    // By keyboard: the captions, which scroll, the size of the text, four buttons for the text, and then Start.
    for (let i = 0; i < 7; i += 1) await page.keyboard.press('Tab');
    expect(await button(page, 'Start').evaluate((start) => start === document.activeElement)).toBe(true);
    await says(page, 'Press Start');
    await page.keyboard.press('Enter');
    await page.getByRole('log').getByText('Say something.', { exact: true }).waitFor();
    await shows(page, 'Listening');
    await page.locator('.interim').first().waitFor();
    await says(page, 'young man');

    await button(page, 'Cut the network').click();
    await shows(page, 'Reconnecting');
    // On a busy machine the recording may be over by then.
    await shows(page, /Listening|No sound|Late/);
    await says(page, 'cold hearted');
    await page.locator('.seam').waitFor();

    await button(page, 'Pause').click();
    await shows(page, 'Paused');
    expect(await microphones(page)).toEqual(['ended']);
    expect(await countOf(page, 'young man')).toBe(1);
    expect(await countOf(page, 'cold hearted')).toBe(1);
    await button(page, 'Resume').click();
    await shows(page, 'Listening');
    await expect.poll(() => microphones(page)).toEqual(['ended', 'live']);

    await button(page, 'Stop').click();
    await shows(page, 'Off');
    expect(await microphones(page)).toEqual(['ended', 'ended']);
    const [transcribed, onItsWay, lost] = await page.locator('dd').allInnerTexts();
    expect(Number.parseFloat(transcribed ?? '')).toBeGreaterThan(8);
    expect([onItsWay, lost]).toEqual(['0.0 s', '0.0 s']);
    expect(complaints).toEqual([]);
  });

  test('a muted or silent microphone is reported while it lasts', async () => {
    const { page } = await open(url);
    await button(page, 'Start').click();
    await shows(page, 'Listening');
    await expect.poll(() => microphones(page)).toEqual(['live']);
    const advice = page.getByRole('alert');

    await setMicrophone(page, { muted: true });
    await shows(page, 'Muted');
    await advice.filter({ hasText: 'Your microphone is muted.' }).waitFor();
    await setMicrophone(page, { muted: false });
    await shows(page, 'Listening');
    expect(await advice.count()).toBe(0);

    // What a switch on a headset does: nothing but zeros, and nobody says so.
    await setMicrophone(page, { enabled: false });
    await shows(page, 'No sound');
    await advice.filter({ hasText: 'only silence' }).waitFor();
    await button(page, 'Stop').click();
    await shows(page, 'Off');
    expect(await advice.count()).toBe(0);
  });

  test('a microphone that is refused is explained, and can be asked for again', async () => {
    const { page } = await open(url);
    await page.evaluate(() => {
      const refuse = () => Promise.reject(new DOMException('no', 'NotAllowedError'));
      navigator.mediaDevices.getUserMedia = refuse;
    });
    await button(page, 'Start').click();
    await page.getByRole('alert').filter({ hasText: 'The microphone is not allowed.' }).waitFor();
    await shows(page, 'Off');
    expect(await button(page, 'Start').isEnabled()).toBe(true);
  });

  test.each([320, 1280])('nothing overflows at a width of %i', async (width) => {
    const { page } = await open(url);
    await page.setViewportSize({ width, height: 640 });
    await shows(page, 'Off');
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    expect(await button(page, 'Start').isVisible()).toBe(true);
  });

  test('with a key, the page gets tokens and never the key', async () => {
    await using deepgram = await startEmulator();
    const hosted = await workshop.serve(app, 'node', ['server.mjs'], {
      DEEPGRAM_API_KEY: KEY,
      DEEPGRAM_URL: deepgram.url.replace('ws', 'http'),
    });
    const context = await browser.newContext();
    const page = await context.newPage();
    const received: Promise<string>[] = [];
    page.on('response', (response) => received.push(response.text().catch(() => '')));
    await page.goto(hosted);
    await button(page, 'Start').click();
    await shows(page, 'Listening');
    expect(await button(page, 'Cut the network').count()).toBe(0);
    expect(deepgram.connections).toHaveLength(1);
    expect(received.length).toBeGreaterThan(3);
    await button(page, 'Stop').click();
    await shows(page, 'Off');
    const everything = (await Promise.all(received)).join('\n');
    expect(everything).toContain('accessToken');
    expect(everything).not.toContain(KEY);
  });
});

test('the react app type-checks against the packed declarations', async () => {
  await workshop.run('react', 'npx', ['tsc']);
});

test('the node app transcribes a recording, as exactly as its recogniser does', async () => {
  const told = await workshop.run('node', 'npm', ['start', '--silent']);
  for (const words of ['dashwood', 'young man', 'cold hearted', 'amiable woman', 'made amiable himself']) {
    expect(told.split(words), words).toHaveLength(2);
  }
  expect(told).toContain('drained after 1 connection(s), 0.0 s of audio lost');
});
