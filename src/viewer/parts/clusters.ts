/**
 * Marks that would stand on each other, put together: one glyph for each kind of them, with its number. Who is put together
 * with whom depends on the scale alone, not on what is in sight, so that nothing jumps while time passes.
 */
import type { Mark, MarkKind } from '../chronicle.ts';

/** Marks that share one place, which begins where the first of them belongs. */
export interface Cluster {
  first: Mark;
  /** In the order of time, with the first. */
  marks: Mark[];
  /** By kind: how many. In the order in which they came. */
  counts: Map<MarkKind, number>;
}

const GLYPH_PX = 13;
const DIGIT_PX = 6.5;
/** After a number, which would be read with the next glyph. */
const NUMBER_GAP_PX = 4;
/** Between two clusters: more than within one. */
const GAP_PX = 5;

/** What one glyph takes, and its number, which is shown from two on. */
export function widthOf(count: number): number {
  return GLYPH_PX + (count > 1 ? DIGIT_PX * String(count).length + NUMBER_GAP_PX : 0);
}

/** @param pxPerMs The scale. */
export function clustersOf(marks: readonly Mark[], pxPerMs: number): Cluster[] {
  const clusters: Cluster[] = [];
  for (const mark of marks) {
    let last = clusters.at(-1);
    if (!last || (mark.atMs - last.first.atMs) * pxPerMs >= lengthOf(last) + GAP_PX) {
      last = { first: mark, marks: [], counts: new Map() };
      clusters.push(last);
    }
    last.marks.push(mark);
    last.counts.set(mark.kind, (last.counts.get(mark.kind) ?? 0) + 1);
  }
  return clusters;
}

/** From the first mark's place to the end of the last number. */
export function lengthOf({ counts }: Cluster): number {
  return [...counts.values()].reduce((sum, count) => sum + widthOf(count), 0);
}
