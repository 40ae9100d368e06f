// Changes the sources one place at a time with StrykerJS. The tests of each area must detect enough of the changes.
//
//   npm run mutation              all areas, in half an hour
//   npm run mutation -- link      one area, or several; unchanged code is not tried again
//
// Only the unit tests of an area run against its mutants, so that the score does not depend on chance.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const LEAST_SCORE = 92;

/** `least`: a lower score, where whole streams in `test/system` hold the rest. @type {Record<string, { mutate: string[], tests: string[], least?: number }>} */
const AREAS = {
  protocol: { mutate: ['src/protocol/**/*.ts'], tests: ['test/protocol/**/*.test.ts'] },
  connection: { mutate: ['src/connection/**/*.ts'], tests: ['test/connection/*.test.ts'] },
  link: { mutate: ['src/link/*.ts'], tests: ['test/link/*.test.ts'] },
  audio: { mutate: ['src/audio/*.ts'], tests: ['test/audio/*.test.ts'] },
  transcript: {
    mutate: ['src/transcript/*.ts'],
    tests: ['test/transcript/*.test.ts', 'test/link/incoming.test.ts'],
  },
  containers: {
    mutate: ['src/audio/containers/*.ts'],
    tests: ['test/audio/containers/*.test.ts'],
    least: 85,
  },
};

/** @typedef {{ killed: number, missed: number }} Score */

/** @param {string} area
 * @returns {Score}
 */
function scoreOf(area) {
  const report = /** @type {{ files: Record<string, { mutants: { status: string }[] }> }} */ (
    JSON.parse(readFileSync(join(ROOT, 'coverage/mutation', `${area}.json`), 'utf8'))
  );
  const mutants = Object.values(report.files).flatMap((file) => file.mutants);
  /** @param {string[]} statuses */
  const count = (...statuses) => mutants.filter(({ status }) => statuses.includes(status)).length;
  return { killed: count('Killed', 'Timeout'), missed: count('Survived', 'NoCoverage') };
}

/** @param {Score} score */
const percentOf = ({ killed, missed }) => (100 * killed) / Math.max(1, killed + missed);

/** @param {string} name
 * @param {Score} score
 */
const inWords = (name, score) =>
  `${name.padEnd(10)} ${percentOf(score).toFixed(1).padStart(5)} %  ${score.killed} of ${score.killed + score.missed}`;

const wanted = process.argv.slice(2);
const unknown = wanted.filter((area) => !(area in AREAS));
if (unknown.length > 0) {
  console.error(`There is no area '${unknown[0]}'. Give some of ${Object.keys(AREAS).join(', ')}.`);
  process.exit(2);
}

/** @type {[area: string, score: Score][]} */
const scores = [];
for (const area of wanted.length > 0 ? wanted : Object.keys(AREAS)) {
  const { mutate, tests } = /** @type {{ mutate: string[], tests: string[] }} */ (AREAS[area]);
  const { status } = spawnSync('node_modules/.bin/stryker', ['run', '--mutate', mutate.join(',')], {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, CI: '1', MUTATION_AREA: area, MUTATION_TESTS: tests.join(' ') },
  });
  if (status !== 0) process.exit(status ?? 1);
  scores.push([area, scoreOf(area)]);
}

const all = scores.map(([, score]) => score);
const total = {
  killed: all.reduce((sum, { killed }) => sum + killed, 0),
  missed: all.reduce((sum, { missed }) => sum + missed, 0),
};
for (const [area, score] of [...scores, /** @type {const} */ (['together', total])])
  console.log(inWords(area, score));
for (const [area, score] of scores) {
  const least = AREAS[area]?.least ?? LEAST_SCORE;
  if (percentOf(score) >= least) continue;
  console.error(`${area} needs ${least} %: see coverage/mutation/${area}.html for what survived.`);
  process.exitCode = 1;
}
