/** docs/testing.md names every fault and reading there is, and its example for RxJS is a test that runs. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FAULTS } from '../../src/testing/emulator/fault-table.ts';
import { READINGS } from '../../src/testing/index.ts';

const guide = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'testing.md'), 'utf8');
const rows = new Set([...guide.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name));

test('its tables have a row for every fault and every reading', () => {
  const names = [...Object.keys(FAULTS), ...Object.keys(READINGS)];
  expect(names.filter((name) => !rows.has(name))).toEqual([]);
});

test('each choice of a reading is explained, the default first', () => {
  for (const [name, { choices }] of Object.entries(READINGS)) {
    const row = guide.split('\n').find((line) => line.startsWith(`| \`${name}\` |`)) ?? '';
    const places = Object.keys(choices).map((choice) => row.indexOf(`\`${choice}\`:`));
    expect(
      places.every((at) => at > 0),
      name,
    ).toBe(true);
    expect(places.toSorted((a, b) => a - b)).toEqual(places);
  }
});

test('the example for RxJS is rxjs-app.test.ts, letter by letter', () => {
  const example = readFileSync(join(import.meta.dirname, 'rxjs-app.test.ts'), 'utf8');
  expect(guide.split('## With a real socket')[1]).toContain(`\`\`\`typescript\n${example}\`\`\``);
});
