/** The telephone example, installed from the packed library, called by the simulator, and ended by SIGTERM. */
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { count, dialCall, type EmulatorServer, speak, startEmulator } from '../../src/testing/index.ts';
import { Workshop } from './workshop.ts';

const TOKEN = 'twilio-token-7f3a9c';
const PUBLIC_URL = 'wss://calls.example.com';
const SIGNATURE = createHmac('sha1', TOKEN).update(`${PUBLIC_URL}/twilio`).digest('base64');
const SAMPLE_RATE = 8_000;
const PATIENCE_MS = 30_000;

const workshop = new Workshop();
const transcripts = mkdtempSync(join(tmpdir(), 'rx-deepgram-calls-'));
let emulator: EmulatorServer;
let url: string;
beforeAll(async () => {
  await workshop.install('phone');
  emulator = await startEmulator();
  url = await serve();
});
afterAll(async () => {
  workshop.close();
  await emulator.close();
  rmSync(transcripts, { recursive: true });
});

function serve(): Promise<string> {
  return workshop.serve('phone', 'node', ['server.mjs'], {
    DEEPGRAM_API_KEY: 'any-key-will-do',
    DEEPGRAM_URL: emulator.url,
    TWILIO_AUTH_TOKEN: TOKEN,
    PUBLIC_URL,
    TRANSCRIPTS: transcripts,
  });
}

const voices = (first: number, words: number) => ({
  inbound: speak(count(first, words), { sampleRate: SAMPLE_RATE }),
  outbound: speak(count(first + 5_000, words), { sampleRate: SAMPLE_RATE, leadMs: 200 }),
});

function dial(callId: string, first: number, words: number, signature = SIGNATURE) {
  const script = { provider: 'twilio' as const, callId, jitterMs: 40, ...voices(first, words) };
  return dialCall(`${url.replace('http', 'ws')}/twilio`, script, {
    headers: { 'x-twilio-signature': signature },
  });
}

/** The words of each voice in a file. */
async function wordsOf(callId: string): Promise<Record<string, number[]>> {
  const file = join(transcripts, `${callId}.vtt`);
  for (const untilMs = Date.now() + PATIENCE_MS; !existsSync(file) && Date.now() < untilMs; )
    await setTimeout(50);
  // Written a moment after it exists.
  await setTimeout(200);
  const words: Record<string, number[]> = {};
  for (const [, voice = '', text = ''] of readFileSync(file, 'utf8').matchAll(/^<v (\w+)>(.*)$/gm)) {
    (words[voice] ??= []).push(...text.split(' ').map(Number));
  }
  return words;
}

/** How many milliseconds of the next call have come to the emulator. */
function ofNextCall(): () => number {
  const index = emulator.connections.length;
  return () => emulator.connections[index]?.receivedAudioMs ?? 0;
}

async function statusUnder(host: string): Promise<number | undefined> {
  const [response] = (await once(get(url, { headers: { host } }), 'response')) as [IncomingMessage];
  response.resume();
  return response.statusCode;
}

test('a call is on the page while it runs, and in a WebVTT file when it is over, each side by its name', async () => {
  expect(await (await fetch(url)).text()).toContain('EventSource');
  const events = await fetch(`${url}/events`);
  const played = await dial('CA1', 1, 6);
  let shown = '';
  for await (const bytes of events.body as AsyncIterable<Uint8Array>) {
    shown += new TextDecoder().decode(bytes);
    if (shown.includes('Agent') && shown.includes('Caller')) break;
  }
  expect(shown).toContain('"call":"CA1"');
  await played.over;
  expect(await wordsOf('CA1')).toEqual({ Caller: count(1, 6), Agent: count(5_001, 6) });
});

test('a stream without the signature of Twilio is refused, and so is the page under another name', async () => {
  await expect(dial('CA2', 1, 1, 'bm8=')).rejects.toThrow('403');
  expect(await statusUnder('calls.example.com')).toBe(403);
});

test('SIGTERM in the middle of a call writes what was said until then, and ends the server', async () => {
  const heard = ofNextCall();
  const played = await dial('CA3', 20, 40);
  await expect.poll(heard).toBeGreaterThan(3_000);
  const endings = await workshop.terminate();
  await played.over;
  expect(endings).toEqual([0]);
  const { Caller = [], Agent = [] } = await wordsOf('CA3');
  expect(Caller.length).toBeGreaterThanOrEqual(4);
  expect(Caller.slice(0, 4)).toEqual(count(20, 4));
  expect(Agent.slice(0, 4)).toEqual(count(5_020, 4));
});

test('SIGTERM while Deepgram cannot be reached writes what was said before, within the 15 seconds until SIGKILL', async () => {
  url = await serve();
  const heard = ofNextCall();
  const played = await dial('CA4', 40, 40);
  await expect.poll(heard).toBeGreaterThan(6_000);
  await emulator.close();
  const askedMs = performance.now();
  expect(await workshop.terminate()).toEqual([0]);
  expect(performance.now() - askedMs).toBeLessThan(15_000);
  await played.over;
  const { Caller = [] } = await wordsOf('CA4');
  expect(Caller.slice(0, 3)).toEqual(count(40, 3));
});
