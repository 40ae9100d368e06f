/** For any speech and any messages of the client, the rules of Flux hold and no word is lost. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { count, speakScript } from '../../../../src/testing/recognisers/tone-speaker.ts';
import { spelled } from '../client.ts';
import { FluxClient, SAMPLE_RATE as sampleRate, silence } from './client.ts';
import { breachesIn } from './rules.ts';

type Act =
  | { kind: 'say'; words: number; gapMs: number }
  | { kind: 'pause'; ms: number }
  | { kind: 'force' }
  | { kind: 'configure'; eot: number; eager: number };

const hundredths = (min: number, max: number) =>
  fc.integer({ min: min * 100, max: max * 100 }).map((value) => value / 100);
const acts: fc.Arbitrary<Act[]> = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant('say' as const),
      words: fc.integer({ min: 1, max: 8 }),
      gapMs: fc.integer({ min: 20, max: 900 }),
    }),
    fc.record({ kind: fc.constant('pause' as const), ms: fc.integer({ min: 20, max: 4_000 }) }),
    fc.record({ kind: fc.constant('force' as const) }),
    fc.record({
      kind: fc.constant('configure' as const),
      eot: hundredths(0.5, 1),
      eager: hundredths(0.3, 0.9),
    }),
  ),
  { maxLength: 12 },
);
const queries = fc.record({
  eot: hundredths(0.5, 1),
  eager: fc.option(hundredths(0.3, 0.5), { nil: undefined }),
  timeoutMs: fc.integer({ min: 500, max: 4_000 }),
});

test('the rules hold, and every word is in exactly one turn, in order', () => {
  fc.assert(
    fc.property(
      acts,
      queries,
      fc.constantFrom(20, 50, 80, 130),
      (script, { eot, eager, timeoutMs }, chunkMs) => {
        const eagerQuery = eager === undefined ? '' : `&eager_eot_threshold=${eager}`;
        const client = new FluxClient(`eot_threshold=${eot}${eagerQuery}&eot_timeout_ms=${timeoutMs}`, {
          maxPace: Infinity,
        });
        let said = 0;
        for (const act of script) {
          if (act.kind === 'say') {
            const step = { say: count(said, act.words), gapMs: act.gapMs };
            client.stream(speakScript([step], { sampleRate }), chunkMs);
            said += act.words;
          } else if (act.kind === 'pause') client.stream(silence(act.ms / 1_000), chunkMs);
          else if (act.kind === 'force') client.send({ type: 'ForceEndTurn' });
          else {
            const thresholds = { eot_threshold: act.eot, eager_eot_threshold: act.eager };
            client.send({ type: 'Configure', thresholds });
          }
        }
        // All is decoded and shown as it is, and the last turn ends at the latest by its timeout.
        client.stream(silence(5), chunkMs);
        client.send({ type: 'CloseStream' });
        expect(breachesIn(client.texts, { eot, ...(eager !== undefined && { eager }) })).toEqual([]);
        const ended = client.turns('EndOfTurn').flatMap(({ words = [] }) => words.map(({ word }) => word));
        expect(ended).toEqual(spelled(count(0, said)));
        expect(client.emulator.transcript()).toEqual(ended);
        expect(client.closed?.code).toBe(1005);
      },
    ),
    { numRuns: 60, seed: 1 },
  );
});
