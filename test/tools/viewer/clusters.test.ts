import { describe, expect, test } from 'vitest';
import type { Mark, MarkKind } from '../../../src/tools/viewer/history.ts';
import { clustersOf, lengthOf } from '../../../src/tools/viewer/parts/clusters.ts';

/** A minute on a thousand pixels. */
const PX_PER_MS = 1_000 / 60_000;

const marksAt = (...marks: [atMs: number, kind: MarkKind][]): Mark[] =>
  marks.map(([atMs, kind]) => ({ atMs, kind, text: '' }));

/** A cut a second, each with its note, its loss and its recovery. */
const CUTS = marksAt(
  ...Array.from({ length: 50 }, (_, i): [number, MarkKind][] => [
    [i * 1_000, 'note'],
    [i * 1_000 + 10, 'lost'],
    [i * 1_000 + 300, 'opened'],
  ]).flat(),
);

const shapeOf = (marks: readonly Mark[], pxPerMs = PX_PER_MS) =>
  clustersOf(marks, pxPerMs).map(({ glyphs }) => glyphs.map(({ kind, count }) => `${kind} ${count}`).join());

describe('marks on the timeline', () => {
  test('stand alone where there is room', () => {
    expect(shapeOf(marksAt([0, 'opened'], [5_000, 'keep-alive'], [8_000, 'keep-alive']))).toEqual([
      'opened 1',
      'keep-alive 1',
      'keep-alive 1',
    ]);
  });

  test('are counted by kind, in the order in which they came, where there is none', () => {
    expect(
      shapeOf(marksAt([0, 'note'], [10, 'lost'], [300, 'opened'], [500, 'lost'], [900, 'opened'])),
    ).toEqual(['note 1,lost 2,opened 2']);
  });

  test.each([1_000, 300])('never stand on each other, and none is lost, at a width of %i px', (width) => {
    const pxPerMs = width / 60_000;
    const clusters = clustersOf(CUTS, pxPerMs);
    expect(clusters.flatMap(({ marks }) => marks)).toEqual(CUTS);
    for (const [i, cluster] of clusters.entries()) {
      for (const [at, { kind, atMs, count }] of cluster.glyphs.entries()) {
        const next = cluster.glyphs.slice(at + 1).find((glyph) => glyph.kind === kind);
        if (next) expect((next.atMs - atMs) * pxPerMs).toBeGreaterThan(13 + (count > 1 ? 10 : 0));
      }
      const next = clusters[i + 1];
      if (next)
        expect((next.first.atMs - cluster.first.atMs) * pxPerMs).toBeGreaterThan(lengthOf(cluster, pxPerMs));
    }
  });

  test('stand where the first of their kind happened, however many happened there', () => {
    const [cluster] = clustersOf(marksAt([9_000, 'note'], [9_010, 'lost'], [9_600, 'opened']), 8 / 1_000);
    expect(cluster?.glyphs.map(({ kind, atMs }) => [kind, atMs])).toEqual([
      ['note', 9_000],
      ['lost', 9_010],
      ['opened', 9_600],
    ]);
  });

  test('of one kind share a glyph only where they would overlap', () => {
    const marks = marksAt([0, 'note'], [700, 'opened'], [1_400, 'lost'], [2_100, 'note'], [2_200, 'note']);
    expect(shapeOf(marks)).toEqual(['note 1,opened 1,lost 1,note 2']);
  });

  test('keep their places when more come', () => {
    const before = shapeOf(CUTS.slice(0, 90));
    expect(shapeOf(CUTS).slice(0, before.length - 1)).toEqual(before.slice(0, -1));
  });
});
