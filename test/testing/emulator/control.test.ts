import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { refusalOf } from '../../../src/testing/emulator/control/guard.ts';
import { FAULT_NAMES, FAULTS } from '../../../src/testing/emulator/fault-table.ts';
import { type EmulatorServer, startEmulator } from '../../../src/testing/emulator/server.ts';
import * as testing from '../../../src/testing/index.ts';

const QUERY = 'model=nova-3&encoding=linear16&sample_rate=16000';

let emulator: EmulatorServer;
let base: string;

beforeEach(async () => {
  emulator = await startEmulator();
  base = emulator.controlUrl;
});
afterEach(() => emulator.close());

async function ask(method: string, path: string, body?: object): Promise<{ status: number; said: unknown }> {
  const response = await fetch(base + path, {
    method,
    ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  return { status: response.status, said: await response.json() };
}

/** Sends a request with any headers, which `fetch` does not allow. */
function statusWith(method: string, path: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    request(base + path, { method, headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
}

async function connect(secret = 'very-secret-key', query = QUERY): Promise<WebSocket> {
  const socket = new WebSocket(`${emulator.url}/v1/listen?${query}`, {
    headers: { authorization: `Token ${secret}` },
  });
  socket.on('error', () => undefined);
  await new Promise<void>((resolve) => socket.on('open', () => resolve()));
  return socket;
}

const closeOf = (socket: WebSocket) =>
  new Promise<[number, string]>((resolve) =>
    socket.on('close', (code, reason) => resolve([code, reason.toString()])),
  );

describe('the state', () => {
  test('has the words that were said before the first look', async () => {
    const socket = await connect();
    const closed = closeOf(socket);
    const { count, encodePcm, speak } = testing;
    socket.send(encodePcm(speak(count(1, 2), { sampleRate: 16_000 }), 'linear16'));
    socket.send('{"type":"CloseStream"}');
    await closed;
    const { said } = await ask('GET', 'control/state');
    expect(said).toMatchObject({ connections: [{ transcript: '0001 0002' }] });
  });

  test('counts connections and refusals that are no longer remembered', async () => {
    await emulator.close();
    emulator = await startEmulator({ maxRemembered: 1 });
    base = emulator.controlUrl;
    for (const secret of ['a-key', 'another', 'wrong', 'wrong too']) {
      const socket = new WebSocket(`${emulator.url}/v1/listen?${QUERY}`, ['token', secret.replace(' ', '-')]);
      const closed = closeOf(socket);
      socket.on('error', () => undefined);
      socket.on('open', () => emulator.cut());
      await closed;
    }
    const { said } = await ask('GET', 'control/state');
    expect(said).toMatchObject({ ended: 2, refused: 2, connections: [{ attempt: 2 }] });
  });
});

describe('orders', () => {
  test('by name, with parameters', async () => {
    const socket = await connect();
    const closed = closeOf(socket);
    expect(await ask('POST', 'control/faults/close', { code: 1012, reason: 'restart' })).toEqual({
      status: 200,
      said: { ordered: 'close 1012 "restart" on open' },
    });
    expect(await closed).toEqual([1012, 'restart']);
  });

  test('in words', async () => {
    expect((await ask('POST', 'control/faults', { order: 'refuse 429 x2' })).said).toEqual({
      ordered: 'refuse 429 on next x2',
    });
    expect((await ask('GET', 'control/state')).said).toMatchObject({ planned: ['refuse 429 on next x2'] });
    expect((await ask('DELETE', 'control/faults')).status).toBe(200);
    expect((await ask('GET', 'control/state')).said).toMatchObject({ planned: [] });
  });

  test.each([
    ['POST', 'control/faults/explode', {}, 400, 'There is no fault'],
    ['POST', 'control/faults/cut', { afterMs: 'soon' }, 400, 'afterMs is "soon"'],
    ['POST', 'control/faults/close', { code: 1004 }, 400, '1000 to 1003'],
    ['POST', 'control/faults', {}, 400, 'Give {"order"'],
    ['POST', 'control/faults', [], 400, 'a JSON object'],
    ['POST', 'control/state', {}, 404, 'There is no POST'],
    ['DELETE', 'control/faults/cut', undefined, 404, 'There is no DELETE'],
  ])('%s %s %j is %i: %s', async (method, path, body, status, text) => {
    const answered = await ask(method, path, body);
    expect(answered.status).toBe(status);
    expect(JSON.stringify(answered.said)).toContain(JSON.stringify(text).slice(1, -1));
  });

  test('the names are the same everywhere', async () => {
    const { said } = await ask('GET', 'control/faults');
    expect(Object.keys(said as object)).toEqual(FAULT_NAMES);
    const makers: Record<string, unknown> = { ...testing };
    for (const name of FAULT_NAMES) {
      expect(makers[name], name).toBeTypeOf('function');
      expect(testing.parseFault(name).fault.kind).toBe(name);
    }
  });

  test.each(FAULT_NAMES.filter((name) => FAULTS[name].hits === 'connection'))(
    '%s strikes a real connection, and leaves the emulator well',
    async (name) => {
      const socket = await connect();
      expect((await ask('POST', `control/faults/${name}`, {})).status).toBe(200);
      expect(emulator.latest?.faults).toContain(name);
      socket.terminate();
      await ask('DELETE', 'control/faults');
      (await connect()).terminate();
    },
  );
});

describe('what is shown', () => {
  test('connections as they are, and no secret', async () => {
    const socket = await connect('very-secret-key', `${QUERY}&token=also-secret`);
    socket.send(new Uint8Array(32_000));
    socket.send('{"type":"KeepAlive"}');
    await new Promise((resolve) => setTimeout(resolve, 20));
    while ((emulator.latest?.receivedCount ?? 0) < 2) await new Promise((resolve) => setTimeout(resolve, 2));
    const { said } = await ask('GET', 'control/state');
    expect(said).toMatchObject({
      url: emulator.url,
      open: 1,
      connections: [
        {
          attempt: 1,
          scheme: 'token',
          receivedAudioMs: 1_000,
          lastControlMessage: '{"type":"KeepAlive"}',
          faults: [],
        },
      ],
    });
    const [view] = (said as { connections: { idleLeftMs: number }[] }).connections;
    expect(view?.idleLeftMs).toBeGreaterThan(5_000);
    expect(view?.idleLeftMs).toBeLessThanOrEqual(10_000);
    const log = JSON.stringify((await ask('GET', 'control/log')).said);
    expect(log).toContain('connection.opened');
    expect(JSON.stringify(said) + log).not.toContain('secret');
    socket.terminate();
  });

  test('events as they come, after those that came before', async () => {
    (await connect()).close();
    const abort = new AbortController();
    const response = await fetch(`${base}control/events`, { signal: abort.signal });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    let heard = '';
    const decoder = new TextDecoder();
    const isEnough = () => heard.includes('event: state') && heard.includes('"fault.struck"');
    const listening = (async () => {
      for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
        heard += decoder.decode(chunk, { stream: true });
        if (isEnough()) return;
      }
    })();
    const socket = await connect();
    await ask('POST', 'control/faults/cut');
    await closeOf(socket);
    await listening;
    abort.abort();
    expect(heard).toContain('"connection.opened"');
    expect(heard.indexOf('"connection.opened"')).toBeLessThan(heard.indexOf('"fault.struck"'));
  });

  test('a page that needs nothing from elsewhere', async () => {
    const response = await fetch(base);
    const html = await response.text();
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(html).not.toMatch(/(src|href)="https?:/);
    expect(html).not.toMatch(/@import|url\(http/);
  });

  test('nothing, if switched off', async () => {
    await using plain = await startEmulator({ control: false });
    expect(plain.controlUrl).toBe('');
    const http = plain.url.replace('ws', 'http');
    expect((await fetch(`${http}/control/state`)).status).toBe(404);
    expect((await fetch(http)).status).toBe(404);
  });
});

describe('access', () => {
  const asked = (headers: Record<string, string>, remoteAddress = '127.0.0.1', method = 'POST') =>
    refusalOf({ method, headers, remoteAddress }) === undefined;

  test.each([
    ['a program on this machine', { host: '127.0.0.1:8080' }, '127.0.0.1'],
    [
      'the page itself',
      { host: 'localhost:8080', origin: 'http://localhost:8080', 'sec-fetch-site': 'same-origin' },
      '::1',
    ],
    ['a program by IPv6', { host: '[::1]:8080' }, '::ffff:127.0.0.1'],
    [
      'a JSON order',
      { host: '127.0.0.1', 'content-length': '9', 'content-type': 'application/json; charset=utf-8' },
      '127.0.0.1',
    ],
  ])('%s is allowed', (_, headers, from) => {
    expect(asked(headers, from)).toBe(true);
  });

  test.each([
    ['another machine', { host: '192.168.0.7' }, '192.168.0.9'],
    ['a name that was pointed here', { host: 'rebound.example:8080' }, '127.0.0.1'],
    ['nobody in particular', {}, '127.0.0.1'],
    ['a page of another site', { host: '127.0.0.1', origin: 'https://evil.example' }, '127.0.0.1'],
    ['a page without an origin', { host: '127.0.0.1', origin: 'null' }, '127.0.0.1'],
    ['a page of another port', { host: '127.0.0.1:8080', origin: 'http://127.0.0.1:3000' }, '127.0.0.1'],
    ['an image on another site', { host: '127.0.0.1', 'sec-fetch-site': 'cross-site' }, '127.0.0.1'],
    ['a form', { host: '127.0.0.1', 'content-length': '9', 'content-type': 'text/plain' }, '127.0.0.1'],
  ])('%s is refused', (_, headers, from) => {
    expect(asked(headers as Record<string, string>, from)).toBe(false);
  });

  test('is checked for requests over a socket', async () => {
    expect(await statusWith('POST', 'control/faults/cut', { origin: 'https://evil.example' })).toBe(403);
    expect(await statusWith('GET', 'control/state', { host: 'rebound.example' })).toBe(403);
    expect(await statusWith('GET', 'control/events', { 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(await statusWith('GET', '', { host: 'rebound.example' })).toBe(403);
    expect(await statusWith('POST', 'control/faults/cut', {})).toBe(200);
  });
});
