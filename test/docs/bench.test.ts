/** The figures of the documents are rendered from test/bench/results.json. */
import { describe, expect, test } from 'vitest';
import { CLIENTS } from '../bench/clients/entrants.mjs';
import { SCENARIOS } from '../bench/faults/scenarios.mjs';
import { partOf, rendered } from '../bench/render/render.mjs';
import { figureOf, readResults, spokenOf } from '../bench/render/results.mjs';
import { readText } from '../package/source-tree.ts';

const REMEDY = 'run `npm run bench:render`';
const { parts, files } = rendered();
const results = readResults();

describe('the figures in the documents are those of test/bench/results.json', () => {
  const all = Object.entries(parts).flatMap(([file, texts]) =>
    Object.entries(texts).map(([name, text]) => ({ file, name, text })),
  );

  test.each(all)('$file, <!-- $name -->', ({ file, name, text }) => {
    expect(partOf(readText(file), name), REMEDY).toBe(text);
  });

  test.each(Object.entries(files))('%s', (file, text) => {
    expect(readText(file), REMEDY).toBe(text);
  });
});

test('the README says the words lost in three cuts as they were measured', () => {
  const row =
    parts['docs/bench.md'].words.split('\n').find((each) => each.startsWith('| three cuts |')) ?? '';
  const [spoken, own, , sdk, recipe] = row
    .split('|')
    .slice(2)
    .map((cell) => Number.parseInt(cell, 10));
  expect(own).toBe(0);
  const says = `Three network cuts while ${spoken} words are spoken: \`@deepgram/sdk\` loses ${sdk} of them, Deepgram's own reconnect recipe ${recipe}, this library none.`;
  expect(readText('README.md')).toContain(says);
});

test('every cell of the table of words is filled', () => {
  const rows = parts['docs/bench.md'].words.split('\n').slice(2);
  expect(rows.filter((row) => /\|\s*\||NaN|undefined/.test(row))).toEqual([]);
});

test('each fault has a figure for each client, and some words were spoken', () => {
  const missing = SCENARIOS.flatMap(({ name }) => {
    const lost = figureOf(results, `words/${name}/lost`);
    const isWhole = CLIENTS.every((client) => typeof lost.values[client.name] === 'number');
    return isWhole && spokenOf(lost) > 0 ? [] : name;
  });
  expect(missing).toEqual([]);
});

test('the harness loses no word of its own: without a fault, every client hears all of them', () => {
  const { values } = figureOf(results, 'words/calm/lost');
  expect(Object.fromEntries(CLIENTS.map(({ name }) => [name, 0]))).toEqual(values);
});
