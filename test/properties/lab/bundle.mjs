// Bundles the proof and the library's sources into one file for Node. It can plant a defect: the text must occur exactly once,
// so that a defect whose place has changed fails.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build as bundle } from 'esbuild';

export const ROOT = resolve(import.meta.dirname, '../../..');

/**
 * @typedef {object} Patch
 * @property {string} file below `src`
 * @property {string} find
 * @property {string} replace
 */

/** Bundles a program of the tests; the answer knows where, and how to remove it.
 * @param {readonly Patch[]} [patches]
 * @param {string} [program]
 */
export async function bundleWorker(patches = [], program = 'test/properties/worker.ts') {
  const folder = mkdtempSync(join(tmpdir(), 'rx-deepgram-proof-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  const file = join(folder, 'worker.mjs');
  try {
    await bundle({
      absWorkingDir: ROOT,
      entryPoints: [join(ROOT, program)],
      outfile: file,
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'esm',
      sourcemap: 'inline',
      conditions: ['rx-deepgram-source'],
      // Loaded by what the proof does not use.
      alias: { ws: join(import.meta.dirname, 'no-sockets.mjs') },
      logLevel: 'silent',
      plugins: [planting(patches)],
    });
  } catch (error) {
    remove();
    throw error;
  }
  return { file, remove };
}

/** @param {readonly Patch[]} patches
 * @returns {import('esbuild').Plugin}
 */
function planting(patches) {
  const byFile = new Map(
    patches.map(({ file }) => [join(ROOT, 'src', file), patches.filter((patch) => patch.file === file)]),
  );
  return {
    name: 'planted defects',
    setup(build) {
      build.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const planted = byFile.get(path);
        if (!planted) return undefined;
        return { contents: planted.reduce(plant, readFileSync(path, 'utf8')), loader: 'ts' };
      });
    },
  };
}

/** @param {string} text
 * @param {Patch} patch
 */
export function plant(text, { file, find, replace }) {
  const parts = text.split(find);
  if (parts.length !== 2) {
    throw new Error(
      `To plant a defect in src/${file}, this must be there once, and is there ${parts.length - 1} times:\n${find}`,
    );
  }
  return parts.join(replace);
}
