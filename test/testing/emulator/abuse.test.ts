/** What nobody should send, and somebody will: the emulator outlives it, in bounded memory, and serves the next. */
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { VirtualClock } from '../../../src/testing/clock/virtual-clock.ts';
import {
  type EmulatorServer,
  type EmulatorServerOptions,
  startEmulator,
} from '../../../src/testing/emulator/server.ts';
import { seededRandom } from '../../../src/testing/network/random.ts';
import { HostileClient } from './hostile-client.ts';

const QUERY = 'model=nova-3&encoding=linear16&sample_rate=16000';
const MEGABYTE = 1024 * 1024;
const TEXT = 1;
const BINARY = 2;
const CONTINUED = 0;
const PING = 9;

let emulator: EmulatorServer;
const clients: HostileClient[] = [];

async function start(options: EmulatorServerOptions = {}): Promise<void> {
  await emulator.close();
  emulator = await startEmulator(options);
}

async function upgraded(query?: string): Promise<HostileClient> {
  const client = await HostileClient.upgraded(emulator.port, query);
  clients.push(client);
  return client;
}

function raw(): HostileClient {
  const client = new HostileClient(emulator.port);
  clients.push(client);
  return client;
}

/** The server hears of an end a moment after the client. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 2));
}

function watchForBackPressure(): () => boolean {
  let hasStopped = false;
  emulator.watch(({ type }) => (hasStopped ||= type === 'reading.stopped'));
  return () => hasStopped;
}

const nobodyIsConnected = () => until(() => emulator.openConnections.length === 0);

/** A client of good manners is served as ever. */
async function expectItServes(): Promise<void> {
  const socket = new WebSocket(`${emulator.url}/v1/listen?${QUERY}`, {
    headers: { authorization: 'Token key' },
  });
  await once(socket, 'open');
  socket.send('{"type":"CloseStream"}');
  const [code] = (await once(socket, 'close')) as [number];
  expect(code).toBe(1000);
}

/** Most memory the process holds more than at the start, while `action` runs, in megabytes. */
async function memoryTaken(action: () => Promise<void>): Promise<number> {
  const before = process.memoryUsage().rss;
  let most = before;
  const timer = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 20);
  await action();
  clearInterval(timer);
  return (Math.max(most, process.memoryUsage().rss) - before) / MEGABYTE;
}

beforeEach(async () => {
  emulator = await startEmulator();
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await emulator.close();
});

describe('frames', () => {
  test.each([
    ['unmasked', 1002, (client: HostileClient) => client.frame(TEXT, Buffer.from('{}'), { masked: false })],
    [
      'compressed, which was not agreed on',
      1002,
      (client: HostileClient) => client.frame(TEXT, Buffer.from('{}'), { rsv: 0x40 }),
    ],
    ['of a reserved opcode', 1002, (client: HostileClient) => client.frame(5, Buffer.from('x'))],
    ['of invalid UTF-8', 1007, (client: HostileClient) => client.frame(TEXT, Buffer.from([0xc3, 0x28]))],
    ['a ping too long', 1002, (client: HostileClient) => client.frame(PING, Buffer.alloc(126))],
    ['a continuation of nothing', 1002, (client: HostileClient) => client.frame(CONTINUED, Buffer.from('x'))],
    [
      'a close with a code that does not exist',
      1002,
      (client: HostileClient) => client.frame(8, Buffer.from([0x03, 0xed])),
    ],
    ['longer than any number', 1009, (client: HostileClient) => client.frame(BINARY, 2 ** 52)],
  ])('%s: closed with %i', async (_, code, send) => {
    const client = await upgraded();
    send(client);
    client.socket.end();
    await client.closed();
    expect(client.closeCode).toBe(code);
    await nobodyIsConnected();
    await expectItServes();
  });

  test('garbage, of any kind', async () => {
    const random = seededRandom(20261121);
    for (let round = 0; round < 200; round += 1) {
      const client = await upgraded();
      client.socket.write(Uint8Array.from({ length: 1 + Math.floor(random() * 600) }, () => random() * 256));
      client.socket.end();
      await client.closed();
    }
    await nobodyIsConnected();
    await expectItServes();
  });

  test('of a hundred megabytes are refused by their head, and not kept', async () => {
    const client = await upgraded();
    const taken = await memoryTaken(async () => {
      client.frame(BINARY, 100 * MEGABYTE);
      await client.flood(Buffer.alloc(MEGABYTE), 100 * MEGABYTE);
      client.socket.end();
    });
    expect(taken).toBeLessThan(60);
    await expectItServes();
  });

  test('in a hundred thousand fragments end the connection before they fill the memory', async () => {
    const client = await upgraded();
    client.frame(BINARY, Buffer.from('x'), { fin: false });
    const fragment = Buffer.from([0x00, 0x81, 0, 0, 0, 0, 0x78]);
    await client.flood(Buffer.concat(Array.from({ length: 1_000 }, () => fragment)), 700_000);
    client.socket.end();
    await client.closed();
    expect(client.closeCode).toBe(1008);
    await expectItServes();
  });

  test('of control messages, deep, long, or named like a prototype, are answered with short errors', async () => {
    const client = await upgraded();
    const deep = '['.repeat(100_000);
    for (const text of [
      deep,
      `{"type":"${'x'.repeat(MEGABYTE)}"}`,
      '{"__proto__":{"type":"CloseStream"}}',
      '{"type":"constructor"}',
    ]) {
      client.frame(TEXT, Buffer.from(text));
    }
    while ((client.text.match(/SchemaError/g) ?? []).length < 4) await once(client.socket, 'data');
    expect(client.received.length).toBeLessThan(20_000);
    expect(emulator.latest?.controlMessages.every((text) => text.length < 11_000)).toBe(true);
    await expectItServes();
  });

  test('of a WAV header that lies make no recognisers by the thousand', async () => {
    const client = await upgraded('multichannel=true');
    const header = Buffer.alloc(2_000);
    header.write('RIFF');
    header.write('WAVEfmt ', 8);
    header.writeUInt32LE(16, 16);
    header.writeUInt16LE(6, 20);
    header.writeUInt16LE(65_535, 22);
    header.writeUInt32LE(0xffff_ffff, 24);
    header.writeUInt16LE(8, 34);
    header.write('data', 36);
    client.frame(BINARY, header);
    client.frame(BINARY, Buffer.alloc(70_000));
    while (client.closeCode === undefined) await once(client.socket, 'data');
    expect(client.closeCode).toBe(1008);
    await expectItServes();
  });
});

describe('handshakes', () => {
  test.each([
    ['a URL of 100 kB', [`GET /v1/listen?x=${'x'.repeat(100_000)} HTTP/1.1`, 'Host: localhost'], '431'],
    [
      'a header of 100 kB',
      ['GET /v1/listen HTTP/1.1', 'Host: localhost', `X: ${'x'.repeat(100_000)}`],
      '431',
    ],
    ['no HTTP at all', ['\u0016\u0003\u0001\u0002'], '400'],
    [
      'an address that is none',
      ['GET // HTTP/1.1', 'Host: x', 'Upgrade: websocket', 'Connection: Upgrade'],
      '400',
    ],
    ['a path with bad escapes', ['GET /%ff%zz HTTP/1.1', 'Host: x'], '404'],
    [
      'a WebSocket version of old',
      [
        'GET /v1/listen HTTP/1.1',
        'Host: x',
        'Upgrade: websocket',
        'Connection: Upgrade',
        'Sec-WebSocket-Version: 7',
        'Authorization: Token k',
      ],
      '400',
    ],
    [
      'an upgrade to something else',
      ['GET /v1/listen HTTP/1.1', 'Host: x', 'Upgrade: h2c', 'Connection: Upgrade', 'Authorization: Token k'],
      '400',
    ],
    [
      'an upgrade by POST',
      [
        'POST /v1/listen HTTP/1.1',
        'Host: x',
        'Upgrade: websocket',
        'Connection: Upgrade',
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
        'Sec-WebSocket-Version: 13',
        'Authorization: Token k',
      ],
      '405',
    ],
    [
      'a body that contradicts itself',
      ['POST /v1/auth/grant HTTP/1.1', 'Host: x', 'Content-Length: 1', 'Transfer-Encoding: chunked'],
      '400',
    ],
  ])('%s is refused', async (_, lines, status) => {
    const client = raw();
    client.request(...lines);
    await client.closed();
    expect(client.text.split(' ')[1]).toBe(status);
    expect(emulator.openConnections).toEqual([]);
    await expectItServes();
  });

  test('that never come to an end are ended', async () => {
    await start({ handshakeTimeoutMs: 200 });
    const silent = raw();
    const slow = raw();
    slow.socket.write('GET /v1/listen HTTP/1.1\r\nHost: loc');
    const trickling = raw();
    trickling.socket.write('POST /v1/auth/grant HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{');
    await Promise.all([silent.closed(), slow.closed(), trickling.closed()]);
    expect(slow.text.split(' ')[1]).toBe('408');
    await expectItServes();
  });

  test('that are broken off, or half closed, leave nothing behind', async () => {
    for (let round = 0; round < 50; round += 1) {
      const client = raw();
      client.socket.write('GET /v1/listen?mod');
      if (round % 2 === 0) client.socket.end();
      else client.socket.resetAndDestroy();
      await client.closed();
    }
    emulator.hang();
    const waiting = raw();
    waiting.request(
      'GET /v1/listen HTTP/1.1',
      'Host: x',
      'Upgrade: websocket',
      'Connection: Upgrade',
      'Authorization: Token k',
    );
    await until(() => emulator.attempts > 0);
    waiting.socket.end();
    await waiting.closed();
    await expectItServes();
  });
});

describe('bodies of a hundred megabytes', () => {
  test.each(['/v1/auth/grant', '/control/faults', '/control/faults/cut', '/'])(
    'POST %s is cut short',
    async (path) => {
      const client = raw();
      const taken = await memoryTaken(async () => {
        client.request(
          `POST ${path} HTTP/1.1`,
          'Host: localhost',
          'Content-Type: application/json',
          `Content-Length: ${100 * MEGABYTE}`,
        );
        const sent = await client.flood(Buffer.alloc(MEGABYTE, 0x20), 100 * MEGABYTE);
        await client.closed();
        expect(sent).toBeLessThan(40 * MEGABYTE);
      });
      expect(taken).toBeLessThan(60);
      await expectItServes();
    },
  );
});

describe('floods', () => {
  test('of audio are pushed back to the client, whose silence is then not held against it', async () => {
    const clock = new VirtualClock();
    await start({ clock });
    const hasStoppedReading = watchForBackPressure();
    const client = await upgraded();
    const frame = Buffer.concat([
      Buffer.from([0x82, 0x80 | 126, 0x0c, 0x80, 0, 0, 0, 0]),
      Buffer.alloc(3_200),
    ]);
    const taken = await memoryTaken(async () => {
      const sent = await client.flood(
        Buffer.concat(Array.from({ length: 100 }, () => frame)),
        200 * MEGABYTE,
        hasStoppedReading,
      );
      expect(sent).toBeLessThan(40 * MEGABYTE);
    });
    expect(taken).toBeLessThan(80);
    expect(emulator.latest?.receivedAudioMs).toBeLessThan(60_000);
    // A quarter of a minute has to be processed before there is room again: longer than a silent client would be borne.
    const before = emulator.latest?.receivedAudioMs ?? 0;
    clock.advance(12_500);
    expect(emulator.openConnections).toHaveLength(1);
    clock.advance(2_500);
    await until(() => (emulator.latest?.receivedAudioMs ?? 0) > before);
  });

  test.each([
    ['faulty messages', TEXT, '{"type":"Nonsense"}'.padEnd(1_900)],
    ['pings', PING, 'x'.repeat(125)],
  ])(
    'of %s from a client that reads nothing are read no further, until it is cut',
    async (_, opcode, payload) => {
      const clock = new VirtualClock();
      await start({ clock });
      const hasStoppedReading = watchForBackPressure();
      const client = await upgraded();
      client.socket.pause();
      client.frame(opcode, Buffer.from(payload));
      const head =
        payload.length < 126
          ? [0x80 | payload.length]
          : [0x80 | 126, payload.length >> 8, payload.length & 0xff];
      const frame = Buffer.concat([Buffer.from([0x80 | opcode, ...head, 0, 0, 0, 0]), Buffer.from(payload)]);
      const taken = await memoryTaken(async () => {
        const sent = await client.flood(
          Buffer.concat(Array.from({ length: 200 }, () => frame)),
          200 * MEGABYTE,
          hasStoppedReading,
        );
        expect(sent).toBeLessThan(60 * MEGABYTE);
      });
      expect(taken).toBeLessThan(150);
      clock.advance(30_001);
      expect(emulator.openConnections).toEqual([]);
      expect(emulator.latest?.end).toMatchObject({ by: 'network' });
    },
  );

  test('of connections: two thousand at once, each answered, all gone when they are cut', {
    timeout: 60_000,
  }, async () => {
    await start({ maxConnections: 1_900 });
    const sockets = Array.from(
      { length: 2_000 },
      () => new WebSocket(`${emulator.url}/v1/listen?${QUERY}`, { headers: { authorization: 'Token key' } }),
    );
    const outcomes = await Promise.all(
      sockets.map(
        (socket) =>
          new Promise<string>((resolve) => {
            socket.on('open', () => resolve('open'));
            socket.on('unexpected-response', (request, { statusCode }) => {
              resolve(String(statusCode));
              request.destroy();
            });
            socket.on('error', () => undefined);
          }),
      ),
    );
    expect(outcomes.filter((outcome) => outcome === 'open')).toHaveLength(1_900);
    expect(outcomes.filter((outcome) => outcome === '429')).toHaveLength(100);
    const closed = sockets
      .filter(({ readyState }) => readyState === WebSocket.OPEN)
      .map((socket) => once(socket, 'close'));
    emulator.cut();
    await Promise.all(closed);
    expect(emulator.openConnections).toEqual([]);
    // What is remembered of them is bounded, too.
    expect(emulator.connections).toHaveLength(1_000);
    await expectItServes();
  });

  test('of ended connections are forgotten, the oldest first', async () => {
    await start({ maxRemembered: 20 });
    for (let i = 0; i < 60; i += 1) {
      const client = await upgraded();
      client.destroy();
      await client.closed();
    }
    await expectItServes();
    expect(emulator.connections).toHaveLength(20);
    expect(emulator.latest?.attempt).toBe(61);
  });

  test('of watchers of the control page are turned away, and one that reads nothing is let go', async () => {
    const watchers = Array.from({ length: 40 }, () => raw());
    for (const watcher of watchers) watcher.request('GET /control/events HTTP/1.1', 'Host: localhost');
    await Promise.all(watchers.map((watcher) => until(() => watcher.received.length > 0)));
    const statuses = watchers.map(({ text }) => text.split(' ')[1]);
    expect(statuses.filter((status) => status === '200')).toHaveLength(32);
    expect(statuses.filter((status) => status === '503')).toHaveLength(8);
  });
});
