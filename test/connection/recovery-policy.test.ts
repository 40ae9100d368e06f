import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decideRecovery, type RecoveryHistory } from '../../src/connection/recovery-policy.ts';
import { END_KINDS, type EndKind, retryAfter } from '../../src/protocol/connection-end.ts';
import { reasonOf, remedyFor } from '../../src/protocol/end-remedies.ts';
import { KINDS, SETTINGS, SITUATIONS, type SituationName, DECISIONS } from './decision-table.ts';

describe.each(KINDS)('an end of the kind %s', (kind) => {
  test.each(Object.keys(SITUATIONS) as SituationName[])('gives the decision %s', (name) => {
    expect(decideRecovery({ kind }, SITUATIONS[name], SETTINGS)).toBe(DECISIONS[kind][name]);
  });
});

test('the table knows every kind of end', () => {
  expect([...KINDS].sort()).toEqual([...END_KINDS].sort());
});

const histories: fc.Arbitrary<RecoveryHistory> = fc.record({
  failures: fc.nat(30),
  serverSilences: fc.nat(5),
  outageMs: fc.nat(1_000_000),
  reauthorised: fc.boolean(),
  hasOpened: fc.boolean(),
  foreignRefusals: fc.nat(5),
  sinceLastEndMs: fc.nat(100_000),
  canReauthorise: fc.boolean(),
  pendingAudio: fc.boolean(),
  flowingAudio: fc.boolean(),
  everConfirmed: fc.boolean(),
  closing: fc.boolean(),
});

const kinds = fc.constantFrom(...KINDS);
const goesOn = (verdict: string): boolean => verdict === 'retry' || verdict === 'suspend';

/** Checks the decision for random ends and histories. */
function forEveryEnd(check: (kind: EndKind, history: RecoveryHistory, verdict: string) => void): void {
  fc.assert(
    fc.property(kinds, histories, (kind, history) => {
      check(kind, history, decideRecovery({ kind }, history, SETTINGS));
    }),
    { numRuns: 2_000 },
  );
}

test('never retries a final end [G7]', () => {
  forEveryEnd((kind, _history, verdict) => {
    if (retryAfter(kind) === 'never') expect(goesOn(verdict)).toBe(false);
  });
});

test('a refused token is tried again once, and only if there is a function to ask for another [G7]', () => {
  forEveryEnd((_kind, history) => {
    const verdict = decideRecovery({ kind: 'unauthorized' }, history, SETTINGS);
    if (history.reauthorised || !history.canReauthorise) expect(goesOn(verdict)).toBe(false);
  });
});

test('a close with nothing pending is finished by any end, even a fatal one [G9]', () => {
  forEveryEnd((_kind, { closing, pendingAudio }, verdict) => {
    if (closing && !pendingAudio) expect(verdict).toBe('finish');
  });
});

test('a close with audio pending is finished only by a second end in good order, and never waits for audio [G9]', () => {
  forEveryEnd((kind, { closing, pendingAudio, flowingAudio, failures }, verdict) => {
    if (closing) expect(verdict).not.toBe('rest');
    else expect(verdict).not.toBe('finish');
    if (verdict !== 'finish' || !pendingAudio) return;
    expect(retryAfter(kind)).toBe('with-audio');
    expect(flowingAudio).toBe(false);
    expect(failures).toBeGreaterThan(0);
  });
});

test('never rests with pending audio while more comes, nor before another attempt [G2]', () => {
  forEveryEnd((_kind, { pendingAudio, flowingAudio, failures }, verdict) => {
    if (pendingAudio && (flowingAudio || failures === 0)) expect(verdict).not.toBe('rest');
  });
});

test('no attempt follows an outage of giveUpAfterMs; at full pace after the limits of suspension only to close [G7]', () => {
  forEveryEnd((_kind, { outageMs, failures, closing, flowingAudio, sinceLastEndMs }, verdict) => {
    if (outageMs >= SETTINGS.giveUpAfterMs) expect(goesOn(verdict)).toBe(false);
    const isIdleCut = !flowingAudio && sinceLastEndMs >= SETTINGS.probeMs;
    const hasFailed = failures >= SETTINGS.suspendAfterFailures && !isIdleCut;
    if (!closing && (outageMs >= SETTINGS.suspendAfterMs || hasFailed)) {
      expect(verdict).not.toBe('retry');
    }
  });
});

test('more failures, or a longer outage, never make it retry more', () => {
  const eagernessOf = (verdict: string): number => ['suspend', 'retry'].indexOf(verdict);
  forEveryEnd((kind, history, verdict) => {
    const worse = { ...history, failures: history.failures + 1, outageMs: history.outageMs + 10_000 };
    const later = decideRecovery({ kind }, worse, SETTINGS);
    expect(eagernessOf(later)).toBeLessThanOrEqual(eagernessOf(verdict));
  });
});

test('every end that fails a session has a reason and a remedy', () => {
  for (const kind of KINDS) {
    const retry = retryAfter(kind);
    if (retry === 'never' || retry === 'reauthorise') {
      expect(reasonOf(kind), kind).not.toBe('retries-exhausted');
      expect(remedyFor(kind), kind).toBeTruthy();
    }
  }
});

test('a refusal without a mark of Deepgram may be a 401, also with a fixed key [G7]', () => {
  const end = { kind: 'unauthorized', status: 401, isForeign: true } as const;
  const fixed = { hasOpened: true, canReauthorise: false };
  const history = { ...SITUATIONS['first failure, audio pending'], ...fixed };
  expect(decideRecovery(end, history, SETTINGS)).toBe('retry');
});
