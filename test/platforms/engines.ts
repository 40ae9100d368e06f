/** The engines that the smoke test runs on, and how a program is run on each. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { build } from 'esbuild';

const run = promisify(execFile);

/** Installed by this test and not by `npm ci`: they weigh 350 MB, which no contributor needs each day. */
const VERSIONS = { bun: '1.4.5', deno: '2.9.6', workerd: '1.20261117.1' };

const PACKAGES = Object.entries(VERSIONS).map(([name, version]) => `${name}@${version}`);

/** Once for these versions: later runs find them. */
const FOLDER = join(tmpdir(), `rx-deepgram-engines-${Object.values(VERSIONS).join('-')}`);

export async function installEngines(): Promise<void> {
  const done = join(FOLDER, 'done');
  if (existsSync(done)) return;
  mkdirSync(FOLDER, { recursive: true });
  await run('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--prefix', FOLDER, ...PACKAGES]);
  writeFileSync(done, '');
}

/** Runs the job in the folder of the consumer against a server, and returns its result. */
export type Engine = (folder: string, url: string, key: string) => Promise<unknown>;

/** What each engine shows of a refused handshake. */
export const ENGINES: Record<string, { showsStatus: boolean; run: Engine }> = {
  Node: { showsStatus: true, run: program(process.execPath) },
  Bun: { showsStatus: true, run: program(installed('bun')) },
  Deno: {
    showsStatus: true,
    run: program(
      installed('deno'),
      'run',
      '--no-prompt',
      '--allow-net',
      '--allow-env',
      '--allow-read',
      '--node-modules-dir=manual',
    ),
  },
  'Cloudflare workerd': { showsStatus: false, run: runInWorkerd },
};

function installed(name: string): string {
  return join(FOLDER, 'node_modules', '.bin', name);
}

function program(command: string, ...options: readonly string[]): Engine {
  return async (folder, url, key) => {
    const { stdout } = await run(command, [...options, 'program.mjs', url, key], { cwd: folder });
    return JSON.parse(stdout) as unknown;
  };
}

/** A port of 0 is any free one, of which workerd tells on the file descriptor. */
const WORKERD_CONFIG = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [(name = "worker.js", esModule = embed "worker.js")],
      compatibilityDate = "2026-10-01",
      globalOutbound = "loopback"
    )),
    (name = "loopback", network = (allow = ["private"]))
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]
);
`;

async function runInWorkerd(folder: string, url: string, key: string): Promise<unknown> {
  await build({
    entryPoints: [join(folder, 'worker.mjs')],
    bundle: true,
    format: 'esm',
    // As Wrangler has them.
    conditions: ['workerd', 'worker', 'browser'],
    // Of the testing kit, whose emulator is not used here.
    external: ['node:*'],
    outfile: join(folder, 'worker.js'),
    logLevel: 'error',
  });
  writeFileSync(join(folder, 'workerd.capnp'), WORKERD_CONFIG);
  const workerd = spawn(installed('workerd'), ['serve', '--control-fd=1', 'workerd.capnp'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const port = await portOf(workerd);
    const query = new URLSearchParams({ url, key });
    const response = await fetch(`http://127.0.0.1:${port}/?${query.toString()}`);
    return (await response.json()) as unknown;
  } finally {
    workerd.kill();
  }
}

async function portOf({ stdout }: ChildProcess): Promise<number> {
  if (!stdout) throw new Error('workerd has no stdout.');
  for await (const line of createInterface(stdout)) {
    const { event, port } = JSON.parse(line) as { event: string; port: number };
    if (event === 'listen') return port;
  }
  throw new Error('workerd has ended before it listened.');
}
