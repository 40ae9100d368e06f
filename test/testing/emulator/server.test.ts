import { once } from 'node:events';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { startEmulator } from '../../../src/testing/emulator/server.ts';
import { encodePcm } from '../../../src/testing/media/pcm.ts';
import { count, speak } from '../../../src/testing/recognisers/tone-speaker.ts';

const QUERY = 'model=nova-3&encoding=linear16&sample_rate=8000&endpointing=300';
const audio = encodePcm(speak(count(1, 3), { sampleRate: 8_000 }), 'linear16');

interface Refused {
  status: number | undefined;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

function connect(url: string, query = QUERY, authorization = 'Token some-key'): WebSocket {
  const socket = new WebSocket(`${url}/v1/listen?${query}`, { headers: { authorization } });
  socket.on('error', () => undefined);
  return socket;
}

function refusedAs(socket: WebSocket): Promise<Refused> {
  return new Promise((resolve) => {
    socket.on('unexpected-response', (_, response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body }));
    });
  });
}

function closeOf(socket: WebSocket): Promise<{ code: number; reason: string }> {
  return new Promise((resolve) => {
    socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
  });
}

test('a plain WebSocket client is transcribed, drained and closed with 1000', async () => {
  await using emulator = await startEmulator();
  const socket = connect(emulator.url);
  const texts: string[] = [];
  let requestId: unknown;
  socket.on('message', (data: Buffer) => texts.push(data.toString()));
  socket.on('upgrade', (response) => (requestId = response.headers['dg-request-id']));
  await once(socket, 'open');
  expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
  socket.send(audio);
  socket.send('{"type":"CloseStream"}');
  expect(await closeOf(socket)).toEqual({ code: 1000, reason: '' });
  expect(JSON.parse(texts.at(-1) ?? '')).toMatchObject({ type: 'Metadata', request_id: requestId });
  expect(emulator.transcript()).toEqual(['0001', '0002', '0003']);
  expect(emulator.latest).toMatchObject({ scheme: 'token', receivedAudioMs: 1_500 });
  expect(emulator.latest?.query.get('model')).toBe('nova-3');
  expect(JSON.stringify(emulator.latest)).not.toContain('some-key');
});

test('a page of another origin is refused, unless it is named', async () => {
  await using emulator = await startEmulator({ allowedOrigins: ['https://app.test'] });
  const outcomeOf = async (origin: string) => {
    const socket = new WebSocket(`${emulator.url}/v1/listen?${QUERY}`, ['token', 'some-key'], { origin });
    socket.on('error', () => undefined);
    const outcome = await Promise.race([once(socket, 'open').then(() => 'open'), refusedAs(socket)]);
    socket.terminate();
    return typeof outcome === 'string' ? outcome : `${outcome.status} ${outcome.body}`;
  };
  const own = ['http://localhost:5173', 'http://127.0.0.1:8080', 'http://[::1]', 'https://my.localhost'];
  for (const origin of [...own, 'https://app.test']) expect(await outcomeOf(origin), origin).toBe('open');
  const foreign = ['https://evil.test', 'http://localhost.evil.test', 'http://127.0.0.1.evil.test', 'null'];
  for (const origin of foreign) expect(await outcomeOf(origin), origin).toMatch(/^403 .*allowedOrigins/);
});

test('a browser authenticates by sub-protocol, and gets the first one back', async () => {
  await using emulator = await startEmulator();
  const socket = new WebSocket(`${emulator.url}/v1/listen?${QUERY}`, [
    'bearer',
    emulator.grantToken().access_token,
  ]);
  await once(socket, 'open');
  expect(socket.protocol).toBe('bearer');
  expect(emulator.latest?.scheme).toBe('bearer');
});

test('a refusal has status, headers and body as Deepgram sends them', async () => {
  await using emulator = await startEmulator();
  emulator.refuse(503, { dgError: 'Overloaded' });
  const first = await refusedAs(connect(emulator.url));
  expect(first).toMatchObject({ status: 503, headers: { 'dg-error': 'Overloaded' } });
  const second = await refusedAs(connect(emulator.url, QUERY, 'Token wrong-key'));
  expect(second.status).toBe(401);
  expect(JSON.parse(second.body)).toEqual({
    err_code: 'INVALID_AUTH',
    err_msg: 'Invalid credentials.',
    request_id: second.headers['dg-request-id'],
  });
});

test('a cut is shown as 1006, a close with its code', async () => {
  await using emulator = await startEmulator();
  const [cut, closed] = [connect(emulator.url), connect(emulator.url)];
  await Promise.all([once(cut, 'open'), once(closed, 'open')]);
  const ends = [closeOf(cut), closeOf(closed)];
  emulator.connections[0]?.cut();
  emulator.connections[1]?.close(1012, 'restart');
  expect(await Promise.all(ends)).toEqual(
    expect.arrayContaining([
      { code: 1006, reason: '' },
      { code: 1012, reason: 'restart' },
    ]),
  );
  expect(emulator.openConnections).toEqual([]);
});

test('a half-open connection answers nothing, not even a ping, and stays open', async () => {
  await using emulator = await startEmulator();
  const socket = connect(emulator.url);
  await once(socket, 'open');
  emulator.halfOpen();
  let answers = 0;
  socket.on('message', () => (answers += 1));
  socket.on('pong', () => (answers += 1));
  socket.ping();
  socket.send(audio);
  socket.send('{"type":"CloseStream"}');
  await new Promise((resolve) => setTimeout(resolve, 150));
  expect(answers).toBe(0);
  expect(socket.readyState).toBe(WebSocket.OPEN);
  expect(emulator.openConnections).toHaveLength(1);
});

test('a hanging handshake is never answered, and closing the emulator ends it', async () => {
  const emulator = await startEmulator();
  emulator.hang();
  const socket = connect(emulator.url);
  const ended = closeOf(socket);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(socket.readyState).toBe(WebSocket.CONNECTING);
  await emulator.close();
  expect((await ended).code).toBe(1006);
});

test('the emulator survives garbage and oversized messages', async () => {
  await using emulator = await startEmulator({ maxPayloadBytes: 10_000 });
  const big = connect(emulator.url);
  await once(big, 'open');
  big.send(new Uint8Array(20_000));
  expect((await closeOf(big)).code).toBe(1009);
  const { status } = await fetch(`${emulator.url.replace('ws', 'http')}/elsewhere`);
  expect(status).toBe(404);
  const next = connect(emulator.url);
  await once(next, 'open');
});

test('POST /v1/auth/grant turns a key into a token, and refuses a wrong key', async () => {
  await using emulator = await startEmulator();
  const address = `${emulator.url.replace('ws', 'http')}/v1/auth/grant`;
  const grant = (authorization: string) => fetch(address, { method: 'POST', headers: { authorization } });
  const response = await grant('Token some-key');
  const body = await response.text();
  expect(JSON.parse(body)).toMatchObject({ expires_in: 30 });
  const token = /"access_token":"([^"]+)"/.exec(body)?.[1];
  const socket = connect(emulator.url, QUERY, `Bearer ${token}`);
  await once(socket, 'open');
  const stranger = await grant('Token invalid');
  expect(stranger.status).toBe(401);
  const ids = [response, stranger].map(({ headers }) => headers.get('dg-request-id'));
  expect(new Set([...ids, emulator.latest?.requestId])).toHaveProperty('size', 3);
});

test('where it cannot listen, it names the remedy', async () => {
  await using first = await startEmulator();
  await expect(startEmulator({ port: first.port })).rejects.toThrow(
    expect.objectContaining({
      code: 'EADDRINUSE',
      message: `The emulator cannot listen on 127.0.0.1, port ${first.port} (EADDRINUSE): give another port, or 0 for any free one.`,
    }),
  );
  await expect(startEmulator({ host: '203.0.113.1' })).rejects.toThrow(/as host, such as 127\.0\.0\.1/);
});
