/** A Redis of the bench's own, without a disk. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from 'redis';
import { sleep } from './processes.mjs';

/**
 * Starts it, and stops it when the work is done or has failed.
 *
 * @template Result
 * @param {(url: string, client: import('redis').RedisClientType) => Promise<Result>} work
 */
export async function withRedis(work) {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (probe.address());
  probe.close();
  const folder = mkdtempSync(join(tmpdir(), 'rx-deepgram-bench-'));
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', ''];
  const server = spawn('redis-server', settings, { stdio: 'ignore' });
  const failed = once(server, 'error').then(() => {
    throw new Error('This part needs redis-server: apt-get install redis-server.');
  });
  try {
    await Promise.race([once(server, 'spawn'), failed]);
    failed.catch(() => undefined);
    await sleep(500);
    const url = `redis://127.0.0.1:${port}`;
    const client = await createClient({ url }).on('error', console.error).connect();
    const result = await work(url, /** @type {import('redis').RedisClientType} */ (client));
    client.destroy();
    return result;
  } finally {
    server.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}
