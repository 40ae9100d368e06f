/** The package, built, packed and unpacked into a project. */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from './source-tree.ts';

const run = promisify(execFile);
const UNPUBLISHED = new Set(['node_modules', '.git', 'dist', 'coverage']);

export interface Consumer extends Disposable {
  /** The folder of the project. */
  folder: string;
  /** The files of the tarball. */
  packed: readonly string[];
  /** Stands in for installing packages, which would need a network. */
  provide(...names: readonly string[]): void;
}

/** A project in a folder of its own, that has installed what `npm publish` would publish. */
export async function installPacked(): Promise<Consumer> {
  const workshop = mkdtempSync(join(tmpdir(), 'rx-deepgram-pack-'));
  const folder = join(workshop, 'consumer');
  // In a copy, so that a dist/ in use is not changed.
  const copy = join(workshop, 'copy');
  cpSync(ROOT, copy, {
    recursive: true,
    filter: (path) => {
      const name = basename(path);
      // Below the root, hidden folders are temporary files of other tests, which run at the same time.
      if (dirname(path) === ROOT) return !UNPUBLISHED.has(name);
      return !name.startsWith('.') && name !== 'node_modules';
    },
  });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'), 'junction');

  // Nothing was built: packing does.
  const pack = await run('npm', ['pack', '--json', '--pack-destination', workshop], { cwd: copy });
  const [tarball] = JSON.parse(pack.stdout) as [{ filename: string; files: { path: string }[] }];
  const provide = (...names: readonly string[]): void => {
    for (const name of names) {
      const link = join(folder, 'node_modules', name);
      mkdirSync(dirname(link), { recursive: true });
      rmSync(link, { force: true });
      symlinkSync(join(ROOT, 'node_modules', name), link, 'junction');
    }
  };
  provide('rxjs', 'xstate', 'ws');
  const installed = join(folder, 'node_modules', 'rx-deepgram');
  mkdirSync(installed, { recursive: true });
  await run('tar', ['-xzf', join(workshop, tarball.filename), '--strip-components=1', '-C', installed]);
  // Without one, Node would look for it further up, outside.
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
  return {
    folder,
    packed: tarball.files.map(({ path }) => path),
    provide,
    [Symbol.dispose]: () => rmSync(workshop, { recursive: true, force: true }),
  };
}
