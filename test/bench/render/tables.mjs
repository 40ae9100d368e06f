/** The tables of docs/bench.md, from the figures alone. */
import { CLIENTS } from '../clients/entrants.mjs';
import { SCENARIOS } from '../faults/scenarios.mjs';
import { figureOf, spokenOf } from './results.mjs';

/** @typedef {import('./results.mjs').Results} Results */
/** @typedef {import('./results.mjs').Figure} Figure */

/** A figure with only its significant digits. @param {number | null | undefined} value */
function format(value) {
  if (value === null) return 'never';
  if (value === undefined) return '–';
  const size = Math.abs(value);
  const digits = Number.isInteger(value) || size >= 100 ? 0 : size >= 10 ? 1 : 2;
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** Of a hundred words. @param {Results} results @param {string} scenario @param {string} client */
export function percentLost(results, scenario, client) {
  const figure = figureOf(results, `words/${scenario}/lost`);
  return Math.round((100 * (figure.values[client] ?? NaN)) / spokenOf(figure));
}

/** All figures of words: lost, doubled and disordered. @param {Results} results */
export function wordsTable(results) {
  const rows = SCENARIOS.map(({ name, title }) => {
    const spoken = spokenOf(figureOf(results, `words/${name}/lost`));
    const cells = CLIENTS.map((client) => {
      const of = (/** @type {string} */ what) =>
        figureOf(results, `words/${name}/${what}`).values[client.name] ?? NaN;
      const more = /** @type {const} */ ([
        ['doubled', 'twice'],
        ['disordered', 'late'],
        ['broken', 'broken'],
      ]).flatMap(([what, word]) => (of(what) > 0 ? `${of(what)} ${word}` : []));
      return [String(of('lost')), ...more].join(', ');
    });
    return [title, String(spoken), ...cells];
  });
  return markdown([['words lost', 'of', ...CLIENTS.map(({ title }) => title)], ...rows]);
}

/** The events of each scenario. */
export function scenarioTable() {
  return markdown([['fault', 'what happens'], ...SCENARIOS.map(({ title, what }) => [title, what])], 'left');
}

/** All figures with these prefixes that compare clients. @param {Results} results @param {readonly string[]} prefixes */
export function comparisonTable(results, prefixes) {
  const figures = chosen(results, prefixes).filter(({ values }) => Object.keys(values).length > 1);
  const rows = figures.map(({ name, unit, values }) => {
    const cells = CLIENTS.map((client) => format(values[client.name]));
    return [unit === undefined ? name : `${name}, ${unit}`].concat(cells);
  });
  return markdown([['', ...CLIENTS.map(({ title }) => title)], ...rows]);
}

/** The figures with these prefixes of this library alone that have no goal. @param {Results} results @param {readonly string[]} prefixes */
export function ownTable(results, prefixes) {
  const figures = chosen(results, prefixes).filter(
    ({ goal, values }) => goal === undefined && Object.keys(values).length === 1,
  );
  const rows = figures.map(({ name, unit = '', values }) => [
    name,
    `${format(values['rx-deepgram'])} ${unit}`.trim(),
  ]);
  return markdown([['', 'figure'], ...rows]);
}

/** A column for each number of sessions, for ids such as `growth/1000/us`. @param {Results} results @param {readonly string[]} prefixes */
export function crowdTable(results, prefixes) {
  const figures = chosen(results, prefixes);
  const countOf = (/** @type {Figure} */ { id }) => Number(id.split('/')[1]);
  const counts = [...new Set(figures.map(countOf))].sort((one, other) => one - other);
  /** @type {Map<string, string[]>} */
  const rows = new Map();
  for (const figure of figures) {
    const { name, unit, values } = figure;
    const title = [name.replace(/^[\d,]+ sessions?: /, ''), ...(unit === '×' ? [] : [unit])].join(', ');
    const cells = rows.get(title) ?? counts.map(() => '');
    cells[counts.indexOf(countOf(figure))] = format(values['rx-deepgram']);
    rows.set(title, cells);
  }
  const head = ['sessions', ...counts.map((count) => count.toLocaleString('en'))];
  return markdown([head, ...Array.from(rows, ([title, cells]) => [title].concat(cells))]);
}

/** Every goal, and whether it is reached. @param {Results} results */
export function goalsTable(results) {
  const isAboutWords = (/** @type {Figure} */ { id }) => id.startsWith('words/');
  const words = results.figures.filter(isAboutWords).map(({ values }) => values['rx-deepgram'] ?? Infinity);
  const goals = [
    {
      name: 'words lost, doubled, disordered or broken, over all faults',
      unit: '',
      goal: 0,
      value: words.reduce((sum, each) => sum + each, 0),
    },
  ];
  for (const figure of results.figures) {
    const { name, unit = '', goal, values } = figure;
    if (goal !== undefined && !isAboutWords(figure)) {
      goals.push({ name, unit, goal, value: values['rx-deepgram'] ?? Infinity });
    }
  }
  const rows = goals.map(({ name, unit, goal, value }) => [
    name,
    `${format(goal)} ${unit}`.trim(),
    `${format(value)} ${unit}`.trim(),
    value <= goal ? 'yes' : '**no**',
  ]);
  return markdown([['goal', 'at most', 'measured', 'reached'], ...rows]);
}

/** @param {Results} results */
export function provenance({ measured, machine, versions, seeds }) {
  const peers = Object.entries(versions)
    .filter(([name]) => name !== 'rx-deepgram')
    .map(([name, version]) => `${name} ${version}`);
  return [
    `Measured on ${measured.on} in ${format(measured.minutes)} minutes: Node ${machine.node}, ${machine.platform}, ${machine.cores} cores (${machine.cpu}).`,
    `${peers.join(', ')}. Seeds: words ${seeds.words}; recovery ${seeds.recovery.replace(/^(\d+),.* (\d+)$/, '$1 to $2')}.`,
    ...(measured.note === undefined ? [] : [measured.note]),
  ].join('\n');
}

/** @param {Results} results @param {readonly string[]} prefixes */
function chosen({ figures }, prefixes) {
  return figures.filter(({ id }) => prefixes.some((prefix) => id.startsWith(prefix)));
}

/** @param {readonly (readonly string[])[]} rows @param {'left' | 'right'} [align] of all columns but the first */
function markdown([head = [], ...rows], align = 'right') {
  const line = (/** @type {readonly string[]} */ cells) => `| ${cells.join(' | ')} |`;
  const rule = head.map((_, column) => (column > 0 && align === 'right' ? '---:' : '---'));
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}
