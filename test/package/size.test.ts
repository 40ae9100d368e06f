/** The size of our own code in a web page. rxjs and xstate are peers, and do not count. */
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type OutputChunk, type Plugin, rolldown } from 'rolldown';
import { beforeAll, describe, expect, test } from 'vitest';
import { ROOT } from './source-tree.ts';

/** In bytes, gzip; a kilobyte is a thousand of them. */
const ENTRY_LIMIT = 13_550;
/** The half that connects and logs, which every page loads behind its first script. */
const LINKS_LIMIT = 16_500;
const ERROR_CLASS_LIMIT = 1_000;
/** The texts of explanations. */
const EXPLAIN_LIMIT = 8_500;
const PEERS = [/^rxjs($|\/)/, /^xstate($|\/)/];
const VIRTUAL_ENTRY = 'virtual:entry';

/** The chunks of `code` for browsers, built from our sources: minified, and split at each lazy import. */
async function bundle(
  code: string,
  external: readonly RegExp[],
  ...plugins: Plugin[]
): Promise<OutputChunk[]> {
  const warnings: string[] = [];
  const build = await rolldown({
    input: VIRTUAL_ENTRY,
    cwd: ROOT,
    platform: 'browser',
    external: [...external],
    resolve: { conditionNames: ['rx-deepgram-source', 'browser', 'module', 'import', 'default'] },
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === VIRTUAL_ENTRY ? join(ROOT, 'entry.ts') : undefined),
        load: (id) => (id === join(ROOT, 'entry.ts') ? code : undefined),
      },
      ...plugins,
    ],
    onLog: (level, log) => {
      if (level === 'warn') warnings.push(log.message);
    },
  });
  const { output } = await build.generate({ format: 'es', minify: true });
  await build.close();
  expect(warnings).toEqual([]);
  return output.filter((each) => each.type === 'chunk');
}

function gzipBytes(chunks: readonly OutputChunk[]): number {
  return chunks.reduce((sum, { code }) => sum + gzipSync(code, { level: 9 }).length, 0);
}

/** The entry and the chunks that it imports statically. */
function eagerOf(chunks: readonly OutputChunk[]): OutputChunk[] {
  const eager = new Set(chunks.filter((chunk) => chunk.isEntry));
  for (const chunk of eager) {
    for (const each of chunks) if (chunk.imports.includes(each.fileName)) eager.add(each);
  }
  return [...eager];
}

/** Modules by their size before minifying, as a hint. */
function largestModules(chunks: readonly OutputChunk[], count: number): string {
  return chunks
    .flatMap((chunk) => Object.entries(chunk.modules))
    .map(([id, { renderedLength }]) => ({ id: id.replace(`${ROOT}/`, ''), renderedLength }))
    .sort((a, b) => b.renderedLength - a.renderedLength)
    .slice(0, count)
    .map(({ id, renderedLength }) => `  ${renderedLength} characters: ${id}`)
    .join('\n');
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(2)} kB`;
}

/** As an app's entry, which exports nothing: from one that does, bundlers split off whatever lazy code shares with it. */
const NAMES = 'createLiveTranscription, transcribe';
const APP = `import { ${NAMES} } from './src/index.ts'; globalThis.kept = [${NAMES}];`;

/** The places of the option `session` in the first chunk, by file. */
const SESSION_OPTION: Readonly<Record<string, readonly RegExp[]>> = {
  'session.ts': [
    /, session(?=, signal)/,
    /session, (?=transport)/,
    /if \(session && !links\)[^;]+;/,
    /links\?\.keep[^;]+;/,
    /kept, (?=intake)/,
    /const lost = kept\?\.error;/,
    /lost \? 'failed' : (?=leafState)/,
    / \|\| kept\?\.defer\([^)]+\)/,
    /lost \?\? (?=\()/,
    /lost \? 'failed' : (?=output)/,
    /kept, (?=intake)/,
    / \|\| kept\?\.isPending/,
  ],
};

const WITHOUT_SESSION_OPTION: Plugin = {
  name: 'without the option session',
  transform: (code, id) => {
    const places = SESSION_OPTION[basename(id)];
    return places?.reduce((rest, place) => {
      const without = rest.replace(place, '');
      expect(without, `${id} has no ${place} any more`).not.toBe(rest);
      return without;
    }, code);
  },
};

describe('in a browser', () => {
  let chunks: OutputChunk[];
  beforeAll(async () => {
    chunks = await bundle(APP, PEERS);
  });

  test(`our own code is at most ${kilobytes(ENTRY_LIMIT)} gzip, besides what is loaded lazily`, () => {
    const eager = eagerOf(chunks);
    const lazy = chunks.filter((chunk) => !eager.includes(chunk));
    const bytes = gzipBytes(eager);
    console.info(`entry ${kilobytes(bytes)} gzip of ${kilobytes(ENTRY_LIMIT)}`);
    for (const chunk of lazy)
      console.info(`${chunk.name}, loaded lazily: ${kilobytes(gzipBytes([chunk]))} gzip`);
    const behind = gzipBytes(lazy.filter(({ name }) => name === 'links'));
    expect(behind).toBeGreaterThan(0);
    expect(behind).toBeLessThanOrEqual(LINKS_LIMIT);
    const account = `entry: ${kilobytes(bytes)} gzip, its largest modules:\n${largestModules(eager, 5)}`;
    expect(bytes, account).toBeLessThanOrEqual(ENTRY_LIMIT);
  });

  test('sessions without a store load none of its code, and its option is at most 1 % of the entry', async () => {
    expect(chunks.flatMap((chunk) => chunk.moduleIds).filter((id) => id.includes('/src/store/'))).toEqual([]);
    const bytes = gzipBytes(eagerOf(chunks));
    const without = gzipBytes(eagerOf(await bundle(APP, PEERS, WITHOUT_SESSION_OPTION)));
    console.info(`the option session: ${bytes - without} B gzip`);
    expect(bytes).toBeGreaterThan(without);
    expect(bytes / without).toBeLessThanOrEqual(1.01);
  });

  test('the graph holds neither ws nor anything of Node', () => {
    const imported = chunks.flatMap((chunk) => [...chunk.imports, ...chunk.dynamicImports]);
    const foreign = imported.filter((name) => !chunks.some((chunk) => chunk.fileName === name));
    expect([...new Set(foreign)].filter((name) => !PEERS.some((peer) => peer.test(name)))).toEqual([]);
    const modules = chunks.flatMap((chunk) => chunk.moduleIds);
    expect(modules.filter((id) => /[\\/]node_modules[\\/]|transports[\\/]node\./.test(id))).toEqual([]);
    expect(modules.some((id) => id.endsWith('browser.ts'))).toBe(true);
  });

  test('explanations are only in apps that call explain()', async () => {
    expect(chunks.flatMap((chunk) => chunk.moduleIds).filter((id) => id.includes('explain'))).toEqual([]);
    const alone = await bundle(`export { explain } from './src/diagnosis/index.ts';`, []);
    const bytes = gzipBytes(alone);
    console.info(`explain alone ${kilobytes(bytes)} gzip`);
    expect(bytes, largestModules(alone, 5)).toBeLessThanOrEqual(EXPLAIN_LIMIT);
  });

  test('importing only the error class adds little more, and neither peer', async () => {
    const small = await bundle(`export { TranscriptionError } from './src/index.ts';`, []);
    const bytes = gzipBytes(small);
    console.info(`TranscriptionError alone ${kilobytes(bytes)} gzip`);
    const account = `${kilobytes(bytes)} gzip:\n${largestModules(small, 5)}`;
    expect(bytes, account).toBeLessThanOrEqual(ERROR_CLASS_LIMIT);
  });
});
