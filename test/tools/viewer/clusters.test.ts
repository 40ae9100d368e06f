import { describe, expect, test } from 'vitest';
import type { Mark, MarkKind } from '../../../src/tools/viewer/chronicle.ts';
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
  clustersOf(marks, pxPerMs).map(({ counts }) =>
    [...counts].map(([kind, count]) => `${kind} ${count}`).join(),
  );

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
      const next = clusters[i + 1];
      if (next) expect((next.first.atMs - cluster.first.atMs) * pxPerMs).toBeGreaterThan(lengthOf(cluster));
    }
    expect(clusters.length).toBeGreaterThan(2);
  });

  test('keep their places when more come', () => {
    const before = shapeOf(CUTS.slice(0, 90));
    expect(shapeOf(CUTS).slice(0, before.length - 1)).toEqual(before.slice(0, -1));
  });
});
