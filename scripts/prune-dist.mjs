// Removes the files of dist/ that no entry of the package reaches: declarations of inner modules, modules of types only, and the
// modules of the viewer's page, which is bundled. They were a third of all files.
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Specifiers of `import`, `export … from` and `import()`, relative ones only. */
const SPECIFIERS = /(?:\bfrom|\bimport)\s*\(?\s*['"](\.[^'"]+)['"]/g;

/** @param {string} root The folder of package.json. */
export function pruneDist(root) {
  const entries = readFileSync(join(root, 'package.json'), 'utf8').matchAll(/"\.\/(dist\/[^"]+)"/g);
  const waiting = [...entries].map(([, path = '']) => join(root, path));
  const reached = new Set();
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    // The build writes some entries later: they import nothing.
    if (reached.has(file) || !existsSync(file)) continue;
    reached.add(file);
    for (const [, specifier = ''] of readFileSync(file, 'utf8').matchAll(SPECIFIERS)) {
      const path = join(dirname(file), specifier).replace(/\.[jt]s$/, '');
      waiting.push(path + (file.endsWith('.d.ts') ? '.d.ts' : '.js'));
    }
  }
  const files = readdirSync(join(root, 'dist'), { recursive: true, withFileTypes: true });
  for (const each of files.filter((each) => each.isFile())) {
    const file = join(each.parentPath, each.name);
    if (!reached.has(file)) rmSync(file);
  }
}
