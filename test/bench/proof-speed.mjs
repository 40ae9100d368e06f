/** The speed of the proof: random sessions a second, in virtual time. */
import { bundleWorker } from '../properties/lab/bundle.mjs';
import { runWorker } from '../properties/lab/run.mjs';
import { runAsProgram } from './support/report.mjs';

/** So many that the compiler's first three seconds count little, as in the runs of a hundred thousand. */
const SESSIONS = 12_000;
const SEED = 1;

export async function proofSpeed() {
  const bundle = await bundleWorker();
  try {
    const startedAt = performance.now();
    const order = { trial: 'all', seed: SEED, sessions: SESSIONS, untilMs: null };
    const { breach, total } = await runWorker(bundle.file, order).done;
    if (breach) throw new Error(breach.text);
    const seconds = (performance.now() - startedAt) / 1_000;
    const row = (/** @type {string} */ id, /** @type {string} */ name, /** @type {number} */ value) => ({
      id: `proof/${id}`,
      name,
      value: value / seconds,
      unit: '/s',
    });
    return {
      bench: 'proof-speed',
      how: `${SESSIONS} random sessions of test/properties, every guarantee looked at after every step, on one core.`,
      rows: [
        row('sessions', 'the proof: random sessions', total.sessions),
        row('steps', 'the proof: checks of all guarantees', total.steps),
        row('virtual', 'the proof: virtual seconds', total.virtualMs / 1_000),
      ],
    };
  } finally {
    bundle.remove();
  }
}

await runAsProgram(import.meta, proofSpeed);
