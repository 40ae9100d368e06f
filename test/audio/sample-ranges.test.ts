/** Ranges compared with a simple model: a list of their positions. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { addRange, gapsIn, type SampleRange } from '../../src/audio/sample-ranges.ts';

const MOST = 40;

const range: fc.Arbitrary<SampleRange> = fc
  .tuple(fc.integer({ min: 0, max: MOST - 1 }), fc.integer({ min: 1, max: 8 }))
  .map(([start, length]) => ({ start, end: Math.min(MOST, start + length) }));

function positionsIn(ranges: readonly SampleRange[]): Set<number> {
  const positions = new Set<number>();
  for (const { start, end } of ranges) for (let at = start; at < end; at += 1) positions.add(at);
  return positions;
}

/** In order, none empty, and a gap between any two. */
function expectApart(ranges: readonly SampleRange[]): void {
  for (const [index, { start, end }] of ranges.entries()) {
    expect(end).toBeGreaterThan(start);
    expect(start).toBeGreaterThan(ranges[index - 1]?.end ?? -1);
  }
}

test('ranges are joined where they meet or touch, and kept in order and apart', () => {
  fc.assert(
    fc.property(fc.array(range, { maxLength: 10 }), (all) => {
      let ranges: SampleRange[] = [];
      for (const one of all) {
        const before = structuredClone(ranges);
        const after = addRange(ranges, one);
        expect(ranges).toEqual(before);
        ranges = after;
        expectApart(ranges);
      }
      expect([...positionsIn(ranges)].sort((a, b) => a - b)).toEqual(
        [...positionsIn(all)].sort((a, b) => a - b),
      );
    }),
  );
});

test('gaps are exactly the parts between the ranges', () => {
  fc.assert(
    fc.property(fc.array(range, { maxLength: 10 }), range, (all, { start, end }) => {
      const ranges = all.reduce<SampleRange[]>((kept, one) => addRange(kept, one), []);
      const gaps = gapsIn(ranges, start, end);
      expectApart(gaps);
      const taken = positionsIn(ranges);
      const open = [...positionsIn([{ start, end }])].filter((at) => !taken.has(at));
      expect([...positionsIn(gaps)]).toEqual(open);
    }),
  );
});

test('an empty range has no gap', () => {
  expect(gapsIn([], 5, 5)).toEqual([]);
  expect(gapsIn([{ start: 0, end: 9 }], 9, 9)).toEqual([]);
});
