/** Reads and writes `results.json`, the measured figures. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** @typedef {import('../support/report.mjs').Report} Report */

/**
 * One figure, of one client or of several.
 * @typedef {object} Figure
 * @property {string} id
 * @property {string} name
 * @property {string} [unit]
 * @property {number} [goal] Ours: this or less.
 * @property {string} [note]
 * @property {Record<string, number | null>} values By client; `null` is "never".
 */

/**
 * @typedef {object} Results
 * @property {{ on: string, minutes: number, note?: string }} measured
 * @property {{ node: string, platform: string, cpu: string, cores: number }} machine
 * @property {Record<string, string>} versions
 * @property {{ words: string, recovery: string }} seeds
 * @property {Figure[]} figures
 */

const FILE = join(import.meta.dirname, '..', 'results.json');

/** @returns {Results} */
export function readResults() {
  return JSON.parse(readFileSync(FILE, 'utf8'));
}

/** @param {Results} results */
export function writeResults(results) {
  writeFileSync(FILE, `${JSON.stringify(results, undefined, 2)}\n`);
}

/** @param {readonly Report[]} reports @returns {Figure[]} */
export function figuresOf(reports) {
  /** @type {Map<string, Figure>} */
  const figures = new Map();
  for (const { id, name, unit, goal, note, client = 'rx-deepgram', value } of reports.flatMap(
    (each) => each.rows,
  )) {
    const figure = figures.get(id) ?? { id, name, values: {} };
    figures.set(id, figure);
    if (unit) figure.unit = unit;
    if (goal !== undefined) figure.goal = goal;
    if (note !== undefined && client === 'rx-deepgram') figure.note = note;
    figure.values[client] = value === null ? null : Number(value.toPrecision(4));
  }
  return [...figures.values()];
}

/** Replaces figures by newer ones with the same id; new ids come last. @param {readonly Figure[]} figures @param {readonly Figure[]} newer */
export function replaced(figures, newer) {
  const byId = new Map(figures.map((figure) => [figure.id, figure]));
  for (const figure of newer) byId.set(figure.id, figure);
  return [...byId.values()];
}

/** @param {Results} results @param {string} id @returns {Figure} */
export function figureOf({ figures }, id) {
  const figure = figures.find((each) => each.id === id);
  if (!figure) throw new Error(`There is no figure ${id}: measure again with npm run bench.`);
  return figure;
}

/** Words said to each client, all conversations of a scenario together. @param {Figure} figure */
export function spokenOf({ note = '' }) {
  return Number(note.replace('of ', ''));
}
