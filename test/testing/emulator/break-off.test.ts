import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { breakOff } from '../../../src/testing/emulator/break-off.ts';

let near: Socket;
let far: Socket;
let errors: string[];
const server = createServer();

beforeEach(async () => {
  errors = [];
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  far = connect(typeof address === 'object' ? (address?.port ?? 0) : 0, '127.0.0.1');
  [near] = await accepted;
  for (const socket of [near, far])
    socket.on('error', (error: NodeJS.ErrnoException) => errors.push(error.code ?? ''));
});
afterEach(() => {
  far.destroy();
  server.close();
});

const closed = (socket: Socket) => new Promise<void>((resolve) => socket.once('close', () => resolve()));

test('the other side sees a reset', async () => {
  const seen = closed(far);
  breakOff(near);
  await seen;
  expect(errors).toEqual(['ECONNRESET']);
});

test('a connection that is already ending is not reset: the process would never end', async () => {
  const gone = closed(near);
  near.end('the last words');
  breakOff(near);
  await gone;
  expect(errors).toEqual([]);
});
