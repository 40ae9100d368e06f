/** Compares docs/proof.md with the proof: the guarantees, and the number of planted defects. */
import { expect, test } from 'vitest';
import { readText } from '../package/source-tree.ts';
import { GUARANTEES } from '../properties/guarantees/all.ts';
import { PLANTED } from '../properties/planted.ts';

const page = readText('docs/proof.md');

test('the page shows the guarantees of test/properties', () => {
  const [, table = ''] = /<!-- guarantees: .*? -->\n\n(.*?)\n\n<!-- \/guarantees -->/s.exec(page) ?? [];
  expect(table.split('\n')).toEqual([
    '| | guarantee | condition |',
    '|---|---|---|',
    ...GUARANTEES.map(({ id, promise, assuming }) => `| **${id}** | ${promise} | ${assuming} |`),
  ]);
});

test('the page counts the planted defects', () => {
  expect(page).toContain(`${PLANTED.length} defects`);
});
