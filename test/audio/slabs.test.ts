/** How much memory for frames is kept for later ones. */
import { expect, test } from 'vitest';
import { giveBackSlab, type Slab, takeSlab, takeSlabForFrames } from '../../src/audio/slabs.ts';

const MIB = 2 ** 20;
const SLAB_BYTES = 32 * 1024;

/** Releases many slabs, the last of them while all logs keep `keptBytes`; returns how many of them are taken again. */
function countReused(slabs: number, keptBytes: number): number {
  const given = new Set<Slab>(Array.from({ length: slabs }, () => takeSlab(SLAB_BYTES)));
  for (const slab of given) giveBackSlab(slab, keptBytes);
  let reused = 0;
  while (given.has(takeSlab(SLAB_BYTES))) reused += 1;
  return reused;
}

test.each([
  ['an idle crowd', 0, 32],
  ['a crowd that keeps 12 MiB of audio', 12 * MIB, 96],
  ['a crowd in an outage', 1_000 * MIB, 512],
])('%s keeps a quarter of its audio as spare memory, at least 1 MiB and at most 16', (_, bytes, spare) => {
  expect(countReused(600, bytes)).toBe(spare);
});

test('a crowd that becomes idle releases its spare memory with its last audio', () => {
  const slabs = Array.from({ length: 600 }, () => takeSlab(SLAB_BYTES));
  const last = slabs.pop() as Slab;
  for (const slab of slabs) giveBackSlab(slab, 1_000 * MIB);
  giveBackSlab(last, 0);
  let reused = 0;
  while (slabs.includes(takeSlab(SLAB_BYTES))) reused += 1;
  expect(reused).toBeLessThanOrEqual(32);
});

test('of the slabs of a crowd with long chunks 1 MiB is left when the crowd is gone', () => {
  const large = Array.from({ length: 100 }, () => takeSlab(2 * SLAB_BYTES));
  for (const slab of large) giveBackSlab(slab, 1_000 * MIB);
  giveBackSlab(takeSlab(SLAB_BYTES), 0);
  let reused = 0;
  while (large.includes(takeSlab(2 * SLAB_BYTES))) reused += 1;
  expect(reused).toBe(16);
});

test.each([640, 3_200, 12_800, 16_000])(
  'at least four frames of %i bytes, and few wasted bytes, share a slab',
  (bytes) => {
    const slab = takeSlabForFrames(bytes);
    while (slab.hasRoom(bytes)) slab.add(new Uint8Array(bytes));
    expect(slab.used / bytes).toBeGreaterThanOrEqual(4);
    expect(slab.used / slab.bytes.byteLength).toBeGreaterThan(0.9);
  },
);

test('memory of another size is never kept', () => {
  const large = takeSlab(100_000);
  expect(large.hasRoom(100_000)).toBe(true);
  giveBackSlab(large, 1_000 * MIB);
  expect(takeSlab(100_000)).not.toBe(large);
});
