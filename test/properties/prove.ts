/** Draws and runs sessions, and reports the first breach of a guarantee: shrunk, in words, and with a command to repeat it. */
import * as fc from 'fast-check';
import { live } from './act.ts';
import type { Guarantee } from './guarantees/guarantee.ts';
import { PLAIN_SETTING, type Scenario, type Setting } from './scenario.ts';
import type { Breach, World } from './world/world.ts';

export interface Trial {
  /** The name under which `npm run soak` knows these sessions. */
  name: string;
  scenarios: fc.Arbitrary<Scenario>;
  guarantees: readonly Guarantee[];
  runs: number;
  seed: number;
  /** The path of a failure to repeat. */
  path?: string | undefined;
  /** Called with the world of each session. */
  lived?: (world: World) => void;
  inspect?: Parameters<typeof live>[1]['inspect'];
  /** Time limit for shrinking. */
  shrinkMs?: number;
}

export interface Counterexample {
  seed: number;
  path: string;
  scenario: Scenario;
  breach: Breach;
  /** The line that repeats it. */
  command: string;
  /** What happened, in words. */
  story: string;
}

/** The tests that prove end after 300 s; on a busy machine, fewer sessions are drawn. */
const LONGEST_MS = 240_000;

/** If a world could not be made. */
const CRASH: Breach = { id: 'crash', what: 'The session could not begin.', atMs: 0 };

/** Nothing, if every guarantee held in every session. */
export async function prove(trial: Trial): Promise<Counterexample | undefined> {
  const { guarantees, inspect, lived } = trial;
  let stopAt = Infinity;
  let breach: Breach | undefined;
  const property = fc.asyncProperty(trial.scenarios, async (scenario) => {
    if (performance.now() > stopAt) return true;
    const world = await live(scenario, { guarantees, ...(inspect ? { inspect } : {}) });
    lived?.(world);
    breach = world.broken ?? breach;
    if (world.broken && stopAt === Infinity) stopAt = performance.now() + (trial.shrinkMs ?? 20_000);
    return world.broken === undefined;
  });
  const out = await fc.check(property, {
    numRuns: trial.runs,
    seed: trial.seed,
    // oxlint-disable-next-line typescript/no-deprecated -- see test/setup.ts
    interruptAfterTimeLimit: LONGEST_MS,
    ...(trial.path === undefined ? {} : { path: trial.path }),
  });
  if (!out.failed || !out.counterexample) return undefined;
  const [scenario] = out.counterexample;
  const path = out.counterexamplePath;
  const command = `npm run soak -- --trial ${trial.name} --seed ${out.seed} --path ${path}`;
  const story = await narrate(scenario, guarantees);
  return { seed: out.seed, path, scenario, command, story, breach: breach ?? CRASH };
}

interface Line {
  text: string;
  atMs: number;
  times: number;
}

/** Frames that are all alike are told once. */
const FRAME = / sends (\d+ bytes) on /;

function lineInWords({ text, atMs, times }: Line): string {
  const words = times === 1 ? text : text.replace(FRAME, ` sends ${times} × $1 on `);
  return `${(atMs / 1000).toFixed(3).padStart(10)} s  ${words}`;
}

/** Runs it again, and records the events. */
async function narrate(scenario: Scenario, guarantees: readonly Guarantee[]): Promise<string> {
  const lines: Line[] = [];
  await live(scenario, {
    guarantees,
    narrate(text, atMs) {
      const before = lines.at(-1);
      if (before?.text === text && FRAME.test(text)) before.times += 1;
      else lines.push({ text, atMs, times: 1 });
    },
  });
  return [settingInWords(scenario), ...lines.map(lineInWords)].join('\n');
}

/** What is not as in a plain session. */
function settingInWords({ setting }: Scenario): string {
  const changes = Object.entries(setting).filter(
    ([name, value]) => name !== 'seed' && value !== PLAIN_SETTING[name as keyof Setting],
  );
  const words = changes.map(
    ([name, value]) => `${name} ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`,
  );
  return words.length === 0 ? 'a plain session' : `a plain session, but ${words.join(', ')}`;
}

/** The one line, and what it is about. */
export function inWords({ breach, command, story }: Counterexample): string {
  return `[${breach.id}] ${breach.what}\n\n  ${command}\n\n${story}`;
}
