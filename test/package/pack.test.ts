/** The package, built, packed and unpacked: Node loads it and TypeScript checks it. */
import { execFile, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, posix, relative } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Consumer, installPacked } from './packed.ts';
import { readText, ROOT } from './source-tree.ts';

const run = promisify(execFile);
const SLOW_MS = 60_000;

let installed: Consumer;
let consumer: string;
let packed: readonly string[];

beforeAll(async () => {
  installed = await installPacked();
  ({ folder: consumer, packed } = installed);
}, SLOW_MS);

afterAll(() => installed[Symbol.dispose]());

async function node(code: string): Promise<string> {
  const file = join(consumer, 'main.mjs');
  writeFileSync(file, code);
  const { stdout } = await run(process.execPath, [file], { cwd: consumer });
  return stdout.trim();
}

/** The errors of the compiler for a user's file, in strict mode and with our declarations. */
async function typeCheck(code: string, options: Record<string, unknown>): Promise<string> {
  const strict = { strict: true, noEmit: true, skipLibCheck: false, target: 'es2023', types: [], ...options };
  writeFileSync(join(consumer, 'app.ts'), code);
  writeFileSync(
    join(consumer, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: strict, files: ['app.ts'] }),
  );
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  const outcome = await run(process.execPath, [tsc, '-p', consumer]).catch((error: unknown) => error);
  return (outcome as { stdout: string }).stdout.trim();
}

describe('the tarball', () => {
  /** The pages of `show` and `emulate`, and the scripts of threads. */
  const BUNDLED = [
    'dist/testing/emulator/control/page.html',
    'dist/tools/viewer/bundle/page.js',
    ...['capture-worklet', 'clock-worker'].flatMap((name) => [`dist/${name}.js`, `dist/${name}.d.ts`]),
  ];
  const TOP_LEVEL = [
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'SECURITY.md',
    'dist',
    'docs',
    'package.json',
    'recordings',
  ];

  test('holds the build, the pages that notices point to, the recordings of the demo, README and LICENSE', () => {
    const topLevel = new Set(packed.map((path) => path.replace(/\/.*/, '')));
    expect([...topLevel].sort()).toEqual(TOP_LEVEL);
  });

  test('holds each file that another one imports, and of the build no other files than these and the entries', () => {
    const built = packed.filter((path) => path.startsWith('dist/') && !BUNDLED.includes(path));
    const imported = built.flatMap((path) => {
      const text = readFileSync(join(consumer, 'node_modules', 'rx-deepgram', path), 'utf8');
      return [...text.matchAll(/['"](\.{1,2}\/[^'"]+)\.[jt]s['"]/g)].map(([, to = '']) =>
        posix.join(posix.dirname(path), to + (path.endsWith('.d.ts') ? '.d.ts' : '.js')),
      );
    });
    expect(imported.filter((path) => !packed.includes(path))).toEqual([]);
    const entries = readText('package.json');
    expect(built.filter((path) => !imported.includes(path) && !entries.includes(path))).toEqual([]);
  });

  test('holds the pages and the scripts of threads, each in one file', () => {
    expect(BUNDLED.filter((path) => !packed.includes(path))).toEqual([]);
  });

  test('leaves out the recordings that only tests need', () => {
    expect(packed.filter((path) => path.startsWith('recordings/numbers'))).toEqual([]);
  });

  test('holds every file that the README links', () => {
    const readme = readText('README.md').replaceAll(/```[\s\S]*?```/g, '');
    const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, path = '']) => path);
    expect(links.length).toBeGreaterThan(10);
    const isPacked = (link: string) => packed.some((path) => path === link || path.startsWith(`${link}/`));
    expect(links.filter((link) => !isPacked(link))).toEqual([]);
  });

  test('holds nothing that could be a secret, and no tests or settings but those of the example apps', () => {
    const isOurs = (path: string) => !path.startsWith('docs/examples/');
    expect(packed.filter((path) => /(^|\/)\.|\.(env|pem|key|log|tgz)$/.test(path))).toEqual([]);
    expect(packed.filter((path) => isOurs(path) && /\.test\.|(^|\/)tsconfig/.test(path))).toEqual([]);
  });
});

describe('in Node, without a bundler', () => {
  test('both entries load, from dist', async () => {
    const found = await node(`
      import * as index from 'rx-deepgram';
      import * as testing from 'rx-deepgram/testing';
      console.log(JSON.stringify([typeof index.transcribe, typeof testing.startEmulator, import.meta.resolve('rx-deepgram')]));
    `);
    const [transcribe, startEmulator, url] = JSON.parse(found) as string[];
    expect([transcribe, startEmulator]).toEqual(['function', 'function']);
    expect(relative(consumer, new URL(url ?? '').pathname)).toBe('node_modules/rx-deepgram/dist/index.js');
  });

  test('CommonJS can require it, where Node itself allows that', async () => {
    const found = await node(`
      import { createRequire } from 'node:module';
      console.log(typeof createRequire(import.meta.url)('rx-deepgram').createLiveTranscription);
    `);
    expect(found).toBe('function');
  });

  test(
    'words that go into the packed client come out of it, by way of the packed emulator and a real socket',
    async () => {
      const heard = await node(`
        import { from, lastValueFrom, toArray } from 'rxjs';
        import { transcribe } from 'rx-deepgram';
        import { numberedRecogniser, speakNumbered, startEmulator } from 'rx-deepgram/testing';
        const sampleRate = 8000;
        const emulator = await startEmulator({ recogniser: numberedRecogniser });
        const audio = speakNumbered([1, 2, 3], { sampleRate });
        const transcripts = await lastValueFrom(
          from([new Uint8Array(audio.buffer)]).pipe(
            transcribe({
              auth: { apiKey: 'a-key-for-the-emulator' },
              baseUrl: emulator.url,
              listen: { encoding: 'linear16', sample_rate: sampleRate },
            }),
            toArray(),
          ),
        );
        await emulator.close();
        console.log(transcripts.filter((each) => each.final).map((each) => each.text).join(' ').trim());
      `);
      expect(heard).toBe('0001 0002 0003');
    },
    SLOW_MS,
  );
});

describe('the commands', () => {
  /** Runs a command until it has printed its address, and requests the paths there. */
  async function pagesOf(command: readonly string[], prefix: string, paths: readonly string[]) {
    const main = join(consumer, 'node_modules', 'rx-deepgram', 'dist', 'tools', 'cli', 'main.js');
    const child = spawn(process.execPath, [main, ...command], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      for await (const line of createInterface(child.stdout)) {
        if (!line.startsWith(prefix)) continue;
        const answers = paths.map(async (path) => fetch(new URL(path, line.slice(prefix.length))));
        return (await Promise.all(answers)).map(({ status }) => status);
      }
      throw new Error('It has ended without an address.');
    } finally {
      child.kill();
    }
  }

  test('show serves its page and all scripts of it from an installed package', async () => {
    const paths = ['/', '/page.js', '/capture-worklet.js', '/clock-worker.js'];
    const pages = await pagesOf(['show', '--tones', '--no-open'], '', paths);
    expect(pages).toEqual([200, 200, 200, 200]);
  });

  test('emulate serves its control page from an installed package', async () => {
    expect(await pagesOf(['emulate', '--tones'], 'Control page: ', ['/'])).toEqual([200]);
  });
});

/** A page without Node's types, so that none of them may be needed. */
const BROWSER_APP = `
import { type Observable } from 'rxjs';
import { createLiveTranscription, type Transcript, transcribe, TranscriptionError } from 'rx-deepgram';
declare const audio$: Observable<Uint8Array>;
await using live = createLiveTranscription({ auth: { apiKey: 'any' }, signal: new AbortController().signal });
live.actor.subscribe(({ value, context }) => console.log(value, context.budget.failures.toFixed()));
const listen = { model: 'nova-3', interim_results: true } as const;
audio$.pipe(transcribe({ auth: async () => ({ accessToken: 'from my own server' }), listen })).subscribe({
  next: (transcript: Transcript) => console.log(transcript.final, transcript.text.toUpperCase()),
  error: (error: unknown) => console.log(error instanceof TranscriptionError ? error.reason : error),
});
// @ts-expect-error Options are checked.
transcribe({});
`;

const TEST_OF_AN_APP = `
import { createLiveTranscription } from 'rx-deepgram';
import { refuse, startEmulator, VirtualClock } from 'rx-deepgram/testing';
await using emulator = await startEmulator();
const clock: { now(): number } = new VirtualClock();
const session = createLiveTranscription({ auth: { apiKey: 'any' }, baseUrl: emulator.url, listen: {} });
console.log(typeof refuse, clock.now(), session.send(new Uint8Array(2)));
// @ts-expect-error Names are checked.
session.sned();
`;

describe.each([
  { module: 'nodenext', moduleResolution: 'nodenext' },
  { module: 'esnext', moduleResolution: 'bundler' },
])('to TypeScript, under $moduleResolution', (resolution) => {
  test(
    'the client needs the types of the web and no others',
    async () => {
      expect(await typeCheck(BROWSER_APP, { ...resolution, lib: ['es2023', 'dom'] })).toBe('');
    },
    SLOW_MS,
  );

  test(
    'the testing kit needs the types of Node and no others',
    async () => {
      installed.provide('@types/node', 'undici-types');
      const lib = ['es2023', 'esnext.disposable', 'dom'];
      expect(await typeCheck(TEST_OF_AN_APP, { ...resolution, lib, types: ['node'] })).toBe('');
    },
    SLOW_MS,
  );
});
