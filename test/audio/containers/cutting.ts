/** Feeds a demuxer, whole or cut anywhere, and returns its output. */
import * as fc from 'fast-check';
import { expect } from 'vitest';
import { createDemuxer } from '../../../src/audio/containers/containers.ts';
import type { Demuxer, Piece } from '../../../src/audio/containers/demuxer.ts';
import type { ContainerName } from '../../../src/audio/containers/sniff.ts';
import { concat } from './muxers.ts';

export interface Demuxed {
  demuxer: Demuxer;
  header: Uint8Array | undefined;
  pieces: Piece[];
}

export function demuxAll(name: ContainerName, chunks: readonly Uint8Array[]): Demuxed {
  const demuxer = createDemuxer(name);
  const pieces = chunks.flatMap((chunk) => {
    // The caller reuses its buffer at once: what was given out must not change with it.
    const lent = chunk.slice();
    const given = demuxer.push(lent);
    lent.fill(0x55);
    return given;
  });
  pieces.push(...demuxer.flush());
  return { demuxer, header: demuxer.header, pieces };
}

export const rejoined = ({ demuxer, header, pieces }: Demuxed): Uint8Array =>
  concat((!demuxer.isHeaderAudio && header) || [], ...pieces.map((piece) => piece.bytes));

export const totalMs = (pieces: readonly Piece[]): number =>
  pieces.reduce((sum, piece) => sum + (piece.durationMs ?? Number.NaN), 0);

export const durations = (pieces: readonly Piece[]): (number | undefined)[] =>
  pieces.map((p) => p.durationMs);
export const boundaries = (pieces: readonly Piece[]): boolean[] => pieces.map((p) => p.startsAtBoundary);

export function cutAt(bytes: Uint8Array, positions: readonly number[]): Uint8Array[] {
  const sorted = [0, ...positions.map((p) => p % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return sorted.slice(1).map((end, index) => bytes.subarray(sorted[index], end));
}

const byteByByte = (bytes: Uint8Array): Uint8Array[] => Array.from(bytes, (byte) => Uint8Array.of(byte));

/** However the stream is cut, what comes out is the same, or at least the same bytes and the same time. */
export function expectCutsNotToMatter(
  name: ContainerName,
  stream: Uint8Array,
  same: 'pieces' | 'bytes',
): void {
  const whole = demuxAll(name, [stream]);
  expect(rejoined(whole)).toEqual(stream);
  // A piece owns its memory: kept for a replay, it keeps nothing else alive.
  for (const { bytes } of whole.pieces) expect(bytes.buffer.byteLength).toBe(bytes.length);
  const check = (chunks: Uint8Array[]) => {
    const cut = demuxAll(name, chunks);
    expect(cut.header).toEqual(whole.header);
    expect(rejoined(cut)).toEqual(stream);
    expect(cut.demuxer.exact).toBe(whole.demuxer.exact);
    if (same === 'pieces') expect(cut.pieces).toEqual(whole.pieces);
    else if (whole.demuxer.exact) expect(totalMs(cut.pieces)).toBeCloseTo(totalMs(whole.pieces), 6);
  };
  check(byteByByte(stream));
  fc.assert(
    fc.property(fc.array(fc.nat({ max: stream.length }), { maxLength: 12 }), (positions) => {
      check(cutAt(stream, positions));
    }),
    { numRuns: 60 },
  );
}
