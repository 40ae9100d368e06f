/** The network faults of the bench, over real sockets. */
import { once } from 'node:events';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { Cable } from './faults/cable.mjs';

let server: WebSocketServer;
let cable: Cable;
let url: string;
const echoed: string[] = [];

beforeEach(async () => {
  echoed.length = 0;
  server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  server.on('connection', (socket) => {
    socket.on('error', () => undefined);
    socket.on('message', (data: Buffer) => {
      if (data.toString() === 'close') socket.close(1011, 'because');
      else socket.send(data.toString());
    });
  });
  await once(server, 'listening');
  cable = new Cable((server.address() as { port: number }).port);
  url = await cable.lay();
});

afterEach(async () => {
  await cable.remove();
  for (const socket of server.clients) socket.terminate();
  server.close();
});

async function open(): Promise<WebSocket> {
  const socket = new WebSocket(url);
  socket.on('message', (data: Buffer) => echoed.push(data.toString()));
  await once(socket, 'open');
  return socket;
}

/** The code of its end, also if it never opened. */
function endOf(socket: WebSocket): Promise<number> {
  socket.on('error', () => undefined);
  return new Promise((resolve) => {
    socket.on('close', resolve);
  });
}

test('carries messages both ways, and the close of either side', async () => {
  const socket = await open();
  socket.send('hello');
  await once(socket, 'message');
  socket.send('close');
  expect(await endOf(socket)).toBe(1011);
  expect(echoed).toEqual(['hello']);
});

test('cut: the connection breaks without a close frame, and the next one works', async () => {
  const socket = await open();
  const end = endOf(socket);
  cable.cut();
  expect(await end).toBe(1006);
  (await open()).terminate();
  expect(cable.attempts).toBe(2);
});

test('unplugged: no attempt succeeds, and each is counted, until it is plugged in', async () => {
  cable.unplug();
  expect(await endOf(new WebSocket(url))).toBe(1006);
  expect(await endOf(new WebSocket(url))).toBe(1006);
  cable.plug();
  (await open()).terminate();
  expect(cable.attempts).toBe(3);
});

test('dead: nothing arrives and neither side gets an event, while a new connection works', async () => {
  const dead = await open();
  cable.goDead();
  dead.send('into the void');
  const alive = await open();
  alive.send('hello');
  await once(alive, 'message');
  expect(echoed).toEqual(['hello']);
  expect(dead.readyState).toBe(WebSocket.OPEN);
  dead.terminate();
  alive.terminate();
});
