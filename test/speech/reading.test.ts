/**
 * Free speech under every fault. A recogniser adapts to the speech before, and starts anew after a reconnect: a few words may
 * differ, and none may be lost or doubled.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import { startVosk, type VoskHost } from '../../src/testing/index.ts';
import { Experiment } from './experiment.ts';
import { reading } from './recordings.ts';
import { TROUBLES } from './troubles.ts';

/** Meant to end a run that hangs: on a busy machine, a recogniser may take a minute. */
const LONGEST_MS = 180_000;

let host: VoskHost;
let experiment: Experiment;
beforeAll(async () => {
  host = await startVosk();
  return () => host.close();
});
beforeAll(async () => {
  experiment = await Experiment.begin(reading(), host);
  return () => void process.stdout.write(experiment.table);
}, LONGEST_MS);

test('is recognised without faults', () => {
  expect(experiment.undisturbed.report.outcome).toBe('drained');
  expect(experiment.misheard / experiment.speech.spoken.length).toBeLessThanOrEqual(0.05);
});

describe('no word is lost or doubled, and few are recognised differently', () => {
  test.each(TROUBLES.map((trouble) => [trouble.name, trouble] as const))(
    '%s',
    { timeout: LONGEST_MS },
    async (_, trouble) => {
      const { failures } = await experiment.suffer(trouble);
      expect(failures).toEqual([]);
    },
  );
});
