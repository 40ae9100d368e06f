/** One process of the proof: runs sessions until the limit or a breach, and prints lines of JSON. */
import { Coverage } from './coverage.ts';
import { inWords, prove } from './prove.ts';
import { TRIALS } from './trials.ts';
import type { World } from './world/world.ts';

/** The order from `lab/run.mjs`. */
interface Order {
  trial: string;
  seed: number;
  path?: string;
  /** Sessions in all, `Infinity` to go on until `untilMs`. */
  sessions: number | null;
  /** Milliseconds since 1970. */
  untilMs: number | null;
  /** Whether to count reached states and transitions, which takes time. */
  covers: boolean;
  /** Spent on a smaller counterexample. */
  shrinkMs?: number;
}

/** Sessions between two lines of progress, each batch with a seed of its own. */
const BATCH = 200;

const order = JSON.parse(process.argv[2] ?? '{}') as Order;
const ground = TRIALS[order.trial];
if (!ground) throw new Error(`There is no trial '${order.trial}': ${Object.keys(TRIALS).join(', ')}.`);

const coverage = new Coverage();
const total = { sessions: 0, virtualMs: 0, audioMs: 0, steps: 0, connections: 0, worstSilenceMs: 0 };

function note(world: World): void {
  coverage.begin();
  total.sessions += 1;
  total.virtualMs += world.now;
  total.audioMs += (world.speaker.accepted * 1000) / world.setting.rate;
  total.steps += world.steps;
  total.connections += world.wire.links.length;
  // Flux has no KeepAlive: [G1] has another limit there.
  if (!world.setting.flux) total.worstSilenceMs = Math.max(total.worstSilenceMs, world.worstAwakeSilenceMs);
}

function say(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

let left = order.sessions ?? Infinity;
for (let batch = 0; left > 0 && Date.now() < (order.untilMs ?? Infinity); batch += 1) {
  const runs = Math.min(BATCH, left);
  const counterexample = await prove({
    ...ground,
    name: order.trial,
    runs,
    seed: order.seed + batch,
    path: order.path,
    lived: note,
    ...(order.shrinkMs === undefined ? {} : { shrinkMs: order.shrinkMs }),
    ...(order.covers && batch % 4 === 0 ? { inspect: coverage.inspect } : {}),
  });
  left -= runs;
  if (counterexample) {
    const { command, breach } = counterexample;
    say({ kind: 'breach', id: breach.id, what: breach.what, command, text: inWords(counterexample) });
    break;
  }
  say({ kind: 'progress', ...total, cells: [...coverage.cells.keys()] });
}
say({ kind: 'done', ...total, cells: [...coverage.cells.keys()] });
