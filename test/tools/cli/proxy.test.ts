/** The commands behind a proxy that the environment names. */
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { createLiveTranscription } from '../../../src/index.ts';
import { nodeTransport } from '../../../src/node.ts';
import { count, speak, startEmulator } from '../../../src/testing/index.ts';
import { proxyFor, throughProxy } from '../../../src/tools/cli/proxy.ts';
import { grantToken } from '../../../src/tools/cli/show/grant-token.ts';
import { selfSigned } from '../../transports/certificate.ts';
import { startProxy } from '../../transports/proxy.ts';
import { consult } from './doctor-practice.ts';

const PROXY = 'http://proxy.example:3128';
/** Not on this machine, so that the proxy is asked. */
const ADDRESS = [10, 0, 0, 9];
const HOST = ADDRESS.join('.');

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

test.each<[string, string, NodeJS.ProcessEnv, string | undefined]>([
  ['no variable', 'wss://api.deepgram.com', {}, undefined],
  ['HTTPS_PROXY', 'wss://api.deepgram.com', { HTTPS_PROXY: PROXY }, 'proxy.example:3128'],
  ['https_proxy', 'https://api.deepgram.com', { https_proxy: PROXY }, 'proxy.example:3128'],
  ['no scheme', 'wss://api.deepgram.com', { HTTPS_PROXY: 'proxy.example:3128' }, 'proxy.example:3128'],
  ['HTTP_PROXY for ws://', 'ws://10.0.0.5', { HTTP_PROXY: PROXY }, 'proxy.example:3128'],
  ['HTTP_PROXY for wss://', 'wss://api.deepgram.com', { HTTP_PROXY: PROXY }, undefined],
  ['ALL_PROXY', 'wss://api.deepgram.com', { ALL_PROXY: PROXY }, 'proxy.example:3128'],
  ['this machine', 'ws://127.0.0.1:8080', { HTTP_PROXY: PROXY }, undefined],
  [
    'NO_PROXY',
    'wss://dg.corp.example',
    { HTTPS_PROXY: PROXY, NO_PROXY: 'x.example, .corp.example' },
    undefined,
  ],
  ['NO_PROXY with a port', 'wss://dg:8443', { HTTPS_PROXY: PROXY, no_proxy: 'dg:8443' }, undefined],
  [
    'NO_PROXY of another name',
    'wss://notcorp.example',
    { HTTPS_PROXY: PROXY, NO_PROXY: 'corp.example' },
    'proxy.example:3128',
  ],
  ['NO_PROXY=*', 'wss://api.deepgram.com', { HTTPS_PROXY: PROXY, NO_PROXY: '*' }, undefined],
])('with %s, %s is reached by way of the right proxy', (_, server, env, place) => {
  expect(proxyFor(new URL(server), env)?.place).toBe(place);
});

test('an unsupported proxy is refused, and the message does not show its password', () => {
  const env = { ALL_PROXY: 'socks5://me:my-password@proxy.example' };
  expect(() => proxyFor(new URL('wss://api.deepgram.com'), env)).toThrow(
    /^The proxy of the environment is no http proxy/,
  );
  expect(() => proxyFor(new URL('wss://api.deepgram.com'), env)).not.toThrow('my-password');
});

/** A WebSocket server over TLS, with a certificate for {@link HOST}. */
async function tlsServer() {
  const pem = selfSigned(30, ADDRESS);
  const server = createServer(pem);
  const sockets = new WebSocketServer({ server });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(() => {
    for (const socket of sockets.clients) socket.terminate();
    server.close();
  });
  return { ca: pem.cert, port: (server.address() as AddressInfo).port };
}

test('a session of a command goes through it, with its name and password', async () => {
  await using emulator = await startEmulator();
  await using proxy = await startProxy({ port: Number(new URL(emulator.url).port) });
  const env = { HTTP_PROXY: proxy.url.replace('//', '//me:my%20password@') };
  const baseUrl = `ws://${HOST}`;
  const live = createLiveTranscription({
    auth: { apiKey: 'a-key' },
    baseUrl,
    listen: { encoding: 'linear16', sample_rate: 8_000 },
    ...throughProxy(baseUrl, env),
  });
  live.send(speak(count(1, 2), { sampleRate: 8_000 }));
  expect(await live.close()).toMatchObject({ outcome: 'drained', connections: 1 });
  expect(proxy.asked).toEqual([`${HOST}:80 Basic ${Buffer.from('me:my password').toString('base64')}`]);
});

test('TLS goes to the server, within the tunnel', async () => {
  const { ca, port } = await tlsServer();
  await using proxy = await startProxy({ port });
  const agent = proxyFor(new URL(`wss://${HOST}`), { HTTPS_PROXY: proxy.url })?.agent;
  const live = createLiveTranscription({
    auth: { apiKey: 'a-key' },
    baseUrl: `wss://${HOST}`,
    connect: 'eager',
    transport: nodeTransport({ ca, ...(agent && { agent }) }),
  });
  await new Promise((resolve) => live.actor.on('connection.opened', resolve));
  live.abort();
  expect(proxy.asked).toEqual([`${HOST}:443`]);
});

test('a token for the page of show comes through it', async () => {
  await using emulator = await startEmulator();
  await using proxy = await startProxy({ port: Number(new URL(emulator.url).port) });
  const answer = await grantToken(`ws://${HOST}`, 'any-key', { HTTP_PROXY: proxy.url });
  expect(answer).toEqual({ access_token: expect.any(String) as string });
  expect(proxy.asked).toEqual([`${HOST}:80`]);
});

describe('the doctor', () => {
  test('names which proxy reaches the server, and looks at the certificate behind it', async () => {
    const { ca, port } = await tlsServer();
    await using proxy = await startProxy({ port });
    const { findings } = await consult(`wss://${HOST}`, {
      env: { HTTPS_PROXY: proxy.url },
      probeSeconds: undefined,
      instruments: { trust: { ca } },
    });
    expect(findings['tcp']).toMatchObject({
      verdict: 'pass',
      summary: expect.stringContaining(`the proxy 127.0.0.1:${proxy.port} reaches port 443`) as string,
    });
    expect(findings['tls']).toMatchObject({ verdict: 'pass', evidence: { certificateDays: 29 } });
  });

  test.each([
    ['wants a password', 'HTTP/1.1 407 No', 'http://name:password@host:port'],
    ['does not let through', 'HTTP/1.1 403 No', `CONNECT to ${HOST}:443`],
  ])('says that the proxy %s', async (_, answer, remedy) => {
    await using proxy = await startProxy({ answer });
    const { code, findings } = await consult(`wss://${HOST}`, { env: { HTTPS_PROXY: proxy.url } });
    expect(findings['tcp']).toMatchObject({
      verdict: 'fail',
      remedy: expect.stringContaining(remedy) as string,
    });
    expect(findings['handshake']).toMatchObject({ verdict: 'skipped' });
    expect(code).toBe(1);
  });

  test('reports that there is no proxy at this address', async () => {
    const gone = await startProxy();
    await gone[Symbol.asyncDispose]();
    const { findings } = await consult(`wss://${HOST}`, { env: { HTTPS_PROXY: gone.url } });
    expect(findings['tcp']).toMatchObject({
      verdict: 'fail',
      summary: expect.stringContaining('ECONNREFUSED') as string,
      remedy: expect.stringContaining('HTTPS_PROXY') as string,
    });
  });
});
