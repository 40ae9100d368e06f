/** The report of a bench: figures beside their goals. */

/**
 * One figure.
 * @typedef {object} Row
 * @property {string} id By which tables and tests find it, such as `words/cuts/lost`.
 * @property {string} name
 * @property {string} [client] Whose it is, where several are compared.
 * @property {number | null} value `null` stands for "never".
 * @property {string} [unit]
 * @property {number} [goal] The value may be this or less.
 * @property {string} [note]
 */

/**
 * @typedef {object} Report
 * @property {string} bench
 * @property {string} how What was measured against what.
 * @property {Row[]} rows
 */

/** @param {readonly number[]} values */
export function median(values) {
  return quantile(values, 0.5);
}

/**
 * @param {readonly number[]} values Infinite ones stand for what never came.
 * @param {number} share 0 to 1
 */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)] ?? NaN;
  const above = sorted[Math.ceil(place)] ?? NaN;
  return below === above ? below : below + (above - below) * (place - Math.floor(place));
}

/** @param {Row} row */
export function isMet({ value, goal }) {
  return goal === undefined || (value !== null && value <= goal);
}

/** @param {Report} report */
export function print({ bench, how, rows }) {
  console.log(`\n${bench}\n${how}`);
  const alone = rows.filter(({ client }) => client === undefined);
  const compared = rows.filter(({ client }) => client !== undefined);
  if (compared.length > 0) printTable(comparison(compared));
  if (alone.length > 0) printTable([['', 'figure', 'goal', '', ''], ...alone.map(cellsOf)]);
  for (const row of compared.filter((each) => !isMet(each))) {
    console.log(`  MISSED: ${row.name}, ${row.client}: ${show(row.value)}, goal ${row.goal}`);
  }
}

/** One line for each name, one column for each client. @param {readonly Row[]} rows */
function comparison(rows) {
  const clients = [...new Set(rows.map(({ client }) => client ?? ''))];
  const names = [...new Set(rows.map(({ name }) => name))];
  const lines = names.map((name) => {
    const ofName = rows.filter((row) => row.name === name);
    const figures = clients.map((client) => {
      const row = ofName.find((each) => each.client === client);
      return row ? `${show(row.value)} ${row.unit ?? ''}`.trim() : '';
    });
    return [name].concat(figures);
  });
  return [['', ...clients], ...lines];
}

/** @param {Row} row */
function cellsOf(row) {
  return [
    row.name,
    `${show(row.value)} ${row.unit ?? ''}`.trim(),
    row.goal === undefined ? '' : `≤ ${show(row.goal)}`,
    row.goal === undefined ? '' : isMet(row) ? 'met' : 'MISSED',
    row.note ?? '',
  ];
}

/** @param {readonly string[][]} table */
function printTable(table) {
  const widths =
    table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? [];
  console.log('');
  for (const row of table) {
    const line = row.map((cell, column) =>
      column > 0 && column < (table[0]?.length ?? 0) && /^[≤\d−-]|^never/.test(cell)
        ? cell.padStart(widths[column] ?? 0)
        : cell.padEnd(widths[column] ?? 0),
    );
    console.log(`  ${line.join('  ').trimEnd()}`);
  }
}

/** @param {string} text */
export function progress(text) {
  process.stderr.write(`  … ${text}\n`);
}

/**
 * Runs a bench when its file is the program: prints its report, or hands it to the parent that asked for it.
 *
 * @param {ImportMeta} meta
 * @param {() => Promise<Report>} run
 */
export async function runAsProgram(meta, run) {
  if (meta.filename !== process.argv[1]) return;
  const report = await run();
  if (process.send) process.send(report);
  else {
    print(report);
    process.exitCode = report.rows.every(isMet) ? 0 : 1;
  }
  if (process.connected) process.disconnect();
}

/** Three digits are enough. @param {number | null} value */
function show(value) {
  if (value === null) return 'never';
  const isWhole = Number.isInteger(value);
  const digits = isWhole || Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: digits });
}
