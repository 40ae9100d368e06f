/** The transcript and the ledger of a recording, against those of the session itself. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { followFlight, readFlight } from '../../src/diagnosis/index.ts';
import { fly, type Step } from './flown.ts';

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ speak: fc.integer({ min: 1, max: 8 }) }) },
  { weight: 1, arbitrary: fc.record({ pause: fc.integer({ min: 1, max: 15 }) }) },
  { weight: 2, arbitrary: fc.constant<Step>({ cut: true }) },
  { weight: 1, arbitrary: fc.constant<Step>({ close: 1011, reason: '' }) },
);

describe('a recording that is followed through', () => {
  test('gives the words and the ledger of the session, however often its connections were lost', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
        const { ndjson, transcripts, report } = await fly(steps);
        const followed = followFlight(readFlight(ndjson));
        const shown = (each: { final: boolean; text: string; connection: number } | undefined) =>
          each ? [`${each.connection} ${each.final ? '=' : '~'} ${each.text}`] : [];
        expect(followed.flatMap((each) => shown(each.transcript))).toEqual(transcripts.flatMap(shown));
        const { accepted, confirmed, sampleRate } = report.ledger;
        expect(followed.at(-1)?.sent ?? 0).toBeCloseTo(accepted / sampleRate, 2);
        expect(followed.at(-1)?.confirmed ?? 0).toBeCloseTo(confirmed / sampleRate, 2);
      }),
      { numRuns: 30, seed: 20_260_102 },
    );
  });

  test('follows a session with Flux', async () => {
    const { ndjson, transcripts } = await fly(
      [{ speak: 8 }, { cut: true }, { speak: 8 }],
      {},
      {
        listen: { model: 'flux-general-en', encoding: 'linear16', sample_rate: 8_000 },
      },
    );
    const finals = (all: readonly ({ final: boolean; text: string } | undefined)[]) =>
      all.flatMap((each) => (each?.final ? each.text : [])).join(' ');
    const followed = followFlight(readFlight(ndjson)).map((each) => each.transcript);
    expect(finals(followed)).toBe(finals(transcripts));
    expect(finals(followed)).toContain('0010');
  });
});
