/** Every speech under every trouble, told as it goes. */
import { startVosk } from '../../src/testing/index.ts';
import { Experiment } from './experiment.ts';
import { numbers, reading } from './recordings.ts';
import { TROUBLES } from './troubles.ts';

/** Tells whether nothing was lost or doubled, and nothing changed beyond what a restart costs. */
export async function compareAll(write: (text: string) => void): Promise<boolean> {
  const host = await startVosk();
  try {
    const experiments: Experiment[] = [];
    for (const speech of [numbers(), reading()]) {
      write(`${speech.name}: ${TROUBLES.length} troubles, about half a minute …\n`);
      const experiment = await Experiment.begin(speech, host);
      for (const trouble of TROUBLES) await experiment.suffer(trouble);
      write(experiment.table);
      experiments.push(experiment);
    }
    const failures = experiments.flatMap(({ comparisons }) =>
      comparisons.flatMap(({ failures }) => failures),
    );
    return failures.length === 0;
  } finally {
    await host.close();
  }
}
