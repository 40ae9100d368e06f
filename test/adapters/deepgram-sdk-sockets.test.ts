/** `@deepgram/sdk` with the resilient transport over real sockets. Services without recovery use a plain socket. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DeepgramClient } from '@deepgram/sdk';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { WebSocketServer } from 'ws';
import { resilientTransport } from '../../src/adapters/deepgram-sdk.ts';
import { plainSocket } from '../../src/transports/browser.ts';
import { encodePcm, type EmulatorServer, count, speak, startEmulator } from '../../src/testing/index.ts';
import { listenTo } from './sdk-stage.ts';

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

function environmentOf(url: string) {
  const http = url.replace('ws', 'http');
  return { base: http, production: url, agent: url, agentRest: http };
}

/** Short limits, so that the test takes seconds. */
async function emulate(): Promise<EmulatorServer> {
  const emulator = await startEmulator({ idleTimeoutMs: 1_500 });
  stops.push(() => emulator.close());
  return emulator;
}

test('an app written like the README receives every word through a pause, a cut, a 1011 and a half-open link', async () => {
  const emulator = await emulate();
  const deepgram = new DeepgramClient({
    apiKey: 'some-key',
    environment: environmentOf(emulator.url),
    transportFactory: resilientTransport({ keepAliveMs: 1_000, stallMs: 1_000 }),
  });
  const connection = await deepgram.listen.v1.connect({
    model: 'nova-3',
    encoding: 'linear16',
    sample_rate: 16_000,
    interim_results: 'true',
  });
  stops.push(() => connection.close());
  let text = '';
  connection.on('message', (data) => {
    if (data.type === 'Results' && data.is_final)
      text += ` ${data.channel.alternatives[0]?.transcript ?? ''}`;
  });
  const closed = new Promise<number>((resolve) => {
    connection.on('close', ({ code }) => resolve(code));
  });
  connection.connect();
  await connection.waitForOpen();
  const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  const incidents: (() => Promise<unknown> | void)[] = [
    () => sleep(2_500),
    () => emulator.cut(),
    () => emulator.closeAll(1011, 'NET-0001'),
    () => emulator.halfOpen(),
    () => undefined,
  ];
  let first = 1;
  for (const happen of incidents) {
    const audio = encodePcm(speak(count(first, 2), { sampleRate: 16_000 }), 'linear16');
    first += 2;
    for (let at = 0; at < audio.length; at += 3_200) {
      connection.sendMedia(audio.slice(at, at + 3_200));
      await sleep(20);
    }
    await happen();
  }
  connection.sendCloseStream({ type: 'CloseStream' });
  expect(await closed).toBe(1000);
  expect(text.split(' ').filter(Boolean)).toEqual(
    Array.from({ length: first - 1 }, (_, index) => String(index + 1).padStart(4, '0')),
  );
});

describe('agent and speak', () => {
  /** A server that echoes each message and records the connections. */
  async function serve() {
    const http = createServer();
    const server = new WebSocketServer({ server: http });
    const visits: { url: string | undefined; headers: Record<string, unknown> }[] = [];
    server.on('connection', (socket, { url, headers }) => {
      visits.push({ url, headers });
      socket.on('error', () => undefined);
      socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
    });
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    stops.push(() => {
      for (const client of server.clients) client.terminate();
      http.close();
    });
    const url = `ws://127.0.0.1:${(http.address() as AddressInfo).port}`;
    const deepgram = new DeepgramClient({
      apiKey: 'some-key',
      environment: environmentOf(url),
      transportFactory: resilientTransport(),
    });
    return { deepgram, visits, server };
  }

  test('go through a plain socket with the headers of the SDK, text and bytes alike', async () => {
    const { deepgram, visits, server } = await serve();
    const agent = await deepgram.agent.v1.connect({});
    const heard = listenTo(agent);
    agent.connect();
    await agent.waitForOpen();
    agent.sendKeepAlive({ type: 'KeepAlive' });
    agent.sendMedia(new Uint8Array([1, 2, 3]));
    await expect.poll(() => heard.messages).toHaveLength(2);
    expect(heard.messages[0]).toEqual({ type: 'KeepAlive' });
    expect(visits[0]?.headers).toMatchObject({ authorization: 'Token some-key' });
    expect(visits[0]?.headers['x-deepgram-session-id']).toBeTruthy();
    for (const client of server.clients) client.close(4001, 'enough');
    await expect.poll(() => heard.closes).toHaveLength(1);
    expect(heard.closes).toEqual([expect.objectContaining({ code: 4001, reason: 'enough' })]);
  });

  test('are closed by the app', async () => {
    const { deepgram, visits, server } = await serve();
    const speaker = await deepgram.speak.v1.connect({ model: 'aura-2-thalia-en' });
    speaker.connect();
    await speaker.waitForOpen();
    expect(visits[0]?.url).toContain('/v1/speak');
    speaker.close();
    await expect.poll(() => server.clients.size).toBe(0);
  });

  test('reject `waitForOpen()` where no server answers', async () => {
    const deepgram = new DeepgramClient({
      apiKey: 'some-key',
      environment: environmentOf('ws://127.0.0.1:9'),
      transportFactory: resilientTransport(),
    });
    const agent = await deepgram.agent.v1.connect({});
    agent.connect();
    await expect(agent.waitForOpen()).rejects.toBeDefined();
  });

  test('authenticate by sub-protocols in a browser, as the SDK does', () => {
    const made: unknown[][] = [];
    vi.stubGlobal('WebSocket', function WebSocket(...given: unknown[]) {
      made.push(given);
    });
    plainSocket('wss://x.test/v1/speak', { authorization: 'Token key', 'x-deepgram-session-id': 'id' }, [
      'mine',
    ]);
    plainSocket('wss://x.test/v1/speak', { authorization: 'Bearer jwt' }, []);
    vi.unstubAllGlobals();
    expect(made).toEqual([
      ['wss://x.test/v1/speak', ['token', 'key', 'x-deepgram-session-id', 'id', 'mine']],
      ['wss://x.test/v1/speak', ['bearer', 'jwt']],
    ]);
  });
});
