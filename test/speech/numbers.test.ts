/** Human digits, and a recogniser with a vocabulary: no fault changes a word. */
import { beforeAll, describe, expect, test } from 'vitest';
import { FAULT_NAMES } from '../../src/testing/emulator/fault-table.ts';
import { startVosk, type VoskHost } from '../../src/testing/index.ts';
import { textsOf, wordsOf } from './comparison.ts';
import { Experiment } from './experiment.ts';
import { numbers } from './recordings.ts';
import { hear } from './session.ts';
import { type Trouble, TROUBLES } from './troubles.ts';

/** Meant to end a run that hangs: on a busy machine, a recogniser may take a minute. */
const LONGEST_MS = 180_000;

let host: VoskHost;
let experiment: Experiment;
beforeAll(async () => {
  host = await startVosk();
  return () => host.close();
});
beforeAll(async () => {
  experiment = await Experiment.begin(numbers(), host);
  return () => void process.stdout.write(experiment.table);
}, LONGEST_MS);

test('every word is recognised without faults', () => {
  expect(textsOf(wordsOf(experiment.undisturbed))).toEqual(experiment.speech.spoken);
});

describe('every word is there once, in its place and at its time', () => {
  test.each(TROUBLES.map((trouble) => [trouble.name, trouble] as const))(
    '%s',
    { timeout: LONGEST_MS },
    async (_, trouble) => {
      const { failures, errors } = await experiment.suffer(trouble);
      expect(failures).toEqual([]);
      expect(errors).toBe(0);
    },
  );
});

/** On /v1/listen no client can know of a lost message; the tests of Flux hold what its sequence_id shows. */
const BEYOND_REPAIR = ['loseMessages'];

test('every fault of the emulator that a client can repair is among the troubles', () => {
  const orders = TROUBLES.flatMap(({ incidents }) => incidents.flatMap(({ orders = [] }) => orders));
  const struck = new Set(orders.map((order) => order.split(' ')[0]));
  expect(FAULT_NAMES.filter((name) => !struck.has(name))).toEqual(BEYOND_REPAIR);
});

test('a recogniser with a cache gives the same results as one without', { timeout: LONGEST_MS }, async () => {
  const cut = TROUBLES.find(({ name }) => name === 'cut') as Trouble;
  const { speech } = experiment;
  const recogniser = host.withVocabulary(speech.vocabulary ?? []);
  const heard = await hear(speech, cut.incidents, { recogniser, caughtUp: () => host.caughtUp() });
  expect(wordsOf(heard)).toEqual(wordsOf(await experiment.hear(cut)));
});
