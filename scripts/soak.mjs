// Runs random sessions in virtual time on all cores, and checks every guarantee after every step.
//
//   npm run soak -- --minutes 30                       new seeds, for this time (fractions allowed)
//   npm run soak -- --sessions 100000 --seed 1         this many, the same in each run
//   npm run soak -- --trial G3 --minutes 5             the sessions that put one guarantee at risk
//   npm run soak -- --trial all --seed 7 --path 12:0   repeats a failure, and prints it in words
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { bundleWorker } from '../test/properties/lab/bundle.mjs';
import { runWorker } from '../test/properties/lab/run.mjs';

/** @typedef {import('../test/properties/lab/run.mjs').Total} Total */

const IDS = Array.from({ length: 11 }, (_, index) => `G${index + 1}`);
const TRIALS = ['all', 'flux', ...IDS, ...IDS.map((id) => `flux-${id}`)];

/** @param {string} problem
 * @returns {never}
 */
function refuse(problem) {
  console.error(`${problem}\nSee the head of scripts/soak.mjs, or try: npm run soak -- --minutes 0.5`);
  process.exit(2);
}

function argumentsOf() {
  try {
    return parseArgs({
      options: {
        minutes: { type: 'string' },
        sessions: { type: 'string' },
        seed: { type: 'string' },
        path: { type: 'string' },
        trial: { type: 'string', default: 'all' },
        workers: { type: 'string' },
      },
    }).values;
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
}

const values = argumentsOf();

/** A number of the command line, where it is given.
 * @param {'minutes' | 'sessions' | 'seed' | 'workers'} name
 * @param {(number: number) => boolean} isFit
 * @param {string} what
 */
function numberOf(name, isFit, what) {
  const text = values[name];
  if (text === undefined) return undefined;
  const number = text.trim() === '' ? Number.NaN : Number(text);
  return isFit(number) ? number : refuse(`--${name} is '${text}'. Give ${what}.`);
}

const isCount = (/** @type {number} */ number) => Number.isSafeInteger(number) && number > 0;
const minutes = numberOf(
  'minutes',
  (number) => number > 0 && Number.isFinite(number),
  'minutes above 0, such as 1.5',
);
const sessions = numberOf('sessions', isCount, 'a whole number above 0');
const workerCount = numberOf('workers', isCount, 'a whole number above 0');
// As fast-check counts: its seeds are 32 bits with a sign.
const chosenSeed = numberOf(
  'seed',
  (number) => Number.isInteger(number) && Math.abs(number) < 2 ** 31,
  'a whole number of at most 31 bits',
);
const { path, trial } = values;
if (!TRIALS.includes(trial)) refuse(`--trial is '${trial}'. Give one of ${TRIALS.join(', ')}.`);
if (path !== undefined) {
  if (!/^\d+(:\d+)*$/.test(path))
    refuse(`--path is '${path}'. Give the one that a failure has printed, such as 12:0:3.`);
  if (chosenSeed === undefined) refuse('--path says nothing without the --seed that was printed beside it.');
  if (minutes !== undefined || sessions !== undefined)
    refuse('--path repeats one failure: leave out --minutes and --sessions.');
}

const seed = chosenSeed ?? Math.floor(Math.random() * 1e9);
const cores = path === undefined ? (workerCount ?? availableParallelism()) : 1;
const startedMs = Date.now();
const untilMs =
  minutes === undefined && (path ?? sessions) !== undefined ? null : startedMs + (minutes ?? 1) * 60_000;

/** Seeds of different processes are so far apart. */
const SEED_STRIDE = 1_000_000;
const REPORT_EVERY_MS = 10_000;

/** @type {Total[]} */
const totals = [];

/** @param {readonly Total[]} parts */
function sum(parts) {
  /** @param {(part: Total) => number} of */
  const all = (of) => parts.reduce((total, part) => total + of(part), 0);
  const cells = new Set(parts.flatMap((part) => part.cells));
  return {
    sessions: all((part) => part.sessions),
    hours: all((part) => part.virtualMs) / 3_600_000,
    audioHours: all((part) => part.audioMs) / 3_600_000,
    steps: all((part) => part.steps),
    connections: all((part) => part.connections),
    worstSilenceMs: parts.reduce((worst, part) => Math.max(worst, part.worstSilenceMs), 0),
    states: new Set([...cells].map((cell) => cell.split(' ')[0])).size,
    transitions: cells.size,
  };
}

function inWords() {
  const seen = sum(totals);
  const seconds = (Date.now() - startedMs) / 1000;
  return (
    `${seen.sessions} sessions in ${seconds.toFixed(0)} s (${(seen.sessions / seconds).toFixed(0)}/s): ` +
    `${seen.hours.toFixed(0)} virtual hours, ${seen.audioHours.toFixed(1)} of them audio; ${seen.connections} connections, ${seen.steps} steps; ` +
    `worst outbound silence ${(seen.worstSilenceMs / 1000).toFixed(2)} s; ${seen.states} states, ${seen.transitions} transitions`
  );
}

const bundle = await bundleWorker();
const workers = Array.from({ length: cores }, (_, index) =>
  runWorker(
    bundle.file,
    {
      trial,
      seed: seed + index * SEED_STRIDE,
      sessions: path === undefined ? (sessions === undefined ? null : Math.ceil(sessions / cores)) : 1,
      untilMs,
      covers: path === undefined,
      ...(path === undefined ? {} : { path }),
    },
    (total) => (totals[index] = total),
  ),
);
console.log(`trial '${trial}', seed ${seed}, ${cores} ${cores === 1 ? 'process' : 'processes'}`);
const ticker = setInterval(() => console.log(inWords()), REPORT_EVERY_MS);
let isStopped = /** @type {boolean} */ (false);
process.on('SIGINT', () => {
  isStopped = true;
  for (const worker of workers) worker.stop();
});

/** @type {string | undefined} */
let failure;
await Promise.all(
  workers.map(async (worker) => {
    try {
      const { breach } = await worker.done;
      if (!breach) return;
      failure ??= breach.text;
    } catch (error) {
      const isLost = path !== undefined && String(error).includes('Unable to replay');
      failure ??= isLost
        ? `--path ${path} leads nowhere: it was printed of another trial or seed.`
        : String(error);
    }
    for (const other of workers) other.stop();
  }),
);
clearInterval(ticker);
bundle.remove();
console.log(inWords());
if (failure !== undefined) {
  console.error(`\n${failure}`);
  process.exitCode = 1;
} else if (path !== undefined)
  console.log('It did not happen again: it is mended, or sessions are drawn otherwise since it was printed.');
else console.log(isStopped ? 'Stopped. Until then every guarantee held.' : 'Every guarantee held.');
