/** A forward proxy on this machine: tinyproxy where it is installed, and one of our own. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Proxy extends AsyncDisposable {
  url: string;
  port: number;
  /** Hosts and ports that were asked for. */
  asked: string[];
}

/** Tunnels whatever it is asked for, unless `answer` refuses it with another line than 200; to this machine's `port`, if given. */
export async function startProxy({
  answer = 'HTTP/1.1 200 Connection established',
  port: reached,
}: {
  answer?: string;
  port?: number;
} = {}): Promise<Proxy> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((_, response) => response.writeHead(405).end());
  server.on('connection', (socket) => {
    sockets.add(socket);
    // A session that is given up resets its connections.
    socket.on('error', () => undefined);
  });
  server.on('connect', ({ url = '', headers }, client: Socket, head) => {
    asked.push([url, headers['proxy-authorization']].filter(Boolean).join(' '));
    if (!/ 200 /.test(answer)) {
      client.end(`${answer}\r\n\r\n`);
      return;
    }
    const [host = '', port = ''] = url.split(':');
    const upstream: Socket = connect(reached ?? Number(port), reached ? '127.0.0.1' : host, () => {
      client.write(`${answer}\r\n\r\n`);
      upstream.write(head);
      client.pipe(upstream).pipe(client);
    });
    sockets.add(upstream);
    client.on('error', () => upstream.destroy());
    upstream.on('error', () => client.destroy());
    client.on('close', () => upstream.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    asked,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

export const HAS_TINYPROXY = spawnSync('tinyproxy', ['-v']).status === 0;

export async function startTinyproxy(): Promise<AsyncDisposable & { url: string }> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'rx-deepgram-tinyproxy-'));
  const file = join(folder, 'tinyproxy.conf');
  writeFileSync(file, `Port ${port}\nListen 127.0.0.1\nAllow 127.0.0.1\nTimeout 60\nMaxClients 10\n`);
  const child = spawn('tinyproxy', ['-d', '-c', file], { stdio: 'ignore' });
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    const isUp = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isUp) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      child.kill();
      await once(child, 'exit');
      rmSync(folder, { recursive: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createTcpServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
