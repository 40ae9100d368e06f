// Scripts of threads reach the browser as a text, or as a file at an address: otherwise an app's bundler would need a setting. This
// makes one minified script of each, and writes the texts into the sources; the build also writes them as files. Run it after a
// change to the sources: npm run docs.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const folder = join(import.meta.dirname, '..', 'src', 'browser');

const HEAD = `/**
 * Made by scripts/inline-browser-scripts.mjs from the files named here; \`npm run docs\` makes it anew, and a test sees if it is stale.
 * Texts, because no minifier or bundler changes a text.
 */
`;

/** @param {string} file */
async function textOf(file) {
  const { outputFiles } = await build({
    entryPoints: [join(folder, file)],
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    legalComments: 'none',
  });
  return outputFiles[0]?.text.trim() ?? '';
}

/** The expected text of `src/browser/inlined-scripts.ts`. */
export async function inlinedScripts() {
  const ignore = '// biome-ignore format: one line, whatever its length';
  const capture = JSON.stringify(await textOf('capture-worklet.ts'));
  const clock = JSON.stringify(await textOf('clock-worker.ts'));
  return `${HEAD}
/** capture-worklet.ts */
${ignore}
export const captureWorklet: string = ${capture};

/** clock-worker.ts */
${ignore}
export const clockWorker: string = ${clock};
`;
}

/**
 * Files for pages that may not run a text: they are given by their address, and no type is ever asked of them.
 * @param {string} dist
 */
export async function writeBrowserScripts(dist) {
  for (const name of ['capture-worklet', 'clock-worker']) {
    writeFileSync(join(dist, `${name}.js`), `${await textOf(`${name}.ts`)}\n`);
    writeFileSync(join(dist, `${name}.d.ts`), 'export {};\n');
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(join(folder, 'inlined-scripts.ts'), await inlinedScripts());
}
