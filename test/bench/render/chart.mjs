/** The chart: a row for each fault, a column for each client, and a bar as long as the share of words that were lost. */
import { CLIENTS } from '../clients/entrants.mjs';
import { SCENARIOS } from '../faults/scenarios.mjs';
import { percentLost } from './tables.mjs';
import { figureOf } from './results.mjs';

/** @typedef {import('./results.mjs').Results} Results */

const WIDTH = 1_400;
const MARGIN = 36;
const NAMES = 300;
const TOP = 150;
const ROW = 42;
const BAR = 16;
const COLUMN = (WIDTH - NAMES - MARGIN) / CLIENTS.length;
/** Leaves room for a number of three digits behind the longest bar. */
const LONGEST_BAR = COLUMN - 64;

/** Plain rules, and no custom properties, which not every renderer knows. */
const STYLE = `
text{font-family:-apple-system,BlinkMacSystemFont,"Segoe UI","Noto Sans",Helvetica,Arial,sans-serif;font-size:16px;fill:#1b2430}
.paper{fill:#ffffff;stroke:#d8dee6}
.title{font-size:21px;font-weight:650}
.subtitle{font-size:15px;fill:#5c6877}
.head{font-size:15px;font-weight:600}
.version{font-size:13.5px;fill:#5c6877}
.ours{fill:#e9f7ef}
.track{fill:#eceff3}
.lost{fill:#d4513f}
.kept{fill:#0f7a4b;font-weight:650}
.line{stroke:#d8dee6}
@media (prefers-color-scheme:dark){
text{fill:#e6edf3}
.paper{fill:#0d1117;stroke:#30363d}
.subtitle,.version{fill:#9aa6b4}
.ours{fill:#11271c}
.track{fill:#222a34}
.lost{fill:#f47067}
.kept{fill:#35c98a}
.line{stroke:#30363d}
}
`;

/** Without faults, or hardly telling: left to the table of docs/bench.md. */
const LEFT_OUT = ['calm', 'pause-kept'];

/** @param {Results} results */
export function drawChart(results) {
  const scenarios = SCENARIOS.filter(({ name }) => !LEFT_OUT.includes(name));
  const height = TOP + scenarios.length * ROW + 24;
  const columns = CLIENTS.map(({ title, npm }, place) => {
    // The addition to a package is shown beside its version.
    const [head = '', ...added] = title.split(' + ');
    const version = [npm === undefined ? '' : results.versions[npm], ...added].join(' + ');
    return `<text class="head" x="${xOf(place)}" y="${TOP - 37}">${escape(head)}</text><text class="version" x="${xOf(place)}" y="${TOP - 18}">${version}</text>`;
  });
  const rows = scenarios.map(({ name, title }, line) => {
    const y = TOP + line * ROW;
    const cells = CLIENTS.map(({ name: client }, place) => cell(results, name, client, xOf(place), y));
    return `<path class="line" d="M${MARGIN} ${y}H${WIDTH - MARGIN}"/><text x="${MARGIN}" y="${y + 27}">${escape(title)}</text>${cells.join('')}`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="title description">
<title id="title">Words lost, of a hundred said, by client and fault</title>
<desc id="description">${escape(inWords(results, scenarios))} All figures: docs/bench.md.</desc>
<style>${STYLE}</style>
<rect class="paper" x="1" y="1" width="${WIDTH - 2}" height="${height - 2}" rx="16"/>
<rect class="ours" x="${xOf(0) - 14}" y="${TOP - 62}" width="${COLUMN - 6}" height="${height - TOP + 50}" rx="10"/>
<text class="title" x="${MARGIN}" y="46">Words lost, of a hundred said</text>
<text class="subtitle" x="${MARGIN}" y="70">The same speech, the same server, the same faults at the same moments, over real sockets.</text>
${columns.join('\n')}
${rows.join('\n')}
</svg>
`;
}

/** @param {Results} results @param {string} scenario @param {string} client @param {number} x @param {number} y */
function cell(results, scenario, client, x, y) {
  const lost = figureOf(results, `words/${scenario}/lost`).values[client] ?? NaN;
  if (lost === 0) return `<text class="kept" x="${x}" y="${y + 27}">0</text>`;
  const percent = percentLost(results, scenario, client);
  const length = Math.max(2, (LONGEST_BAR * percent) / 100);
  const top = y + (ROW - BAR) / 2;
  const bar = `<rect class="track" x="${x}" y="${top}" width="${LONGEST_BAR}" height="${BAR}" rx="3"/><rect class="lost" x="${x}" y="${top}" width="${length.toFixed(1)}" height="${BAR}" rx="3"/>`;
  return `${bar}<text x="${x + LONGEST_BAR + 8}" y="${y + 27}">${percent === 0 ? '&lt; 1' : percent}</text>`;
}

/** @param {Results} results @param {readonly { name: string }[]} scenarios */
function inWords(results, scenarios) {
  const means = CLIENTS.map(({ name, title }) => {
    const all = scenarios.map((scenario) => percentLost(results, scenario.name, name));
    return `${title} ${Math.round(all.reduce((sum, each) => sum + each, 0) / all.length)}`;
  });
  return `Mean over ${scenarios.length} faults: ${means.join(', ')}.`;
}

/** @param {number} place of a client */
function xOf(place) {
  return NAMES + place * COLUMN + 14;
}

/** @param {string} text */
function escape(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
