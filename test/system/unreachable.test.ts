/** Servers that cannot be reached, over real sockets: notice, status and report name the cause. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import { type AddressInfo, createServer as createPlainServer } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { createLiveTranscription, type Notice, type Status } from '../../src/index.ts';
import { selfSigned } from '../transports/certificate.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A WebSocket server over TLS with a self-signed certificate. */
async function tlsServer(): Promise<string> {
  const server = createServer(selfSigned(30));
  servers.push(server);
  // oxlint-disable-next-line no-new
  new WebSocketServer({ server });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `wss://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** An address at which nothing listens. */
async function closedPort(): Promise<string> {
  const server = createPlainServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return `ws://127.0.0.1:${port}`;
}

/** A session that gives up at its first end. */
async function connect(baseUrl: string) {
  const live = createLiveTranscription({
    auth: { apiKey: 'a-key' },
    baseUrl,
    connect: 'eager',
    giveUpAfterMs: 0,
  });
  const notices: Notice[] = [];
  const statuses: Status[] = [];
  live.notices$.subscribe((notice) => notices.push(notice));
  await new Promise<void>((resolve) =>
    live.status$.subscribe({ next: (status) => statuses.push(status), complete: resolve }),
  );
  const report = await live.close();
  return { report, status: statuses.at(-1), notice: notices.find(({ code }) => code === 'connection-lost') };
}

test.each([
  [
    'a self-signed certificate',
    tlsServer,
    'certificate-refused',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'NODE_EXTRA_CA_CERTS',
  ],
  ['a port where nothing listens', closedPort, 'connection-refused', 'ECONNREFUSED', 'port'],
  [
    'a host without an address',
    () => 'ws://no-such-host.invalid',
    'host-not-found',
    /ENOTFOUND|EAI_AGAIN/,
    'spelling',
  ],
])(
  '%s is named in the notice with its remedy, in the status and in the report',
  async (_, serve, kind, cause, remedy) => {
    const { report, status, notice } = await connect(await serve());
    expect(notice?.evidence).toMatchObject({ kind, cause: expect.stringMatching(cause) as string });
    expect(notice?.message).toContain(kind);
    expect(notice?.remedy).toContain(remedy);
    expect(status).toMatchObject({ phase: 'failed', error: { reason: kind }, lastEnd: { kind } });
    expect(report).toMatchObject({
      outcome: 'failed',
      attempts: 1,
      error: { reason: kind },
      lastEnd: { kind },
    });
    expect(report.error?.message).toMatch(cause);
    expect(report.error?.remedy).toContain(remedy);
  },
);
