/** Builds an app with esbuild, Vite and webpack, minified for browsers, with default settings. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build as esbuild } from 'esbuild';
import { build as vite } from 'vite';
import { webpack } from 'webpack';

/** One output file of a bundler. */
export interface Chunk {
  name: string;
  code: string;
}

export interface Bundle {
  /** The first is what a page begins with. */
  chunks: Chunk[];
  /** Where they are. */
  folder: string;
}

type Bundler = (entry: string, target: string, project: string, external: string[]) => Promise<void>;

export const BUNDLERS: Record<string, Bundler> = {
  esbuild: async (entry, target, _project, external) => {
    await esbuild({
      entryPoints: { entry },
      outdir: target,
      bundle: true,
      minify: true,
      splitting: true,
      format: 'esm',
      external,
      logLevel: 'error',
    });
  },
  vite: async (entry, target, project) => {
    // As it does where the variable is not set: it chooses conditions by it, and Vitest has set another.
    const { NODE_ENV = '' } = process.env;
    process.env['NODE_ENV'] = 'production';
    try {
      await vite({
        root: project,
        configFile: false,
        logLevel: 'error',
        build: {
          outDir: target,
          rolldownOptions: { input: { entry }, output: { entryFileNames: '[name].js' } },
          modulePreload: false,
        },
      });
    } finally {
      process.env['NODE_ENV'] = NODE_ENV;
    }
  },
  webpack: async (entry, target, project) => {
    const compiler = webpack({
      mode: 'production',
      context: project,
      entry: { entry },
      output: { path: target, publicPath: 'auto' },
      performance: false,
    });
    await new Promise<void>((resolve, reject) => {
      compiler.run((error, stats) => {
        if (error) reject(error);
        else if (stats?.hasErrors() || stats?.hasWarnings())
          reject(new Error(stats.toString('errors-warnings')));
        else resolve();
      });
    });
  },
};

/** Bundles an app of a project; what is `external`, which only esbuild is asked for, is left out. */
export async function bundle(
  bundler: string,
  project: string,
  name: string,
  code: string,
  external: string[] = [],
): Promise<Bundle> {
  const entry = join(project, `${name}.js`);
  const folder = join(project, 'bundles', `${name}-${bundler}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(entry, code);
  await (BUNDLERS[bundler] as Bundler)(entry, folder, project, external);
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.js'),
  );
  const isEntry = (file: string) => (file === 'entry.js' ? 0 : 1);
  const chunks = names
    .sort((a, b) => isEntry(a) - isEntry(b))
    .map((file) => ({ name: file, code: readFileSync(join(folder, file), 'utf8') }));
  return { chunks, folder };
}

/** What a page cannot begin without: the first chunk, and those that it imports statically. */
export function eagerChunks({ chunks }: Bundle): Chunk[] {
  const [entry] = chunks as [Chunk];
  const eager = new Set([entry]);
  for (const { code } of eager) {
    for (const each of chunks) {
      const file = each.name.replace(/^.*\//, '').replaceAll('.', String.raw`\.`);
      if (new RegExp(`(from|import)\\s*["'][^"']*${file}["']`).test(code)) eager.add(each);
    }
  }
  return [...eager];
}

/** Bytes on the wire, gzip. */
export function gzipBytes(chunks: readonly Chunk[]): number {
  return chunks.reduce((sum, { code }) => sum + gzipSync(code, { level: 9 }).length, 0);
}
