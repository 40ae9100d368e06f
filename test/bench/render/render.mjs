/** Writes the results into the documents: the tables of docs/bench.md, and docs/bench.svg. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { drawChart } from './chart.mjs';
import { readResults } from './results.mjs';
import {
  comparisonTable,
  crowdTable,
  goalsTable,
  ownTable,
  provenance,
  scenarioTable,
  wordsTable,
} from './tables.mjs';

const ROOT = join(import.meta.dirname, '..', '..', '..');

/** The text between `<!-- name -->` and `<!-- /name -->` of each document, and the documents that are generated whole. */
export function rendered() {
  const results = readResults();
  return {
    parts: {
      'docs/bench.md': {
        provenance: provenance(results),
        goals: goalsTable(results),
        scenarios: scenarioTable(),
        words: wordsTable(results),
        recovery: comparisonTable(results, ['attempts/', 'recovery/']),
        cost: comparisonTable(results, ['cpu/', 'latency/', 'allocations/', 'size/own']),
        crowds: crowdTable(results, ['growth/', 'memory/']),
        own: ownTable(results, ['exact/', 'alone/', 'many/', 'store/', 'size/', 'proof/', 'harness/']),
      },
    },
    files: { 'docs/bench.svg': drawChart(results) },
  };
}

/** The present text between the markers. @param {string} text @param {string} name */
export function partOf(text, name) {
  const [from, to] = [`<!-- ${name} -->\n`, `\n<!-- /${name} -->`];
  const start = text.indexOf(from);
  const end = text.indexOf(to);
  if (start < 0 || end < start)
    throw new Error(`There are no markers <!-- ${name} --> and <!-- /${name} -->.`);
  return text.slice(start + from.length, end);
}

export function render() {
  const { parts, files } = rendered();
  for (const [file, texts] of Object.entries(parts)) {
    const path = join(ROOT, file);
    let whole = readFileSync(path, 'utf8');
    for (const [name, text] of Object.entries(texts)) {
      // A function: `$` in a text is only a `$`.
      whole = whole.replace(
        `<!-- ${name} -->\n${partOf(whole, name)}\n<!--`,
        () => `<!-- ${name} -->\n${text}\n<!--`,
      );
    }
    writeFileSync(path, whole);
  }
  for (const [file, text] of Object.entries(files)) writeFileSync(join(ROOT, file), text);
}

if (import.meta.filename === process.argv[1]) render();
