/** `rx-deepgram show`, from the command line to the page's first requests. `test/browser` tests the page. */
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { readCommandLine } from '../../../src/tools/cli/command-line.ts';
import { FAULT_BUTTONS, Faults } from '../../../src/tools/cli/show/faults.ts';
import { grantToken } from '../../../src/tools/cli/show/grant-token.ts';
import { show, type ShowOptions } from '../../../src/tools/cli/show/show.ts';
import {
  acceptsPlausibleCredentials,
  muxWav,
  startEmulator,
  startVosk,
  type VoskHost,
} from '../../../src/testing/index.ts';
import type { PageSession } from '../../../src/tools/viewer/page/session.ts';

describe('the command line', () => {
  const KEY = { DEEPGRAM_API_KEY: 'dg-key-4711' };
  const plain = { name: 'show', source: 'recording', port: 0, open: true };

  test.each([
    [[], plain],
    [['talk.wav'], { ...plain, source: { file: 'talk.wav' } }],
    [['--microphone', '--no-open'], { ...plain, source: 'microphone', open: false }],
    [['--tones', '--port', '8123'], { ...plain, source: 'tones', port: 8_123 }],
    [['--hosted'], { ...plain, hosted: { apiKey: 'dg-key-4711', url: undefined } }],
  ])('show %j', (args, command) => {
    expect(readCommandLine(['show', ...args], KEY)).toEqual(command);
  });

  test.each([
    [['a.wav', 'b.wav'], 'Pass one file'],
    [['a.wav', '--microphone'], 'Pass one file'],
    [['--port', '99999'], 'pass a number from 0 to 65535'],
    [['--url', 'ws://localhost:1'], '--url goes with --hosted'],
    [['--hosted'], 'set DEEPGRAM_API_KEY'],
    [['--loud'], "Unknown option '--loud'"],
  ])('refuses show %j, and says what to do', (args, advice) => {
    const command = readCommandLine(['show', ...args], {});
    expect(command).toMatchObject({ name: 'refuse' });
    expect((command as { text: string }).text).toContain(advice);
  });

  test('refuses --tones with --hosted', () => {
    expect(readCommandLine(['show', '--tones', '--hosted'], KEY)).toMatchObject({ name: 'refuse' });
  });
});

const folder = mkdtempSync(join(tmpdir(), 'rx-deepgram-show-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the command until `visit` is done; the page's scripts are of no importance here. */
async function visiting(
  options: Partial<ShowOptions>,
  visit: (url: string) => Promise<void>,
  err: (text: string) => void = () => undefined,
  loadRecogniser?: () => Promise<VoskHost>,
): Promise<number> {
  mkdirSync(join(folder, 'tools', 'viewer', 'bundle'), { recursive: true });
  for (const script of ['tools/viewer/bundle/page.js', 'capture-worklet.js', 'clock-worker.js']) {
    writeFileSync(join(folder, script), '');
  }
  const controller = new AbortController();
  let out = '';
  let opened!: () => void;
  const isOpen = new Promise<void>((resolve) => (opened = resolve));
  const running = show(
    { source: 'tones', port: 0, open: false, ...options },
    {
      out: (text) => {
        out += text;
        opened();
      },
      err,
    },
    controller.signal,
    pathToFileURL(`${folder}/`),
    loadRecogniser,
  );
  await Promise.race([isOpen, running]);
  await visit(out.split('\n')[0] ?? '');
  controller.abort();
  return running;
}

const read = async (url: string, path: string): Promise<Response> => fetch(new URL(path, url));
const ask = async (url: string, path: string): Promise<Response> =>
  fetch(new URL(path, url), { method: 'POST', headers: { origin: new URL(url).origin } });

describe('the command', () => {
  test('serves a page, a session, its audio and tokens that the emulator takes', async () => {
    const code = await visiting({}, async (url) => {
      expect(await (await read(url, '/')).text()).toContain('/page.js');
      const session = (await (await read(url, '/session')).json()) as PageSession;
      expect(session).toMatchObject({
        place: 'local emulator, test tones only',
        breaksHere: false,
      });
      expect(new URL(session.baseUrl).hostname).toBe('127.0.0.1');
      const audio = await (await read(url, '/recording')).arrayBuffer();
      expect(audio.byteLength / (session.recording?.bytesPerSecond ?? 0)).toBeGreaterThan(8);
      const { access_token: value } = (await (await ask(url, '/token')).json()) as { access_token: string };
      expect(acceptsPlausibleCredentials({ scheme: 'bearer', value }, Date.now())).toBe(true);
      for (const { name } of session.faults) expect((await ask(url, `/faults/${name}`)).status).toBe(204);
    });
    expect(code).toBe(0);
  });

  test('plays test tones where no recogniser is installed, and names the command that installs one', async () => {
    const told: string[] = [];
    const visit = async (url: string) => {
      const session = (await (await read(url, '/session')).json()) as PageSession;
      expect(session.recording?.name).toBe('numbers in test tones');
      expect(session.place).toContain('test tones only');
    };
    const packagesFrom = mkdtempSync(join(folder, 'none-'));
    const code = await visiting(
      { source: 'recording' },
      visit,
      (text) => told.push(text),
      () => startVosk({ packagesFrom }),
    );
    expect(code).toBe(0);
    expect(told.join('')).toMatch(
      /Test tones instead of human speech\. .*Run `npm install [^`]+@[\d.]+`\.\n$/s,
    );
  });

  test('plays a WAV file by its own format', async () => {
    const file = join(folder, 'talk.wav');
    const { header, chunks } = muxWav(new Int16Array(8_000), { sampleRate: 8_000 });
    writeFileSync(file, Buffer.concat([header, ...chunks]));
    const hosted = { apiKey: 'dg-key', url: 'ws://127.0.0.1:9' };
    await visiting({ source: { file }, hosted }, async (url) => {
      const session = (await (await read(url, '/session')).json()) as PageSession;
      expect(session).toMatchObject({
        recording: { name: 'talk.wav', bytesPerSecond: 16_000 },
        listen: { encoding: 'linear16', sample_rate: 8_000, channels: 1 },
        breaksHere: true,
      });
      expect(session.faults.map(({ name }) => name)).toEqual(['cut']);
    });
  });

  test('a file that is not there is named', async () => {
    await expect(visiting({ source: { file: '/no/such.wav' } }, () => Promise.resolve())).rejects.toThrow(
      "'/no/such.wav' cannot be read (ENOENT)",
    );
  });

  test('with --hosted the key goes to the service, and neither to the page nor into an error [G8]', async () => {
    const seen: (string | undefined)[] = [];
    const service = createServer((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(seen.length === 1 ? 200 : 403).end('{"access_token":"granted","expires_in":30}');
    });
    service.listen(0, '127.0.0.1');
    await once(service, 'listening');
    const hosted = {
      apiKey: 'dg-key-4711',
      url: `ws://127.0.0.1:${(service.address() as AddressInfo).port}`,
    };
    const told: string[] = [];
    const visit = async (url: string) => {
      expect(await (await ask(url, '/token')).json()).toEqual({ access_token: 'granted' });
      for (let attempt = 0; attempt < 2; attempt += 1) {
        const refused = await ask(url, '/token');
        expect([refused.status, await refused.text()]).toEqual([502, '']);
      }
      for (const path of ['/', '/session']) {
        expect(await (await read(url, path)).text()).not.toContain('dg-key-4711');
      }
    };
    await visiting({ hosted }, visit, (text) => told.push(text));
    service.close();
    expect(seen).toEqual(Array.from({ length: 3 }, () => 'Token dg-key-4711'));
    expect(told, 'why is told once, where the command was given').toEqual([
      expect.stringMatching(/^No token was granted: HTTP 403\. Use a key whose role .*\n$/) as string,
    ]);
  });
});

test('a token is requested where the emulator, too, grants it', async () => {
  await using emulator = await startEmulator();
  expect(await grantToken(emulator.url, 'any-key')).toEqual({ access_token: expect.any(String) as string });
  await expect(grantToken(emulator.url, 'wrong-key')).rejects.toThrow('HTTP 401');
  const gone = await startEmulator();
  await gone.close();
  await expect(grantToken(gone.url, 'any-key')).rejects.toThrow(/connection-refused\. Check host/);
});

test('every button has a fault, a name and a sentence', async () => {
  await using emulator = await startEmulator();
  const faults = new Faults();
  const paths = faults.actionsOn(emulator).map(([path]) => path);
  expect(paths).toEqual(FAULT_BUTTONS.map(({ name }) => `/faults/${name}`));
  for (const { label, hint } of FAULT_BUTTONS)
    expect([label.length > 2, hint.length > 20]).toEqual([true, true]);
  faults.end();
});

test('flapping closes three connections that it has accepted, on a real socket and a real clock', async () => {
  await using emulator = await startEmulator();
  const faults = new Faults();
  faults.strike(emulator, 'flap');
  const codes: number[] = [];
  for (let i = 0; i < 3; i += 1) {
    const socket = new WebSocket(`${emulator.url}/v1/listen`, ['token', 'any']);
    const [code] = (await once(socket, 'close')) as [number];
    codes.push(code);
  }
  expect(codes).toEqual([1011, 1011, 1011]);
  expect(emulator.openConnections).toEqual([]);
  faults.end();
});

test('an outage refuses all handshakes until it ends', async () => {
  const faults = new Faults();
  await using emulator = await startEmulator({ faultsOf: faults.faultsOf });
  const isRefused = () =>
    emulator.handshake({ url: '/v1/listen', protocols: ['token', 'any'] }).kind === 'refuse';
  expect(isRefused()).toBe(false);
  faults.strike(emulator, 'outage');
  expect(isRefused()).toBe(true);
  faults.end();
});
