/**
 * The size of the published package in an app, by bundler. The table of sizes in docs/bench.md is written here: `UPDATE_SIZES=1
 * npm run test:package` after a change that was meant.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BUNDLERS, type Bundle, bundle, type Chunk, eagerChunks, gzipBytes } from './bundlers.ts';
import { type Consumer, installPacked } from './packed.ts';
import { ROOT } from './source-tree.ts';

const SLOW_MS = 240_000;

/** An app that only keeps its imports. */
const keep = (names: string, entry = 'rx-deepgram') =>
  `import { ${names} } from '${entry}';\n(globalThis.kept ??= []).push(${names});\n`;

const APPS = {
  transcribe: keep('transcribe, createLiveTranscription'),
  microphone: keep('microphone, fromMediaStream', 'rx-deepgram/browser'),
  both: keep('microphone', 'rx-deepgram/browser') + keep('transcribe'),
  error: keep('TranscriptionError'),
  devtools: keep('mountDevtools', 'rx-deepgram/devtools') + keep('transcribe, createLiveTranscription'),
};
type App = keyof typeof APPS;

let installed: Consumer;
const bundles: Record<string, Record<App, Bundle>> = {};

beforeAll(async () => {
  installed = await installPacked();
  for (const bundler of Object.keys(BUNDLERS)) {
    const made: Partial<Record<App, Bundle>> = {};
    for (const [name, code] of Object.entries(APPS)) {
      made[name as App] = await bundle(bundler, installed.folder, name, code);
    }
    bundles[bundler] = made as Record<App, Bundle>;
  }
}, SLOW_MS);
afterAll(() => installed[Symbol.dispose]());

const of = (bundler: string, app: App): Bundle => (bundles[bundler] as Record<App, Bundle>)[app];
const found = (chunks: readonly Chunk[], words: RegExp) =>
  chunks.flatMap(({ code }) => code.match(words) ?? []);

/** Words that minifiers keep, each in one part of the code only. */
const MACHINE = /online\.elapsed/;
const XSTATE = /xstate\.init/;
const MICROPHONE = /microphone-refused/;
const VIEWER = /rx-deepgram-devtools|rx-deepgram-viewer|Silence on the wire|flight recording/g;
const NODE = /(?:\bfrom|\bimport\(|\brequire\()\s*["'`](?:ws|node:\w+)["'`]|perMessageDeflate/g;

describe.each(Object.keys(BUNDLERS))('%s', (bundler) => {
  test('takes neither ws nor anything of Node into a page', () => {
    const { chunks } = of(bundler, 'both');
    expect(found(chunks, NODE)).toEqual([]);
    expect(found(chunks, MACHINE)).not.toEqual([]);
  });

  test('takes little for the error class, and neither peer', () => {
    expect(gzipBytes(eagerChunks(of(bundler, 'error')))).toBeLessThan(800);
  });

  test('takes nothing of transcribing for the microphone', () => {
    const eager = eagerChunks(of(bundler, 'microphone'));
    expect(found(eager, MICROPHONE)).not.toEqual([]);
    expect(found(eager, MACHINE)).toEqual([]);
    expect(found(eager, XSTATE)).toEqual([]);
  });

  test('takes nothing of the microphone for transcribing', () => {
    const eager = eagerChunks(of(bundler, 'transcribe'));
    expect(found(eager, MACHINE)).not.toEqual([]);
    expect(found(eager, XSTATE)).not.toEqual([]);
    expect(found(eager, MICROPHONE)).toEqual([]);
  });

  test('takes nothing of the viewer for the devtools in production, not even to load it later', () => {
    const { chunks } = of(bundler, 'devtools');
    expect(found(chunks, VIEWER)).toEqual([]);
    const [most, least] = (['devtools', 'transcribe'] as const).map((app) =>
      gzipBytes(eagerChunks(of(bundler, app))),
    );
    expect((most ?? Infinity) - (least ?? 0)).toBeLessThan(150);
  });

  test('loads code that only some apps need later', () => {
    const { chunks } = of(bundler, 'transcribe');
    expect(eagerChunks({ chunks, folder: '' }).length).toBeLessThan(chunks.length);
  });
});

describe('the sizes in docs/bench.md', () => {
  const PAGE = join(ROOT, 'docs', 'bench.md');
  const TABLE = /(<!-- sizes -->\n)([\s\S]*?)(<!-- \/sizes -->)/;
  const NAMES: Partial<Record<App, string>> = {
    transcribe: '`createLiveTranscription`, `transcribe`',
    microphone: '`microphone`, `fromMediaStream`',
    both: 'a microphone and a transcription',
    error: '`TranscriptionError`',
  };

  /** Own code, and all of it, in kilobytes. */
  async function sizesOf(app: App): Promise<[own: number, all: number]> {
    const peers = ['rxjs', 'xstate'];
    const own = await bundle('esbuild', installed.folder, `${app}-own`, APPS[app], peers);
    return [gzipBytes(eagerChunks(own)) / 1000, gzipBytes(eagerChunks(of('esbuild', app))) / 1000];
  }

  test('are what esbuild makes of it; if not: UPDATE_SIZES=1 npm run test:package', async () => {
    const rows: string[] = [];
    const figures: number[] = [];
    for (const [app, name] of Object.entries(NAMES)) {
      const sizes = await sizesOf(app as App);
      figures.push(...sizes);
      rows.push(`| ${name} | ${sizes.map((size) => `${size.toFixed(1)} kB`).join(' | ')} |\n`);
    }
    const head = '| a page that imports | own code | with rxjs and xstate |\n|---|---|---|\n';
    const page = readFileSync(PAGE, 'utf8');
    if (process.env['UPDATE_SIZES'])
      writeFileSync(PAGE, page.replace(TABLE, `$1\n${head}${rows.join('')}\n$3`));

    const written = TABLE.exec(readFileSync(PAGE, 'utf8'))?.[2]?.match(/[\d.]+(?= kB)/g) ?? [];
    expect(written).toHaveLength(figures.length);
    // A change of a few bytes is not worth a change of the page.
    figures.forEach((size, at) => {
      expect(Math.abs(Number(written[at]) - size), rows.join('')).toBeLessThanOrEqual(
        Math.max(0.1, size * 0.03),
      );
    });
  });
});
