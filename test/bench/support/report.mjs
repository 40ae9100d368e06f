/** What every bench answers with, and how it is shown: figures beside their goals. */

/**
 * One figure.
 * @typedef {object} Row
 * @property {string} name
 * @property {number} value
 * @property {string} unit
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
 * @param {readonly number[]} values
 * @param {number} share 0 to 1
 */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)] ?? NaN;
  const above = sorted[Math.ceil(place)] ?? NaN;
  return below + (above - below) * (place - Math.floor(place));
}

/** @param {Row} row */
export function isMet({ value, goal }) {
  return goal === undefined || value <= goal;
}

/** @param {Report} report */
export function print({ bench, how, rows }) {
  const cells = rows.map((row) => [
    row.name,
    `${show(row.value)} ${row.unit}`.trim(),
    row.goal === undefined ? '' : `≤ ${show(row.goal)}`,
    row.goal === undefined ? '' : isMet(row) ? 'met' : 'MISSED',
    row.note ?? '',
  ]);
  const table = [['', 'figure', 'goal', '', ''], ...cells];
  const widths =
    table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? [];
  console.log(`\n${bench}\n${how}\n`);
  for (const row of table) {
    const line = row.map((cell, column) =>
      column === 1 || column === 2 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
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

/** @param {number} value */
function show(value) {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: digits });
}
