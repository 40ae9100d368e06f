/** A Redis of our own, on a port of its own: Debian's package, started for a test and stopped by it. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

/** Three masters, which share the slots. */
export async function startCluster(): Promise<RedisServer[]> {
  const start = async () => RedisServer.start('--cluster-enabled', 'yes', '--cluster-node-timeout', '2000');
  const servers = [await start(), await start(), await start()];
  const addresses = servers.map(({ port }) => `127.0.0.1:${port}`);
  const cli = (...args: string[]) => execFileSync('redis-cli', args, { encoding: 'utf8' });
  cli('--cluster', 'create', ...addresses, '--cluster-yes');
  const isReady = ({ port }: RedisServer) =>
    cli('-p', String(port), 'cluster', 'info').includes('cluster_state:ok');
  for (let tries = 0; !servers.every(isReady); tries += 1) {
    if (tries > 400) throw new Error('The cluster does not become ready.');
    await setTimeout(25);
  }
  return servers;
}

/** Why tests of Redis are left out, or nothing. */
export const NO_REDIS = ((): string | undefined => {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'redis-server is not installed (apt-get install redis-server)';
  }
})();

export class RedisServer {
  readonly port: number;
  readonly #folder = mkdtempSync(join(tmpdir(), 'rx-deepgram-redis-'));
  readonly #settings: readonly string[];
  #process: ChildProcess | undefined;

  private constructor(port: number, settings: readonly string[]) {
    this.port = port;
    this.#settings = settings;
  }

  /** `settings` as on the command line, such as `--appendonly yes`. */
  static async start(...settings: string[]): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), settings);
    await server.start();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const own = ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.#folder, '--save', ''];
    this.#process = spawn('redis-server', [...own, ...this.#settings], { stdio: 'ignore' });
    for (let tries = 0; !(await answers(this.port)); tries += 1) {
      if (tries > 400) throw new Error(`redis-server does not answer on port ${this.port}.`);
      await setTimeout(25);
    }
  }

  signal(name: NodeJS.Signals): void {
    this.#process?.kill(name);
  }

  /** As a crash would. */
  async kill(): Promise<void> {
    const running = this.#process;
    this.#process = undefined;
    if (!running) return;
    const exit = once(running, 'exit');
    running.kill('SIGKILL');
    await exit;
  }

  async stop(): Promise<void> {
    const running = this.#process;
    this.#process = undefined;
    if (!running || running.exitCode !== null) return;
    const exit = once(running, 'exit');
    running.kill('SIGCONT');
    running.kill('SIGTERM');
    await exit;
  }

  async dispose(): Promise<void> {
    await this.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** A cluster's nodes speak to each other at the port above by 10000. */
async function freePort(): Promise<number> {
  for (;;) {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    if (port <= 55_535) return port;
  }
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1').on('error', () => undefined);
  try {
    await once(socket, 'connect');
    socket.write('PING\r\n');
    const [reply] = (await once(socket, 'data')) as [Buffer];
    return reply.toString().startsWith('+PONG');
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
