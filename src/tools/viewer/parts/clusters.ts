/**
 * Joins marks that are close: they are read together, and those of one kind share a glyph with a count. Every glyph stands where its
 * first mark happened, each kind on a lane of its own. The grouping depends only on the scale, not on the visible range, so that
 * nothing jumps while time passes.
 */
import type { Mark, MarkKind } from '../history.ts';

/** Marks of one kind that would overlap. */
export interface Glyph {
  kind: MarkKind;
  /** When the first of them happened. */
  atMs: number;
  count: number;
}

/** Marks that are read together. */
export interface Cluster {
  first: Mark;
  /** In order of time, including the first. */
  marks: Mark[];
  /** In order of appearance. */
  glyphs: Glyph[];
}

const GLYPH_PX = 13;
const DIGIT_PX = 6.5;
/** Gap after a number, which separates it from the next glyph. */
const NUMBER_GAP_PX = 4;
/** Gap between two clusters. */
const GAP_PX = 5;

/** Width of a glyph, and of its count, which is shown from two on. */
function widthOf(count: number): number {
  return GLYPH_PX + (count > 1 ? DIGIT_PX * String(count).length + NUMBER_GAP_PX : 0);
}

/** @param pxPerMs The scale. */
export function clustersOf(marks: readonly Mark[], pxPerMs: number): Cluster[] {
  const clusters: Cluster[] = [];
  for (const mark of marks) {
    let last = clusters.at(-1);
    if (!last || (mark.atMs - last.first.atMs) * pxPerMs >= lengthOf(last, pxPerMs) + GAP_PX) {
      last = { first: mark, marks: [], glyphs: [] };
      clusters.push(last);
    }
    last.marks.push(mark);
    const glyph = last.glyphs.findLast(({ kind }) => kind === mark.kind);
    const isCovered = glyph && (mark.atMs - glyph.atMs) * pxPerMs < widthOf(glyph.count + 1) + GAP_PX;
    if (isCovered) glyph.count += 1;
    else last.glyphs.push({ kind: mark.kind, atMs: mark.atMs, count: 1 });
  }
  return clusters;
}

/** From the first mark's place to the end of the last glyph. */
export function lengthOf({ first, glyphs }: Cluster, pxPerMs: number): number {
  return Math.max(...glyphs.map(({ atMs, count }) => (atMs - first.atMs) * pxPerMs + widthOf(count)));
}
