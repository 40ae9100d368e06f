/** The dependencies that an install brings. */
import { describe, expect, test } from 'vitest';
import { readText } from './source-tree.ts';

interface Manifest {
  dependencies: Record<string, string>;
  peerDependencies: Record<string, string>;
  peerDependenciesMeta: Record<string, { optional?: boolean }>;
  devDependencies: Record<string, string>;
  scripts: Record<string, string>;
  bin: Record<string, string>;
}

interface Lockfile {
  packages: Record<
    string,
    { resolved?: string; hasInstallScript?: boolean; integrity?: string; link?: boolean; dev?: boolean }
  >;
}

const manifest = JSON.parse(readText('package.json')) as Manifest;
const lockfile = JSON.parse(readText('package-lock.json')) as Lockfile;

describe('package.json', () => {
  test('depends only on ws, and on rxjs and xstate as peers', () => {
    expect(Object.keys(manifest.dependencies)).toEqual(['ws']);
    const peers = Object.keys(manifest.peerDependencies);
    const optional = peers.filter((name) => manifest.peerDependenciesMeta[name]?.optional);
    expect(peers.filter((name) => !optional.includes(name))).toEqual(['rxjs', 'xstate']);
    expect(optional, 'for the bindings').toEqual([
      '@angular/core',
      '@deepgram/sdk',
      '@opentelemetry/api',
      'react',
    ]);
  });

  test('runs nothing when it is installed', () => {
    const hooks = ['preinstall', 'install', 'postinstall', 'prepare', 'prepublish'];
    expect(hooks.filter((hook) => hook in manifest.scripts)).toEqual([]);
  });

  test('is built when it is packed, so that no tarball of a fresh clone lacks dist', () => {
    expect(manifest.scripts['prepack']).toBe(manifest.scripts['build']);
  });

  test('allows no xstate below 5.33, whose types do not fit ours', () => {
    expect(manifest.peerDependencies['xstate']).toBe('^5.33.0');
  });

  test('pins the exact versions of its development tools', () => {
    const loose = Object.entries(manifest.devDependencies).filter(
      ([, range]) => !/^(npm:.+@)?\d+\.\d+\.\d+$/.test(range),
    );
    expect(loose).toEqual([]);
  });
});

describe('package-lock.json', () => {
  const locked = Object.entries(lockfile.packages).filter(([path, { link }]) => path !== '' && link !== true);

  test('names no download address, so that it can be installed from any mirror', () => {
    expect(locked.filter(([, each]) => each.resolved !== undefined).map(([path]) => path)).toEqual([]);
  });

  test('holds a checksum of every package', () => {
    expect(locked.filter(([, each]) => each.integrity === undefined).map(([path]) => path)).toEqual([]);
  });

  test('holds no package that runs a script when our users install it, and few when we do', () => {
    const scripted = locked.filter(([, each]) => each.hasInstallScript);
    expect(scripted.filter(([, { dev }]) => !dev)).toEqual([]);
    // Both work without their scripts, which are not run: esbuild only checks its binary, fsevents is for macOS.
    const allowed = /node_modules\/(esbuild|fsevents)$/;
    expect(scripted.map(([path]) => path).filter((path) => !allowed.test(path))).toEqual([]);
  });
});
