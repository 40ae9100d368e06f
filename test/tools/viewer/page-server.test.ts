/** Any open website can reach the page's server: these are its possible attacks. */
import { request } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type PageServer, startPageServer } from '../../../src/tools/cli/show/page-server.ts';

let server: PageServer;
let strikes = 0;

beforeEach(async () => {
  strikes = 0;
  server = await startPageServer(
    {
      socketUrl: 'ws://127.0.0.1:4321/prefix',
      files: new Map([['/', { type: 'text/html', body: '<p>page</p>' }]]),
      actions: new Map<string, () => unknown>([
        ['/faults/cut', () => void (strikes += 1)],
        ['/token', () => Promise.resolve({ access_token: 'jwt' })],
        ['/fails', () => Promise.reject(new Error('the key was dg-secret'))],
      ]),
    },
    0,
  );
});

afterEach(() => server.close());

interface Asked {
  status: number | undefined;
  headers: Record<string, unknown>;
  body: string;
}

/** `fetch` does not allow a false host or origin. */
function ask(method: string, path: string, headers: Record<string, string> = {}): Promise<Asked> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(server.url);
    const asking = request({ hostname, port, path, method, headers }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body }));
    });
    asking.on('error', reject);
    asking.end();
  });
}

const own = () => new URL(server.url).origin;

test('it listens on the loopback only', () => {
  expect(new URL(server.url).hostname).toBe('127.0.0.1');
});

test('the page is served with a policy under which it can talk to the session, and to no other address', async () => {
  const { status, headers, body } = await ask('GET', '/');
  expect([status, body]).toEqual([200, '<p>page</p>']);
  const policy = String(headers['content-security-policy']).split('; ');
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self'");
  expect(policy).toContain("connect-src 'self' ws://127.0.0.1:4321");
  expect(policy.join()).not.toContain('unsafe');
});

test('accepts faults from its own page', async () => {
  const { status } = await ask('POST', '/faults/cut', { origin: own() });
  expect([status, strikes]).toEqual([204, 1]);
});

test.each([
  ['another website', 'POST', { origin: 'https://example.com' }],
  ['another port of this machine', 'POST', { origin: 'http://127.0.0.1:1' }],
  ['a sandboxed frame', 'POST', { origin: 'null' }],
  ['a program that says nothing of its origin', 'POST', {}],
  ['an image or a link', 'GET', {}],
])('%s is refused', async (_, method, headers) => {
  const { status } = await ask(method, '/faults/cut', headers);
  expect(status).toBe(method === 'GET' ? 405 : 403);
  expect(strikes).toBe(0);
  expect((await ask(method, '/token', headers)).body).not.toContain('jwt');
});

test('a host name rebound to the loopback is refused', async () => {
  const port = new URL(server.url).port;
  for (const host of [`example.com:${port}`, 'example.com', `localhost:${Number(port) + 1}`]) {
    expect(await ask('GET', '/', { host })).toMatchObject({ status: 421 });
    expect(await ask('POST', '/faults/cut', { host, origin: `http://${host}` })).toMatchObject({
      status: 421,
    });
  }
  expect(strikes).toBe(0);
});

test('a failure shows neither the request nor its secret [G8]', async () => {
  const { status, body } = await ask('POST', '/fails', { origin: own() });
  expect([status, body]).toEqual([502, '']);
});

test('no other file is served, also not under a path with ..', async () => {
  for (const path of ['/package.json', '/%2e%2e/package.json', '//etc/passwd', '//', '/faults/unknown']) {
    expect(await ask('GET', path)).toMatchObject({ status: 404 });
  }
});

test('where a port is taken, it names the remedy', async () => {
  const port = Number(new URL(server.url).port);
  const content = { socketUrl: 'ws://127.0.0.1:1', files: new Map(), actions: new Map() };
  await expect(startPageServer(content, port)).rejects.toThrow(
    /\(EADDRINUSE\): pass another --port, or none/,
  );
});
