import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { readCommandLine } from '../../../src/tools/cli/command-line.ts';
import { emulate } from '../../../src/tools/cli/emulate.ts';
import { createLiveTranscription } from '../../../src/index.ts';
import { FAULTS } from '../../../src/testing/emulator/fault-table.ts';
import { count, encodePcm, parseFault, speak, startVosk } from '../../../src/testing/index.ts';

const plain = { host: '127.0.0.1', port: 0, allowedOrigins: [], tones: true, faults: [], settings: {} };

/** Runs the command, and resolves when it has printed its first line. */
async function start(options: Parameters<typeof emulate>[0], loadRecogniser?: Parameters<typeof emulate>[3]) {
  const controller = new AbortController();
  const printed: string[] = [];
  let listening: (url: string) => void = () => undefined;
  const url = new Promise<string>((resolve) => (listening = resolve));
  const out = (text: string) => {
    printed.push(text);
    listening(text.trim());
  };
  const ended = emulate(options, out, controller.signal, loadRecogniser);
  return { url: await url, printed, ended, interrupt: () => controller.abort() };
}

test('the first line is an address to connect to, the second the control page, and an interruption ends it', async () => {
  const { url, printed, ended, interrupt } = await start(plain);
  const live = createLiveTranscription({
    auth: { apiKey: 'any' },
    baseUrl: url,
    listen: { encoding: 'linear16', sample_rate: 16_000 },
  });
  live.send(encodePcm(speak(count(1, 2), { sampleRate: 16_000 }), 'linear16'));
  expect(await live.close()).toMatchObject({ outcome: 'drained' });
  expect(printed[0]).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\n$/);
  expect(printed[1]).toContain(`${url.replace('ws', 'http')}/\n`);
  const page = await fetch(`${url.replace('ws', 'http')}/`);
  expect([page.status, await page.text()]).toEqual([
    200,
    expect.stringContaining('<title>Deepgram emulator'),
  ]);
  interrupt();
  expect(await ended).toBe(0);
});

test('it serves Flux at the same address', async () => {
  const { url, ended, interrupt } = await start(plain);
  const socket = new WebSocket(`${url}/v2/listen?model=flux-general-en`, ['token', 'any']);
  const [message] = (await once(socket, 'message')) as [Buffer];
  expect(message.toString()).toMatch(/^\{"type":"Connected",/);
  interrupt();
  expect(await ended).toBe(0);
});

test('without a speech recogniser it serves test tones, and names the command that installs one', async () => {
  const { printed, ended, interrupt } = await start({ ...plain, tones: false }, () =>
    startVosk({ packagesFrom: tmpdir() }),
  );
  expect(printed[0]).toMatch(/^ws:/);
  expect(printed[2]).toMatch(/^Human speech counts as silence.*npm install --save-dev/);
  interrupt();
  expect(await ended).toBe(0);
});

test('does not start without a speech recogniser that failed', async () => {
  const broken = () => Promise.reject(new Error('bytes are not the expected ones'));
  await expect(
    emulate({ ...plain, tones: false }, () => undefined, new AbortController().signal, broken),
  ).rejects.toThrow('bytes are not the expected ones');
});

test('a fault on the command line strikes the connection it is for', async () => {
  const faults = [parseFault('cut after 100ms of audio', 'next'), parseFault('refuse 503 on 2', 'next')];
  const { url, printed, ended, interrupt } = await start({ ...plain, faults });
  const live = createLiveTranscription({
    auth: { apiKey: 'any' },
    baseUrl: url,
    listen: { encoding: 'linear16', sample_rate: 16_000 },
  });
  const words: string[] = [];
  live.transcripts$.subscribe(({ text, final }) => final && words.push(text));
  live.send(encodePcm(speak(count(1, 2), { sampleRate: 16_000 }), 'linear16'));
  await live.close();
  const state: unknown = await (await fetch(`${url.replace('ws', 'http')}/control/state`)).json();
  expect(state).toMatchObject({ attempts: 3, refused: 1 });
  expect(words.join(' ').trim()).toBe('0001 0002');
  expect(printed.slice(2, 4)).toEqual([
    'Ordered: cut after 100ms of audio on next\n',
    'Ordered: refuse 503 on 2\n',
  ]);
  interrupt();
  expect(await ended).toBe(0);
});

describe('the command line of emulate', () => {
  const read = (...args: string[]) => readCommandLine(['emulate', ...args], {});

  test('takes any number of origins', () => {
    expect(read('--allow-origin', 'https://a.test', '--allow-origin', 'https://b.test')).toMatchObject({
      allowedOrigins: ['https://a.test', 'https://b.test'],
    });
  });

  test('takes any number of faults, limits and readings', () => {
    expect(
      read(
        '--fault',
        'cut after 5s',
        '--fault',
        'half-open on every',
        '--set',
        'idleTimeoutMs=12000',
        '--set',
        'keepAliveHolds=always',
      ),
    ).toMatchObject({
      name: 'emulate',
      faults: [
        { fault: { kind: 'cut', afterMs: 5_000 }, on: 'next' },
        { fault: { kind: 'halfOpen' }, on: 'every' },
      ],
      settings: { idleTimeoutMs: 12_000, keepAliveHolds: 'always' },
    });
  });

  test.each([
    [['--fault', 'cutt'], 'begins with no fault'],
    [['--fault', 'cut after 5'], 'write a number and its unit'],
    [['--fault', 'cut on open'], 'no connection is open yet'],
    [['--set', 'idleTimeoutMs'], 'write NAME=VALUE'],
    [['--set', 'idleTimeout=1'], 'idleTimeoutMs'],
    [['--set', 'idleTimeoutMs=soon'], "idleTimeoutMs is 'soon': give a number from 0"],
    [['--set', 'idleTimeoutMs='], 'a number from 0'],
    [['--set', 'keepAliveHolds=never'], 'after-audio, after-results, always'],
    [['--set', 'maxPace=0'], 'a number above 0'],
  ])('%j is refused with advice', (args, advice) => {
    const command = read(...args);
    expect(command.name).toBe('refuse');
    expect(command).toHaveProperty('text', expect.stringContaining(advice));
  });

  test('the help names every fault, and fits a terminal of 80 columns', () => {
    const { text } = read('--help') as { text: string };
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(Object.keys(FAULTS).filter((name) => !new RegExp(`\\b${name}\\b`).test(text))).toEqual([]);
  });
});
