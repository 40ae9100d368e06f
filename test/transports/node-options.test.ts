/** `nodeTransport()`: through a proxy, with an own authority, with headers for a gateway. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { recordFlight } from '../../src/diagnosis/index.ts';
import { createLiveTranscription, type SessionReport } from '../../src/index.ts';
import { nodeTransport, type NodeTransportOptions } from '../../src/node.ts';
import { count, speak, startEmulator } from '../../src/testing/index.ts';
import { selfSigned } from './certificate.ts';
import { HAS_TINYPROXY, startProxy, startTinyproxy } from './proxy.ts';

const GATEWAY_KEY = 'gateway-key-0123456789abcdef';
const LISTEN = { encoding: 'linear16', sample_rate: 8_000 } as const;

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

/** What becomes of a session that gives up at its first end. */
async function connect(baseUrl: string, options: NodeTransportOptions): Promise<SessionReport> {
  const live = createLiveTranscription({
    auth: { apiKey: 'a-key' },
    baseUrl,
    connect: 'eager',
    giveUpAfterMs: 0,
    transport: nodeTransport(options),
    listen: LISTEN,
    warnOnConsole: false,
  });
  live.actor.on('connection.opened', () => void live.close({ timeoutMs: 0 }));
  await new Promise<void>((resolve) => live.status$.subscribe({ complete: resolve }));
  return live.close();
}

/** Says four words through a proxy, cut in the middle. */
async function speakThrough(proxyUrl: string): Promise<string> {
  await using emulator = await startEmulator();
  const agent = new HttpsProxyAgent(proxyUrl);
  const live = createLiveTranscription({
    auth: { apiKey: 'a-key' },
    baseUrl: emulator.url,
    listen: LISTEN,
    transport: nodeTransport({ agent }),
  });
  const words: string[] = [];
  live.transcripts$.subscribe(({ final, text }) => final && words.push(text));
  live.send(speak(count(1, 4), { sampleRate: LISTEN.sample_rate }));
  live.actor.on('connection.opened', ({ attempt }) => attempt === 1 && setTimeout(() => emulator.cut(), 300));
  const { outcome, connections } = await live.close();
  agent.destroy();
  return `${outcome} after ${connections}: ${words.join(' ').trim()}`;
}

describe('through a proxy', () => {
  const EVERY_WORD = 'drained after 2: 0001 0002 0003 0004';

  test('and a cut, no word is lost [G3]', async () => {
    await using proxy = await startProxy();
    expect(await speakThrough(proxy.url)).toBe(EVERY_WORD);
    expect(proxy.asked.length).toBe(2);
  });

  test.skipIf(!HAS_TINYPROXY)('and a cut, no word is lost: tinyproxy [G3]', async () => {
    await using proxy = await startTinyproxy();
    expect(await speakThrough(proxy.url)).toBe(EVERY_WORD);
  });
});

describe('with an own authority', () => {
  async function serve(days: number, address?: number[]) {
    const pem = selfSigned(days, address);
    const server = createTlsServer(pem);
    const sockets = new WebSocketServer({ server });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    cleanups.push(() => {
      for (const socket of sockets.clients) socket.terminate();
      server.close();
    });
    return { ca: pem.cert, port: (server.address() as AddressInfo).port };
  }

  test('a certificate of that authority is trusted', async () => {
    const { ca, port } = await serve(30);
    const { connections } = await connect(`wss://127.0.0.1:${port}`, { ca });
    expect(connections).toBe(1);
  });

  test('one that has expired is refused, and the report shows it', async () => {
    const { ca, port } = await serve(-1);
    const { outcome, lastEnd } = await connect(`wss://127.0.0.1:${port}`, { ca });
    expect(outcome).toBe('failed');
    expect(lastEnd).toMatchObject({ kind: 'certificate-refused', cause: 'CERT_HAS_EXPIRED' });
  });

  test('one for another name is refused, and the report shows it', async () => {
    const { ca, port } = await serve(30, [10, 0, 0, 1]);
    const { outcome, lastEnd } = await connect(`wss://127.0.0.1:${port}`, { ca });
    expect(outcome).toBe('failed');
    expect(lastEnd).toMatchObject({ kind: 'certificate-refused', cause: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  });
});

describe('with headers', () => {
  test('a gateway gets them, and its path and query, with every handshake', async () => {
    const heard: [string | undefined, IncomingHttpHeaders][] = [];
    const server = createServer();
    server.on('upgrade', (request, socket) => {
      // The last attempt is given up in the middle of its handshake.
      socket.on('error', () => undefined);
      heard.push([request.url, request.headers]);
      socket.end(`HTTP/1.1 503 No\r\ndg-error: not with ${GATEWAY_KEY}\r\ncontent-length: 0\r\n\r\n`);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    cleanups.push(() => server.close());
    const flight = recordFlight({
      auth: { apiKey: 'a-key' },
      baseUrl: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/speech/deepgram`,
      listen: { ...LISTEN, 'api-version': '2026-01' },
      transport: nodeTransport({ headers: { 'X-Gateway-Key': GATEWAY_KEY } }),
      connect: 'eager',
    });
    const live = createLiveTranscription(flight.options);
    const notices: string[] = [];
    live.notices$.subscribe(({ message }) => notices.push(message));
    await expect.poll(() => heard.length).toBeGreaterThan(1);
    live.abort();
    const [[url, headers] = []] = heard;
    expect(url).toMatch(/^\/speech\/deepgram\/v1\/listen\?.*api-version=2026-01/);
    expect(headers).toMatchObject({ 'x-gateway-key': GATEWAY_KEY, authorization: 'Token a-key' });
    const told = [notices.join(), flight.toNDJSON(), JSON.stringify(await live.close())].join();
    expect(told).toContain('not with [secret]');
    expect(told).not.toContain(GATEWAY_KEY);
  });

  test.each([
    ['Authorization', { authorization: `Token ${GATEWAY_KEY}` }],
    ['a name that is none', { 'x key': 'x' }],
    ['a line break', { 'x-key': `${GATEWAY_KEY}\r\nx: y` }],
    ['no text', { 'x-key': undefined as never }],
  ])('%s is refused at once, and no value is shown', (_, headers) => {
    const act = () => nodeTransport({ headers });
    expect(act).toThrow(/^invalid-option: /);
    expect(act).not.toThrow(GATEWAY_KEY);
  });
});

test('a message beyond 4 MiB ends the connection, reports the reason, and takes no more memory', async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  cleanups.push(() => server.close());
  server.on('connection', (socket) => {
    socket.on('error', () => undefined);
    socket.send(`{"type":"x","y":"${'a'.repeat(4 * 1024 * 1024)}"}`);
  });
  await once(server, 'listening');
  const live = createLiveTranscription({
    auth: { apiKey: 'a-key' },
    baseUrl: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connect: 'eager',
    listen: LISTEN,
  });
  const messages: unknown[] = [];
  live.messages$.subscribe((message) => messages.push(message));
  const causes: unknown[] = [];
  live.actor.on('connection.lost', ({ end }) => causes.push(end.cause));
  await expect.poll(() => causes.length).toBeGreaterThan(1);
  live.abort();
  expect(new Set(causes)).toEqual(new Set(['WS_ERR_UNSUPPORTED_MESSAGE_LENGTH']));
  expect(messages).toEqual([]);
});
