import { expect, test } from 'vitest';
import { type TapListener, tapped } from '../../src/transports/tap.ts';
import type { OpenRequest, Socket, SocketHandlers } from '../../src/transports/transport.ts';

const REQUEST: OpenRequest = { url: 'wss://host', credentials: { scheme: 'token', value: 'secret' } };

function open({ canPing = true }: { canPing?: boolean } = {}) {
  const order: unknown[] = [];
  const note =
    (who: string, what: string) =>
    (...details: unknown[]): void => {
      order.push([who, what, ...details]);
    };
  let inner!: SocketHandlers;
  const listener: Required<TapListener> = {
    opened: note('tap', 'opened'),
    sent: note('tap', 'sent'),
    received: note('tap', 'received'),
    released: note('tap', 'released'),
    ended: note('tap', 'ended'),
  };
  const platform = (_request: OpenRequest, handlers: SocketHandlers): Socket => {
    inner = handlers;
    return {
      bufferedAmount: 7,
      send: note('network', 'send'),
      close: note('network', 'close'),
      terminate: note('network', 'terminate'),
      ...(canPing && { ping: note('network', 'ping') }),
    };
  };
  const socket = tapped(platform, () => listener)(REQUEST, {
    opened: note('client', 'opened'),
    message: note('client', 'message'),
    binary: note('client', 'binary'),
    ended: note('client', 'ended'),
  });
  return { socket, inner, order };
}

test('reports opened, sent, received, released and ended, and passes everything on', () => {
  const { socket, inner, order } = open();
  const end = { code: 1000, reason: 'bye' };
  inner.opened({});
  socket.send('a');
  inner.message('b');
  inner.binary(3);
  socket.close(1000, 'c');
  socket.terminate();
  inner.ended(end);
  expect(socket.bufferedAmount).toBe(7);
  expect(order).toEqual([
    ['tap', 'opened', {}],
    ['client', 'opened', {}],
    ['network', 'send', 'a'],
    ['tap', 'sent', 'a'],
    ['tap', 'received', 'b'],
    ['client', 'message', 'b'],
    ['client', 'binary', 3],
    ['tap', 'released', 'close'],
    ['network', 'close', 1000, 'c'],
    ['tap', 'released', 'terminate'],
    ['network', 'terminate'],
    ['tap', 'ended', end],
    ['client', 'ended', end],
  ]);
});

test('keeps the ping of a transport, which holds an idle link where no message can', () => {
  const { socket, order } = open();
  socket.ping?.();
  expect(order).toEqual([['network', 'ping']]);
});

test('adds no ping to a transport that has none', () => {
  expect(open({ canPing: false }).socket.ping).toBeUndefined();
});
