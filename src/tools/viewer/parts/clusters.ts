/**
 * Joins marks that would overlap: one glyph for each kind, with its count. The grouping depends only on the scale, not on the visible
 * range, so that nothing jumps while time passes.
 */
import type { Mark, MarkKind } from '../chronicle.ts';

/** Marks at one place, which begins at the first mark. */
export interface Cluster {
  first: Mark;
  /** In order of time, including the first. */
  marks: Mark[];
  /** Counts by kind, in order of appearance. */
  counts: Map<MarkKind, number>;
}

const GLYPH_PX = 13;
const DIGIT_PX = 6.5;
/** Gap after a number, which separates it from the next glyph. */
const NUMBER_GAP_PX = 4;
/** Gap between two clusters: larger than within one. */
const GAP_PX = 5;

/** Width of a glyph, and of its count, which is shown from two on. */
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
