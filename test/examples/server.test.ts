/** The server of the example apps: which origins get a token. */
import { request } from 'node:http';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { startEmulator } from '../../src/testing/index.ts';

const SERVER = join(import.meta.dirname, '..', '..', 'docs', 'examples', 'react', 'server.mjs');

test('grants tokens to its own page, and to no other website', async () => {
  await using emulator = await startEmulator();
  vi.stubEnv('DEEPGRAM_API_KEY', 'the-key-of-the-example');
  vi.stubEnv('DEEPGRAM_URL', emulator.url.replace('ws', 'http'));
  vi.stubEnv('PORT', '0');
  const log = vi.spyOn(console, 'log').mockReturnValue();
  await import(SERVER);
  const address = () => /localhost:(\d+)/.exec(log.mock.calls.flat().join(' '));
  const said = await vi.waitUntil(address, { timeout: 60_000 });
  const port = Number(said[1]);

  // `fetch` would not let us choose an origin.
  const statusFor = (headers: Record<string, string>) =>
    new Promise<number | undefined>((resolve, reject) => {
      request({ host: '127.0.0.1', port, method: 'POST', path: '/api/token', headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });
  const host = `localhost:${port}`;
  expect(await statusFor({ host, origin: `http://${host}` })).toBe(200);
  expect(await statusFor({ host: `127.0.0.1:${port}`, origin: 'http://localhost:5173' })).toBe(200);
  for (const origin of ['https://evil.test', 'http://localhost:1', 'null'])
    expect(await statusFor({ host, origin }), origin).toBe(403);
  expect(await statusFor({ host }), 'no origin at all').toBe(403);
  expect(await statusFor({ host: 'evil.test', origin: 'http://evil.test' })).toBe(403);
});
