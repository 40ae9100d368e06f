/** Reads `src` for the rules: imports, and uses of the global scope. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { type ESTree, parseSync, Visitor } from 'vite';

export const ROOT = dirname(dirname(import.meta.dirname));

/** One import, export-from or `import()` of a file of `src`. */
export interface Import {
  /** Path from the root, such as `src/link/uplink.ts`. */
  from: string;
  /** Path from the root if it is a file of ours, else the name as written: `rxjs`, `node:net`. */
  to: string;
  /** A type import, which the compiler removes. */
  typeOnly: boolean;
  line: number;
}

/** One use of an ambient function that only a port may call. */
export interface AmbientUse {
  file: string;
  line: number;
  name: string;
}

/** What these stand for, depending on the platform. */
const SUBPATH_IMPORTS: Record<string, readonly string[]> = {
  '#links': ['src/client/links-later.ts', 'src/client/links-now.ts'],
  '#transport': ['src/transports/browser.ts', 'src/transports/node.ts'],
};

export function filesUnder(folder: string, extension = '.ts'): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => posix.join(folder, name.replaceAll('\\', '/')))
    .filter((name) => name.endsWith(extension))
    .sort();
}

export function readText(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

/** The syntax tree of a file; a file that does not parse is an error. */
export function parse(file: string, text = readText(file)) {
  const result = parseSync(file, text, { lang: 'ts', sourceType: 'module' });
  const problem = result.errors[0];
  if (problem) throw new SyntaxError(`${file}: ${problem.message}`);
  return result;
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

/** Every import of a file, type imports and `import('…')` in types included. */
export function importsOf(file: string, text = readText(file)): Import[] {
  const found: Import[] = [];
  const add = (specifier: string, typeOnly: boolean, offset: number): void => {
    for (const to of resolve(file, specifier))
      found.push({ from: file, to, typeOnly, line: lineAt(text, offset) });
  };
  new Visitor({
    ImportDeclaration(node) {
      const named = node.specifiers.map(
        (each) => each.type === 'ImportSpecifier' && each.importKind === 'type',
      );
      add(
        node.source.value,
        node.importKind === 'type' || (named.length > 0 && named.every(Boolean)),
        node.start,
      );
    },
    ExportNamedDeclaration(node) {
      if (!node.source) return;
      const named = node.specifiers.map((each) => each.exportKind === 'type');
      add(
        node.source.value,
        node.exportKind === 'type' || (named.length > 0 && named.every(Boolean)),
        node.start,
      );
    },
    ExportAllDeclaration(node) {
      add(node.source.value, node.exportKind === 'type', node.start);
    },
    ImportExpression(node) {
      if (node.source.type === 'Literal') add(String(node.source.value), false, node.start);
    },
    TSImportType(node) {
      add(node.source.value, true, node.start);
    },
  }).visit(parse(file, text).program);
  return found;
}

function resolve(file: string, specifier: string): readonly string[] {
  if (specifier.startsWith('.')) return [posix.join(posix.dirname(file), specifier)];
  return SUBPATH_IMPORTS[specifier] ?? [specifier];
}

const MEMBERS: Record<string, readonly string[]> = {
  Date: ['now'],
  performance: ['now', 'timeOrigin'],
  Math: ['random'],
  crypto: ['getRandomValues', 'randomUUID'],
};
const TIMERS = ['setTimeout', 'setInterval', 'setImmediate', 'requestAnimationFrame'];
const GLOBAL_SCOPES = ['globalThis', 'window', 'self', 'global'];

/**
 * Time, timers, chance, the console and sockets taken from the global scope, by any of its names. Methods of the same
 * name on other objects, such as `clock.setTimeout`, are what the rules want to see, and are left alone.
 */
export function ambientUsesOf(file: string, text = readText(file)): AmbientUse[] {
  const uses: AmbientUse[] = [];
  const add = (name: string, node: { start: number }): void => {
    uses.push({ file, line: lineAt(text, node.start), name });
  };
  const imported = new Set<string>();
  walk(parse(file, text).program, (node, parent, key) => {
    if (node.type === 'ImportSpecifier' || node.type === 'ImportDefaultSpecifier') {
      imported.add(node.local.name);
    } else if (node.type === 'MemberExpression') {
      const owner = globalName(node.object);
      const member = node.property.type === 'Identifier' && !node.computed ? node.property.name : undefined;
      if (owner !== undefined && member !== undefined && MEMBERS[owner]?.includes(member)) {
        add(`${owner}.${member}`, node);
      }
    } else if (node.type === 'NewExpression') {
      const made = globalName(node.callee);
      if (made === 'WebSocket') add('new WebSocket', node);
      if (made === 'Date' && node.arguments.length === 0) add('new Date()', node);
    }
    const name = globalName(node);
    if (name === undefined || isMereName(node, parent, key)) return;
    if (name === 'console' || (TIMERS.includes(name) && !imported.has(name))) add(name, node);
  });
  return uses;
}

/** `X`, or `globalThis.X`, as `X`. */
function globalName(node: ESTree.Node): string | undefined {
  if (node.type === 'Identifier') return node.name;
  if (node.type !== 'MemberExpression' || node.property.type !== 'Identifier') return undefined;
  const scope = node.object;
  return scope.type === 'Identifier' && GLOBAL_SCOPES.includes(scope.name) ? node.property.name : undefined;
}

/** An identifier that names a property or a method and refers to nothing. */
function isMereName(node: ESTree.Node, parent: ESTree.Node | undefined, key: string): boolean {
  if (node.type !== 'Identifier' || !parent) return false;
  if (parent.type === 'MemberExpression') return key === 'property' && !parent.computed;
  return key === 'key' || key === 'params' || key === 'id' || key === 'local' || key === 'imported';
}

/** Visits a tree without its types. */
function walk(
  node: ESTree.Node,
  visit: (node: ESTree.Node, parent: ESTree.Node | undefined, key: string) => void,
  parent?: ESTree.Node,
  key = '',
): void {
  if (/^TS(?!As|NonNull|Satisfies|TypeAssertion|Instantiation)/.test(node.type)) return;
  visit(node, parent, key);
  for (const [name, value] of Object.entries(node)) {
    const children: unknown[] = Array.isArray(value) ? value : [value];
    for (const child of children) if (isNode(child)) walk(child, visit, node, name);
  }
}

function isNode(value: unknown): value is ESTree.Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

/** The shortest way back to itself, for each file that has one and is the first of its cycle by name. */
export function cyclesOf(all: readonly Import[], files: readonly string[]): string[] {
  const found: string[] = [];
  for (const start of files) {
    const cameFrom = new Map<string, string>();
    const queue = [start];
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      const from = file;
      for (const { to } of all.filter((each) => each.from === from)) {
        if (!cameFrom.has(to)) {
          cameFrom.set(to, file);
          queue.push(to);
        }
      }
    }
    const back = [start];
    for (let file = cameFrom.get(start); file !== undefined && file !== start; file = cameFrom.get(file)) {
      back.unshift(file);
    }
    const isFirstByName = back.every((file) => start <= file);
    if (cameFrom.has(start) && isFirstByName) found.push([start, ...back].join(' → '));
  }
  return found;
}
