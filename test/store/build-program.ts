/** Bundles a program of a test into one file, which runs in a process that can be killed. */
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { build } from 'esbuild';

const ROOT = join(import.meta.dirname, '..', '..');

/** Returns its path, and a function that deletes it. */
export async function buildProgram(source: string): Promise<{ path: string; remove(): Promise<void> }> {
  const name = basename(source, extname(source));
  // Among the packages, which it imports.
  const path = join(ROOT, 'node_modules', '.rx-deepgram-programs', `${name}-${randomUUID()}.mjs`);
  await build({
    entryPoints: [source],
    outfile: path,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    conditions: ['rx-deepgram-source'],
    logLevel: 'warning',
  });
  return { path, remove: async () => rm(path) };
}
