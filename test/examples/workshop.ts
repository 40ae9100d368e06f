/** A folder with the packed library and the example apps beside it. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync, symlinkSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '..', '..');
const PACKED = ['package.json', 'README.md', 'LICENSE', 'src', 'recordings'];
const BUILT_WITH = ['scripts', 'tsconfig.json', 'tsconfig.build.json', 'docs/examples'];
const INSTALLED_OR_BUILT = new Set(['node_modules', 'dist', '.angular']);

const run = promisify(execFile);

export class Workshop {
  readonly #folder = mkdtempSync(join(tmpdir(), 'rx-deepgram-examples-'));
  readonly #running = new Set<ChildProcess>();

  /** Copies and builds the library, and installs the apps from it. */
  async install(...apps: readonly string[]): Promise<void> {
    const filter = (path: string) => !INSTALLED_OR_BUILT.has(basename(path));
    for (const name of [...PACKED, ...BUILT_WITH]) {
      cpSync(join(ROOT, name), join(this.#folder, name), { recursive: true, filter });
    }
    symlinkSync(join(ROOT, 'node_modules'), join(this.#folder, 'node_modules'), 'junction');
    await run(process.execPath, ['scripts/build.mjs'], { cwd: this.#folder });
    // Else npm looks through all of it for peers.
    unlinkSync(join(this.#folder, 'node_modules'));
    await Promise.all(apps.map((app) => this.run(app, 'npm', ['ci', '--prefer-offline'])));
  }

  /** Runs a command to its end and answers what it said; throws that if it fails. */
  async run(app: string, command: string, options: readonly string[]): Promise<string> {
    try {
      return (await run(command, options, { cwd: this.folderOf(app) })).stdout;
    } catch (error) {
      const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
      throw new Error(`${app}: ${command} ${options.join(' ')} failed:\n${stdout}\n${stderr}`, {
        cause: error,
      });
    }
  }

  /** Runs a program until it ends, or the workshop closes. */
  start(app: string, command: string, options: readonly string[], environment = {}): ChildProcess {
    // What a test runner says of itself would make it a build for tests.
    const { NODE_ENV: _, ...inherited } = process.env;
    const program = spawn(command, options, {
      cwd: this.folderOf(app),
      env: { ...inherited, PORT: '0', ...environment },
      stdio: ['ignore', 'pipe', 'inherit'],
      // A group of its own, which ends as one.
      detached: true,
    });
    this.#running.add(program);
    program.once('exit', () => this.#running.delete(program));
    return program;
  }

  /** Runs a server until the workshop closes; answers the address that it says. */
  async serve(app: string, command: string, options: readonly string[], environment = {}): Promise<string> {
    const server = this.start(app, command, options, environment);
    const said: string[] = [];
    for await (const line of createInterface({ input: server.stdout as Readable })) {
      said.push(line);
      const [url] = /http:\/\/localhost:\d+/.exec(line) ?? [];
      if (!url) continue;
      server.stdout?.resume();
      return url;
    }
    throw new Error(`${app}: ${command} ended without an address:\n${said.join('\n')}`);
  }

  /** Asks the servers to end, as an operator would, and answers their exit codes. */
  async terminate(): Promise<(number | null)[]> {
    const servers = [...this.#running];
    this.#running.clear();
    return Promise.all(
      servers.map(async (server) => {
        const exit = once(server, 'exit');
        server.kill('SIGTERM');
        const [code] = (await exit) as [number | null];
        return code;
      }),
    );
  }

  close(): void {
    for (const { pid } of this.#running) if (pid) process.kill(-pid);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  folderOf(app: string): string {
    return join(this.#folder, 'docs', 'examples', app);
  }
}
