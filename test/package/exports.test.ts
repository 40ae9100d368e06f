/** The public names are those of the list, and each has a comment. */
import { posix } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ENTRIES } from './public-names.ts';
import { parse, readText } from './source-tree.ts';

interface PublicName {
  name: string;
  isType: boolean;
  /** The file of its declaration, and its name there. */
  file: string;
  localName: string;
}

function publicNamesOf(file: string): PublicName[] {
  return parse(file).module.staticExports.flatMap(({ entries }) =>
    entries.map(({ exportName, importName, localName, moduleRequest, isType }) => ({
      name: exportName.name ?? exportName.kind,
      isType,
      file: moduleRequest ? posix.join(posix.dirname(file), moduleRequest.value) : file,
      localName: (moduleRequest ? importName.name : localName.name) ?? '',
    })),
  );
}

/** The doc comment right above the declaration, re-exports followed to where it stands. */
function docOf({ file, localName }: PublicName): string | undefined {
  const text = readText(file);
  const { program, comments } = parse(file, text);
  for (const statement of program.body) {
    if (statement.type !== 'ExportNamedDeclaration') continue;
    const { declaration } = statement;
    if (declaration && declaredNames(declaration).includes(localName)) {
      const above = comments.findLast((comment) => comment.end <= statement.start);
      const touches = above && text.slice(above.end, statement.start).trim() === '';
      return touches && above.type === 'Block' && above.value.startsWith('*') ? above.value : undefined;
    }
  }
  const further = publicNamesOf(file).find((each) => each.name === localName && each.file !== file);
  return further && docOf(further);
}

type Declaration = NonNullable<
  Extract<
    ReturnType<typeof parse>['program']['body'][number],
    { type: 'ExportNamedDeclaration' }
  >['declaration']
>;

function declaredNames(declaration: Declaration): string[] {
  if (declaration.type === 'VariableDeclaration') {
    return declaration.declarations.flatMap(({ id }) => (id.type === 'Identifier' ? [id.name] : []));
  }
  return 'id' in declaration && declaration.id?.type === 'Identifier' ? [declaration.id.name] : [];
}

function sorted(names: Iterable<string>): string[] {
  return [...names].sort();
}

test('every subpath of package.json has its list of names here', () => {
  const manifest = JSON.parse(readText('package.json')) as { exports: Record<string, unknown> };
  const subpaths = Object.keys(manifest.exports).filter((subpath) => !/\.js(on)?$/.test(subpath));
  expect(sorted(Object.keys(ENTRIES))).toEqual(sorted(subpaths));
});

describe.each(Object.entries(ENTRIES))('%s', (_subpath, { source, values, types }) => {
  const names = publicNamesOf(source);

  test('has exactly these values', async () => {
    const loaded = (await import(`../../${source}`)) as Record<string, unknown>;
    expect(sorted(Object.keys(loaded))).toEqual(values);
  });

  test('has exactly these types', () => {
    expect(sorted(names.filter((each) => each.isType).map((each) => each.name))).toEqual(types);
  });

  test('names everything: no `export *`, by which a name would become public unseen, and no default', () => {
    expect(sorted(names.map((each) => each.name))).toEqual(sorted([...values, ...types]));
  });

  test('every name has a doc comment that begins with a sentence', () => {
    const undocumented = names.filter((each) => !/^\*\s*\**\s*[^\s@]/.test(docOf(each) ?? ''));
    expect(undocumented.map((each) => `${each.name}, ${each.file}`)).toEqual([]);
  });
});
