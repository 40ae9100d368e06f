import { type AddressInfo, createServer, type Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { transport } from '../../src/transports/node.ts';
import type { SocketEnd } from '../../src/transports/transport.ts';
import { describeTransport } from './contract.ts';
import { startRemoteEmulator } from './remote-emulator.ts';

describeTransport('the transport over ws', {
  transport,
  startServer: startRemoteEmulator,
  // A port below 1024 that nothing uses: refused at once.
  unreachableUrl: 'ws://127.0.0.1:9/v1/listen',
  showsHandshake: true,
});

test('the transport over ws ends a close() without an answer after a short time', async () => {
  const server = await startRemoteEmulator();
  const credentials = { scheme: 'token', value: 'key' } as const;
  let socket: ReturnType<typeof transport> | undefined;
  const end = new Promise<SocketEnd>((ended) => {
    socket = transport(
      { url: `${server.url}/v1/listen?encoding=linear16&sample_rate=16000`, credentials },
      {
        opened: () => void server.strike({ kind: 'halfOpen' }).then(() => socket?.close(1000, '')),
        message: () => undefined,
        binary: () => undefined,
        ended,
      },
    );
  });
  expect(await end).toMatchObject({ code: 1006 });
  await server.close();
});

describe('the transport over ws, where HTTP goes wrong', () => {
  async function serve(answer: (socket: Socket) => void) {
    const sockets: Socket[] = [];
    const server = createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => undefined);
      socket.once('data', () => answer(socket));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const ends: SocketEnd[] = [];
    let ended: () => void = () => undefined;
    const end = new Promise<void>((resolve) => (ended = resolve));
    const socket = transport(
      { url: `ws://127.0.0.1:${port}/v1/listen`, credentials: { scheme: 'token', value: 'key' } },
      {
        opened: () => undefined,
        message: () => undefined,
        binary: () => undefined,
        ended: (how) => {
          ends.push(how);
          ended();
        },
      },
    );
    const stop = () => {
      for (const each of sockets) each.destroy();
      server.close();
    };
    return { socket, ends, end, stop };
  }

  test('its headers and its body are passed on as they came, without cookies', async () => {
    const body = '{"err_code":"X","err_msg":"the body knows","request_id":"y"}';
    const { ends, end, stop } = await serve((socket) =>
      socket.end(
        `HTTP/1.1 402 No\r\nServer: gate\r\nSet-Cookie: a=b\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
      ),
    );
    await end;
    const headers = { server: 'gate', 'content-length': String(body.length) };
    expect(ends).toEqual([{ code: 1006, reason: '', status: 402, headers, body }]);
    stop();
  });

  test.each([
    ['is no JSON', 'HTTP/1.1 502 No\r\ncontent-length: 5\r\n\r\n<html', '<html'],
    ['is too long', `HTTP/1.1 502 No\r\ncontent-length: 99999\r\n\r\n${'x'.repeat(20_000)}`, undefined],
  ])('a body that %s does not hide its status', async (_, answer, body) => {
    const { ends, end, stop } = await serve((socket) => socket.write(answer));
    await end;
    expect(ends).toMatchObject([{ code: 1006, reason: '', status: 502 }]);
    expect(ends[0]?.body).toBe(body);
    stop();
  });

  test('a body that breaks off does not hide its status', async () => {
    const { ends, end, stop } = await serve((socket) => {
      socket.write('HTTP/1.1 503 No\r\ncontent-length: 100\r\n\r\nhalf of');
      setTimeout(() => socket.destroy(), 20);
    });
    await end;
    expect(ends).toMatchObject([{ code: 1006, status: 503 }]);
    stop();
  });

  test('a body without end is read up to a limit, and its status is reported', async () => {
    let flow: NodeJS.Timeout | undefined;
    const { ends, end, stop } = await serve((socket) => {
      socket.write('HTTP/1.1 503 No\r\n\r\n');
      flow = setInterval(() => socket.write('x'.repeat(1_024)), 5);
    });
    await end;
    clearInterval(flow);
    expect(ends).toEqual([{ code: 1006, reason: '', status: 503, headers: {} }]);
    stop();
  });

  test('a body that never ends is given up by terminate(), once', async () => {
    const { socket, ends, end, stop } = await serve((peer) =>
      peer.write('HTTP/1.1 503 No\r\ncontent-length: 100\r\n\r\nhalf of'),
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(ends).toEqual([]);
    socket.terminate();
    await end;
    expect(ends.length).toBe(1);
    stop();
  });

  test('a body that never ends does not hide its status', async () => {
    const { ends, end, stop } = await serve((socket) =>
      socket.write('HTTP/1.1 401 No\r\ncontent-length: 99\r\n\r\n{"err_'),
    );
    await end;
    const headers = { 'content-length': '99' };
    expect(ends).toEqual([{ code: 1006, reason: '', status: 401, headers }]);
    stop();
  });

  test('ends with 1006 for a response that is not HTTP', async () => {
    const { ends, end, stop } = await serve((socket) => socket.end('SSH-2.0-hello\r\n'));
    await end;
    expect(ends.length).toBe(1);
    expect(ends[0]).toMatchObject({ code: 1006 });
    stop();
  });
});
