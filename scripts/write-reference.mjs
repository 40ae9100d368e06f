// Writes docs/reference from the comments of the public names, by TypeDoc; with --check it only says whether they differ.
// TypeDoc needs a TypeScript with a compiler API, which the project's own version has no longer: npm brings both when asked.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const PACKAGES = ['typedoc@0.28.20', 'typedoc-plugin-markdown@4.14.1', 'typescript@6.0.3'];
const TYPEDOC = `bin="$(realpath "$(command -v typedoc)")"
  typedoc --plugin "$(dirname "$bin")/../../typedoc-plugin-markdown/dist/index.js"`;

/** @param {string} command @param {string[]} arguments_ */
function run(command, arguments_) {
  const { status, stdout } = spawnSync(command, arguments_, {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) process.exit(status ?? 1);
  return stdout;
}

const packages = PACKAGES.map((name) => `--package=${name}`);
run('npm', ['exec', '--yes', ...packages, '--call', TYPEDOC]);
if (process.argv.includes('--check')) {
  const changed = run('git', ['status', '--porcelain', 'docs/reference']);
  if (changed !== '') {
    console.error(`The comments have changed; run \`npm run docs:reference\`:\n${changed}`);
    process.exit(1);
  }
}
