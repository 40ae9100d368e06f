/** The snippets of docs/frameworks.md compile, and the example apps share their files. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
/** Inside the repository, so that packages are found from there; ignored by git. */
const folder = join(import.meta.dirname, '.snippets');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

function snippetsOf(path: string): { language: string; code: string }[] {
  const fences = read(path).matchAll(/```(tsx|typescript)\n([\s\S]*?)```/g);
  return [...fences].map(([, language = '', code = '']) => ({ language, code }));
}

describe('docs/frameworks.md', () => {
  beforeAll(() => {
    mkdirSync(folder, { recursive: true });
    for (const { language, code } of snippetsOf('docs/frameworks.md')) {
      writeFileSync(join(folder, language === 'tsx' ? 'react.tsx' : 'angular.ts'), code);
    }
    const fromRoot = (path: string) => [join(root, path)];
    const paths = {
      'rx-deepgram': fromRoot('src/index.ts'),
      'rx-deepgram/browser': fromRoot('src/browser/index.ts'),
      'rx-deepgram/react': fromRoot('src/adapters/react.ts'),
      'rx-deepgram/angular': fromRoot('src/adapters/angular.ts'),
    };
    const config = { extends: '../../../tsconfig.json', compilerOptions: { paths }, include: ['*'] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('its two snippets compile', () => {
    expect(snippetsOf('docs/frameworks.md').map(({ language }) => language)).toEqual(['tsx', 'typescript']);
    const tsc = join(root, 'node_modules', '.bin', 'tsc');
    expect(spawnSync(tsc, ['-p', folder], { encoding: 'utf8' }).stdout).toBe('');
  });
});

test('the React and the Angular app share styles, paragraphs, advice and server, except for the folder it serves', () => {
  for (const file of ['src/styles.css', 'src/paragraphs.ts', 'src/troubles.ts']) {
    expect(read(`docs/examples/angular/${file}`)).toBe(read(`docs/examples/react/${file}`));
  }
  const angular = read('docs/examples/angular/server.mjs').replace("'dist', 'browser'", "'dist'");
  expect(angular).toBe(read('docs/examples/react/server.mjs'));
});

test.each(['node', 'react', 'angular', 'phone', 'relay'])(
  'the lockfile of %s installs the packed library and holds no registry address',
  (app) => {
    const { packages } = JSON.parse(read(`docs/examples/${app}/package-lock.json`)) as {
      packages: Record<string, { resolved?: string; link?: boolean; integrity?: string }>;
    };
    const resolved = Object.entries(packages).filter(([, each]) => each.resolved !== undefined);
    expect(resolved.map(([path, each]) => [path, each.resolved])).toEqual([
      ['node_modules/rx-deepgram', 'file:../../..'],
    ]);
    expect(packages['node_modules/rx-deepgram']?.link).toBeUndefined();
    const loose = Object.entries(packages).filter(([path, each]) => path !== '' && !each.integrity);
    expect(loose.map(([path]) => path)).toEqual(['node_modules/rx-deepgram']);
  },
);
