/** docs/testing.md names every fault, and its example for RxJS is a test that runs. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FAULTS } from '../../src/testing/emulator/fault-table.ts';

const guide = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'testing.md'), 'utf8');
const rows = new Set([...guide.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name));

test('its table has a row for every fault', () => {
  expect(Object.keys(FAULTS).filter((name) => !rows.has(name))).toEqual([]);
});

test('the example for RxJS is rxjs-app.test.ts, letter by letter', () => {
  const example = readFileSync(join(import.meta.dirname, 'rxjs-app.test.ts'), 'utf8');
  expect(guide.split('## With a real socket')[1]).toContain(`\`\`\`typescript\n${example}\`\`\``);
});
