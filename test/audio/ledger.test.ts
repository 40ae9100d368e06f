import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Ledger } from '../../src/audio/ledger.ts';

/** A ledger kept sample by sample, as the model. */
class NaiveLedger {
  readonly samples: ('pending' | 'confirmed' | 'dropped')[] = [];

  accept(count: number): void {
    for (let i = 0; i < count; i += 1) this.samples.push('pending');
  }

  confirm(position: number): void {
    this.#settle(0, position, 'confirmed');
  }

  drop(start: number, end: number): void {
    this.#settle(start, end, 'dropped');
  }

  count(fate: string): number {
    return this.samples.filter((sample) => sample === fate).length;
  }

  get frontier(): number {
    const first = this.samples.indexOf('pending');
    return first < 0 ? this.samples.length : first;
  }

  #settle(start: number, end: number, fate: 'confirmed' | 'dropped'): void {
    for (let i = start; i < Math.min(end, this.samples.length); i += 1) {
      if (this.samples[i] === 'pending') this.samples[i] = fate;
    }
  }
}

const position = fc.integer({ min: 0, max: 60 });
const step = fc.oneof(
  fc.record({ do: fc.constant('accept' as const), samples: fc.integer({ min: 0, max: 12 }) }),
  fc.record({ do: fc.constant('confirm' as const), position }),
  fc.record({ do: fc.constant('drop' as const), start: position, length: fc.integer({ min: 0, max: 20 }) }),
);

test('agrees with a ledger kept sample by sample [G2]', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const ledger = new Ledger();
      const naive = new NaiveLedger();
      for (const one of steps) {
        const frontier = ledger.frontier;
        switch (one.do) {
          case 'accept':
            ledger.accept(one.samples);
            naive.accept(one.samples);
            break;
          case 'confirm': {
            const before = naive.count('confirmed');
            naive.confirm(one.position);
            expect(ledger.confirm(one.position)).toBe(naive.count('confirmed') > before);
            break;
          }
          case 'drop': {
            const before = naive.count('dropped');
            naive.drop(one.start, one.start + one.length);
            const range = { start: one.start, end: one.start + one.length };
            const length = ledger.drop(range).reduce((sum, { start, end }) => sum + end - start, 0);
            expect(length).toBe(naive.count('dropped') - before);
            break;
          }
          default:
            one satisfies never;
        }
        expect(ledger.snapshot()).toEqual({
          accepted: naive.samples.length,
          confirmed: naive.count('confirmed'),
          pending: naive.count('pending'),
          dropped: naive.count('dropped'),
        });
        expect(ledger.frontier).toBe(naive.frontier);
        expect(ledger.frontier).toBeGreaterThanOrEqual(frontier);
      }
    }),
    { numRuns: 2_000 },
  );
});
