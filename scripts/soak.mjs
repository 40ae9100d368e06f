// Lives random sessions in virtual time on all cores, and holds every guarantee after every step of each.
//
//   npm run soak -- --minutes 30                       fresh seeds, for so long (fractions allowed)
//   npm run soak -- --sessions 100000 --seed 1         so many, always the same
//   npm run soak -- --trial G3 --minutes 5             the sessions that are most dangerous to one guarantee
//   npm run soak -- --trial all --seed 7 --path 12:0   repeats a failure, and tells it in words
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { bundleWorker } from '../test/properties/lab/bundle.mjs';
import { runWorker } from '../test/properties/lab/run.mjs';

/** @typedef {import('../test/properties/lab/run.mjs').Total} Total */

const { values } = parseArgs({
  options: {
    minutes: { type: 'string' },
    sessions: { type: 'string' },
    seed: { type: 'string' },
    path: { type: 'string' },
    trial: { type: 'string', default: 'all' },
    workers: { type: 'string' },
  },
});

/** @param {string | undefined} text @param {string} name */
function numberOf(text, name) {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (!Number.isFinite(number) || number < 0) {
    console.error(`--${name} is '${text}'. Give a number, such as --${name} 1.5.`);
    process.exit(2);
  }
  return number;
}

const minutes = numberOf(values.minutes, 'minutes');
const sessions = numberOf(values.sessions, 'sessions');
const seed = numberOf(values.seed, 'seed') ?? Math.floor(Math.random() * 1e9);
const { path, trial } = values;
const cores = path === undefined ? (numberOf(values.workers, 'workers') ?? availableParallelism()) : 1;
const startedMs = Date.now();
const untilMs = path === undefined && sessions === undefined ? startedMs + (minutes ?? 1) * 60_000 : null;

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
process.once('SIGINT', () => {
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
      failure ??= String(error);
    }
    for (const other of workers) other.stop();
  }),
);
clearInterval(ticker);
bundle.remove();
console.log(inWords());
if (failure === undefined)
  console.log(path === undefined ? 'Every guarantee held.' : 'It did not happen again.');
else {
  console.error(`\n${failure}`);
  process.exitCode = 1;
}
