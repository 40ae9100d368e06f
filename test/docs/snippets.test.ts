/**
 * Every TypeScript snippet in README and docs is compiled against the public names; those marked `<!-- run -->` are run as
 * well, against the emulator. A snippet without a mark is refused, since nothing would check it.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
/** Inside the repository, so that packages are found from there; ignored by git. */
const folder = join(root, 'test', 'docs', '.snippets');

interface Snippet {
  name: string;
  mark: string | undefined;
  code: string;
}

function snippetsOf(file: string): Snippet[] {
  const text = readFileSync(join(root, file), 'utf8');
  const fences = text.matchAll(/(?:<!-- (run|check) -->\n)?```ts\n([\s\S]*?)```/g);
  return [...fences].map(([, mark, code = ''], index) => ({
    name: `${file.replaceAll(/[/.]/g, '-')}-${index + 1}`,
    mark,
    code,
  }));
}

const files = ['README.md', ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`)].filter((name) =>
  name.endsWith('.md'),
);
const snippets = files.flatMap(snippetsOf);
const fileOf = ({ name }: Snippet) => join(folder, `${name}.ts`);

beforeAll(() => {
  mkdirSync(folder, { recursive: true });
  for (const snippet of snippets) {
    if (snippet.mark) writeFileSync(fileOf(snippet), `${snippet.code}\nexport {};\n`);
  }
  const config = {
    extends: '../../../tsconfig.json',
    compilerOptions: {
      noUnusedLocals: false,
      noUnusedParameters: false,
      paths: {
        'rx-deepgram': ['../../../src/index.ts'],
        'rx-deepgram/deepgram-sdk': ['../../../src/adapters/deepgram-sdk.ts'],
        'rx-deepgram/opentelemetry': ['../../../src/adapters/opentelemetry.ts'],
        'rx-deepgram/viewer': ['../../../src/tools/viewer/index.ts'],
        'rx-deepgram/devtools': ['../../../src/tools/viewer/devtools-off.ts'],
        'rx-deepgram/browser': ['../../../src/browser/index.ts'],
        'rx-deepgram/machine': ['../../../src/connection/index.ts'],
        'rx-deepgram/diagnosis': ['../../../src/diagnosis/index.ts'],
        'rx-deepgram/telephony': ['../../../src/telephony/index.ts'],
        'rx-deepgram/captions': ['../../../src/captions/index.ts'],
        'rx-deepgram/store': ['../../../src/store/index.ts'],
        'rx-deepgram/file': ['../../../src/store/file/index.ts'],
        'rx-deepgram/redis': ['../../../src/store/redis/index.ts'],
        'rx-deepgram/sessions': ['../../../src/sessions/index.ts'],
        'rx-deepgram/node': ['../../../src/node.ts'],
        'rx-deepgram/static': ['../../../src/static.ts'],
        'rx-deepgram/testing': ['../../../src/testing/index.ts'],
      },
    },
    include: ['*.ts'],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('snippets in the documentation', () => {
  test('each shows whether it is run or only checked, but for the one-line summary of the README', () => {
    const unmarked = snippets.filter(({ mark }) => mark === undefined).map(({ code }) => code.trim());
    expect(unmarked).toEqual([
      "audio$.pipe(transcribe({ auth, listen: { model: 'nova-3' } })).subscribe((transcript) => render(transcript));",
    ]);
  });

  test('all of them compile', () => {
    const tsc = join(root, 'node_modules', '.bin', 'tsc');
    expect(spawnSync(tsc, ['-p', folder], { encoding: 'utf8' }).stdout).toBe('');
  });

  test.for(snippets.filter(({ mark }) => mark === 'run'))('$name runs', async (snippet) => {
    const { log } = console;
    console.log = () => {};
    try {
      await import(/* @vite-ignore */ fileOf(snippet));
    } finally {
      console.log = log;
    }
  });
});
