import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDemuxer } from '../../../src/audio/containers/containers.ts';
import { boundaries, demuxAll, durations, expectCutsNotToMatter, rejoined, totalMs } from './cutting.ts';
import {
  blockPayload,
  clusterStart,
  concat,
  element,
  noise,
  simpleBlock,
  track,
  webmHeader,
} from './muxers.ts';

/** As Chrome records: blocks of 60 ms in clusters of unknown size. */
function chrome(clusters: number, blocksEach: number): Uint8Array {
  const cluster = (index: number) =>
    concat(
      clusterStart(index * blocksEach * 60),
      ...Array.from({ length: blocksEach }, (_, block) =>
        simpleBlock(block * 60, noise(150 + block, index + 1)),
      ),
    );
  return concat(webmHeader(), ...Array.from({ length: clusters }, (_, index) => cluster(index)));
}

describe('WebM', () => {
  it('keeps all before the first cluster as the header', () => {
    const { demuxer } = demuxAll('webm', [chrome(2, 3)]);
    expect(demuxer.header).toEqual(webmHeader());
    expect(demuxer.exact).toBe(true);
  });

  it('gives each block as a piece and starts at clusters, of unknown size or not', () => {
    expect(boundaries(demuxAll('webm', [chrome(2, 3)]).pieces)).toEqual([
      true,
      false,
      false,
      true,
      false,
      false,
    ]);
    const sized = (timecode: number) =>
      element(0x1f43b675, concat(element(0xe7, Uint8Array.of(timecode), 1), simpleBlock(0), simpleBlock(20)));
    const { pieces } = demuxAll('webm', [webmHeader(), sized(0), sized(40)]);
    expect(boundaries(pieces)).toEqual([true, false, true, false]);
    expect(durations(pieces)).toEqual([0, 40, 20, 20]);
  });

  it('gives out a block as soon as it is whole, without waiting for the next to time it', () => {
    const demuxer = createDemuxer('webm');
    demuxer.push(concat(webmHeader(), clusterStart(0)));
    for (const relative of [0, 60, 120]) expect(demuxer.push(simpleBlock(relative))).toHaveLength(1);
  });

  it('estimates a block by the one before, and corrects it when the next begins', () => {
    const blocks = [0, 20, 40, 50, 60, 61, 90].map((relative) => simpleBlock(relative));
    const { pieces } = demuxAll('webm', [webmHeader(), clusterStart(1000), ...blocks]);
    // What is estimated to have ended:         0, 40, 60, 60, 70, 62 (already beyond), 119.
    expect(durations(pieces)).toEqual([0, 40, 20, 0, 10, 0, 49]);
  });

  it('never drifts from the timecodes, however unsteady they are', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 200 }), (steps) => {
        let now = 0;
        const blocks = steps.map((step) => simpleBlock((now += step), noise(4)));
        const { pieces } = demuxAll('webm', [webmHeader(), clusterStart(0), simpleBlock(0), ...blocks]);
        const counted = totalMs(pieces);
        expect(counted).toBeGreaterThanOrEqual(now);
        expect(counted).toBeLessThanOrEqual(now + 100);
        expect(durations(pieces).every((ms) => (ms ?? -1) >= 0)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it('counts a gap once, and does not use it to estimate the next block', () => {
    const blocks = [0, 20, 40, 5000, 5020].map((relative) => simpleBlock(relative));
    expect(durations(demuxAll('webm', [webmHeader(), clusterStart(0), ...blocks]).pieces)).toEqual([
      0, 40, 20, 4960, 20,
    ]);
  });

  it('reads times in the unit that Info gives, and relative times as signed', () => {
    const header = webmHeader(track(1, 2), 500_000);
    const { pieces } = demuxAll('webm', [
      header,
      clusterStart(100),
      simpleBlock(-40),
      simpleBlock(0),
      simpleBlock(40),
    ]);
    expect(durations(pieces)).toEqual([0, 40, 20]);
  });

  it('takes the times of the audio track, and passes on the blocks of others', () => {
    const header = webmHeader(concat(track(1, 1), track(2, 2)));
    const blocks = [
      simpleBlock(0),
      simpleBlock(0, noise(9), 2),
      simpleBlock(33),
      simpleBlock(20, noise(9), 2),
    ];
    const { pieces } = demuxAll('webm', [header, clusterStart(0), ...blocks]);
    expect(durations(pieces)).toEqual([0, 0, 0, 40]);
    expect(pieces.map((piece) => piece.opening !== undefined)).toEqual([false, true, false, true]);
  });

  it('uses track 1 where no track is said to be audio', () => {
    const header = webmHeader(element(0xec, noise(5)));
    expect(totalMs(demuxAll('webm', [header, clusterStart(0), simpleBlock(0), simpleBlock(20)]).pieces)).toBe(
      40,
    );
  });

  it('finds the block in a block group, which is no place to start', () => {
    const group = (relative: number) =>
      element(
        0xa0,
        concat(
          element(0xfb, Uint8Array.of(1), 1),
          element(0xa1, blockPayload(relative, noise(20))),
          element(0x9b, Uint8Array.of(20), 1),
        ),
      );
    const { pieces } = demuxAll('webm', [
      webmHeader(),
      clusterStart(0),
      group(0),
      group(20),
      element(0xa0, noise(0)),
    ]);
    expect(durations(pieces)).toEqual([0, 40, 0]);
    expect(pieces.map((piece) => piece.opening)).toEqual([undefined, undefined, undefined]);
  });

  it('reads a laced block as one block', () => {
    const laced = (relative: number) =>
      element(0xa3, concat([0x81, 0, relative, 0x86, 2, 3, 3], noise(30)), 2);
    const { demuxer, pieces } = demuxAll('webm', [webmHeader(), clusterStart(0), laced(0), laced(60)]);
    expect(durations(pieces)).toEqual([0, 120]);
    expect(demuxer.exact).toBe(true);
  });

  it('makes any audio block a place to start, by a cluster opened again with the same timecode', () => {
    const stream = chrome(2, 4);
    const { header, pieces } = demuxAll('webm', [stream]);
    const [, , , , , sixth, ...rest] = pieces;
    expect(sixth?.startsAtBoundary).toBe(false);
    const replay = concat(
      header ?? [],
      sixth?.opening ?? [],
      sixth?.bytes ?? [],
      ...rest.map((piece) => piece.bytes),
    );
    expect(replay).toEqual(
      concat(
        webmHeader(),
        clusterStart(240),
        ...[60, 120, 180].map((at, i) => simpleBlock(at, noise(151 + i, 2))),
      ),
    );
    expect(pieces[0]?.opening).toBeUndefined();
  });

  it('appends elements between two clusters to the first, so that each boundary starts a cluster', () => {
    const cues = element(0x1c53bb6b, noise(40));
    const { pieces } = demuxAll('webm', [
      webmHeader(),
      clusterStart(0),
      simpleBlock(0),
      cues,
      clusterStart(60),
      simpleBlock(0),
    ]);
    expect(boundaries(pieces)).toEqual([true, false, true]);
    expect(pieces[1]?.bytes).toEqual(cues);
  });

  it('goes on counting when a recorder is started again in the same stream', () => {
    const { demuxer, pieces } = demuxAll('webm', [chrome(1, 3), chrome(1, 3)]);
    expect(demuxer.exact).toBe(true);
    expect(durations(pieces)).toEqual([0, 120, 60, 0, 60, 60, 60]);
  });

  it.each([
    [
      'a block of unknown size',
      concat(webmHeader(), clusterStart(0), simpleBlock(0), element(0xa3, undefined), noise(90)),
    ],
    ['an id that is none', concat(webmHeader(), clusterStart(0), simpleBlock(0), [0, 0, 0], noise(90))],
    [
      'a size of nine bytes',
      concat(webmHeader(), clusterStart(0), simpleBlock(0), [0xa3, 0], new Uint8Array(8), simpleBlock(20)),
    ],
    ['a size that is none', concat(webmHeader(), clusterStart(0), simpleBlock(0), [0xa3, 0], noise(90))],
    [
      'an element too long to wait for',
      concat(webmHeader(), clusterStart(0), [0xa3, 0x10, 0x40, 0, 0], noise(90)),
    ],
  ])('passes on %s unchanged', (_, stream) => {
    const demuxed = demuxAll('webm', [stream]);
    expect(demuxed.header).toEqual(webmHeader());
    expect(demuxed.demuxer.exact).toBe(false);
    expect(rejoined(demuxed)).toEqual(stream);
    expect(durations(demuxed.pieces).at(-1)).toBeUndefined();
  });

  it('comes out the same however it is cut, even if truncated', () => {
    expectCutsNotToMatter('webm', chrome(3, 4).subarray(0, -40), 'pieces');
  });
});
