/** The tables of README.md and docs/bench.md, from the figures alone. */
import { CLIENTS } from '../clients/entrants.mjs';
import { SCENARIOS } from '../faults/scenarios.mjs';
import { figureOf, spokenOf } from './results.mjs';

/** @typedef {import('./results.mjs').Results} Results */
/** @typedef {import('./results.mjs').Figure} Figure */

/** What nobody can read more into than it says. @param {number | null | undefined} value */
function format(value) {
  if (value === null) return 'never';
  if (value === undefined) return '–';
  const size = Math.abs(value);
  const digits = Number.isInteger(value) || size >= 100 ? 0 : size >= 10 ? 1 : 2;
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** @param {number | null | undefined} ms */
function duration(ms) {
  if (ms === null || ms === undefined) return format(ms);
  return Math.abs(ms) < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}

/** Of a hundred words. @param {Results} results @param {string} scenario @param {string} client */
export function percentLost(results, scenario, client) {
  const figure = figureOf(results, `words/${scenario}/lost`);
  return Math.round((100 * (figure.values[client] ?? NaN)) / spokenOf(figure));
}

/** A word is never quite lost at 0 %, nor all at 100 %, by rounding alone. @param {Results} results @param {string} scenario @param {string} client */
function lostCell(results, scenario, client) {
  const lost = figureOf(results, `words/${scenario}/lost`).values[client] ?? NaN;
  const percent = percentLost(results, scenario, client);
  return lost === 0 ? '0' : percent === 0 ? '< 1 %' : `${percent} %`;
}

/** @param {Results} results */
export function readmeTable(results) {
  const { versions } = results;
  const title = (/** @type {(typeof CLIENTS)[number]} */ { name, title: full, npm }) => {
    if (name === 'rx-deepgram') return `**${full}**`;
    return npm === undefined ? full : `${full} ${versions[npm]}`;
  };
  const lost = (/** @type {string} */ name, /** @type {string} */ what) => [
    what,
    ...CLIENTS.map((client) => lostCell(results, name, client.name)),
  ];
  const row = (
    /** @type {string} */ id,
    /** @type {string} */ what,
    /** @type {(value: number | null | undefined) => string} */ show,
  ) => {
    const { values } = figureOf(results, id);
    return [what, ...CLIENTS.map(({ name }) => show(values[name]))];
  };
  return markdown([
    ['words lost', ...CLIENTS.map(title)],
    lost('pause', 'a pause of 12 s'),
    lost('cuts', 'three cuts'),
    lost('close-1011', 'close 1011, twice'),
    lost('outage-5', 'an outage of 5 s'),
    lost('outage-40', 'an outage of 40 s'),
    lost('half-open', 'a half-open connection'),
    lost('flapping', 'a flapping server'),
    lost('odd-chunks', 'two cuts, chunks cut in mid-sample'),
    row('attempts/wrong-key', '**attempts** in a minute with a wrong key', format),
    row('recovery/median', 'delay of **interrupted words**, beyond a perfect client', duration),
    row('cpu/20/ratio', '**CPU** of a 20 ms frame', (value) =>
      value === undefined ? '–' : `${format(value)} ×`,
    ),
    row('size/own', '**kB** gzip in a browser', format),
  ]);
}

/** Everything about words, with what else became of them. @param {Results} results */
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

/** What happens in each scenario. */
export function scenarioTable() {
  return markdown([['fault', 'what happens'], ...SCENARIOS.map(({ title, what }) => [title, what])], 'left');
}

/** All figures whose ids begin so, that compare clients. @param {Results} results @param {readonly string[]} prefixes */
export function comparisonTable(results, prefixes) {
  const figures = chosen(results, prefixes).filter(({ values }) => Object.keys(values).length > 1);
  const rows = figures.map(({ name, unit, values }) => {
    const cells = CLIENTS.map((client) => format(values[client.name]));
    return [unit === undefined ? name : `${name}, ${unit}`].concat(cells);
  });
  return markdown([['', ...CLIENTS.map(({ title }) => title)], ...rows]);
}

/** All figures whose ids begin so, that are ours alone. @param {Results} results @param {readonly string[]} prefixes */
export function ownTable(results, prefixes) {
  const figures = chosen(results, prefixes).filter(({ values }) => Object.keys(values).length === 1);
  const rows = figures.map(({ name, unit = '', goal, values }) => {
    const value = values['rx-deepgram'] ?? NaN;
    return [name, `${format(value)} ${unit}`.trim(), goal === undefined ? '' : `≤ ${format(goal)}`];
  });
  return markdown([['', 'figure', 'goal'], ...rows]);
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
