import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { AudioLog } from '../../src/audio/audio-log.ts';
import { LogMemory } from '../../src/audio/log-memory.ts';

function filled(frames: number, bytes = 40): AudioLog {
  const log = new AudioLog(new LogMemory());
  for (let i = 0; i < frames; i += 1) log.append(new Uint8Array(bytes).fill(i), i * 20, i * 20 + 20, true);
  return log;
}

test('copies small and large chunks', () => {
  for (const size of [10, 17_000]) {
    const log = new AudioLog(new LogMemory());
    const bytes = new Uint8Array(size).fill(1);
    log.append(bytes, 0, size, true);
    bytes.fill(2);
    expect(new Set(log.first?.part(0, 0))).toEqual(new Set([1]));
  }
});

test('an index names the same frame, however many frames before it are removed', () => {
  const log = filled(5_000);
  for (let i = 0; i < 4_000; i += 1) {
    expect(log.shift()?.start).toBe(i * 20);
    expect(log.at(i)).toBe(undefined);
    expect(log.at(i + 1)?.start).toBe((i + 1) * 20);
  }
  expect([log.firstIndex, log.endIndex]).toEqual([4_000, 5_000]);
});

test('counts its bytes through cuts and shifts [G6]', () => {
  const log = filled(10);
  log.cutFirst(5, 10);
  expect(log.bytes).toBe(390);
  expect(log.first).toMatchObject({ start: 5, end: 20 });
  log.shift();
  expect(log.bytes).toBe(360);
  while (log.shift());
  expect([log.bytes, log.first, log.firstIndex]).toEqual([0, undefined, 10]);
});

test('begins anew after it was empty, with the next index', () => {
  const log = filled(3);
  while (log.shift());
  log.append(Uint8Array.of(7), 60, 61, true);
  expect(log.at(3)?.part(0, 0)).toEqual(Uint8Array.of(7));
});

type Act =
  | { do: 'append'; bytes: number; isBoundary: boolean }
  | { do: 'extend'; bytes: number; maxBytes: number }
  | { do: 'shift'; times: number }
  | { do: 'cut'; bytes: number };

/** Sizes about a quarter of a slab, above which a frame has memory of its own; and small ones, of which thousands are in one. */
const size = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 7_000, max: 17_000 }));

const acts: fc.Arbitrary<Act[]> = fc.array(
  fc.oneof(
    fc.record({ do: fc.constant('append' as const), bytes: size, isBoundary: fc.boolean() }),
    fc.record({
      do: fc.constant('extend' as const),
      bytes: size,
      maxBytes: fc.constantFrom(100, 17_000, 40_000),
    }),
    fc.record({ do: fc.constant('shift' as const), times: fc.integer({ min: 1, max: 4 }) }),
    fc.record({ do: fc.constant('cut' as const), bytes: fc.integer({ min: 0, max: 50 }) }),
  ),
  { maxLength: 60 },
);

interface Kept {
  index: number;
  start: number;
  end: number;
  isBoundary: boolean;
  bytes: Uint8Array;
}

/** The model: a list of frames with their own bytes. One sample is one byte. */
function live(log: AudioLog, list: Kept[], sequence: readonly Act[]): void {
  let end = 0;
  let count = 0;
  const say = (bytes: number) => Uint8Array.from({ length: bytes }, (_, i) => (end + i) % 251);
  for (const act of sequence) {
    const [first] = list;
    const last = list.at(-1);
    if (act.do === 'append') {
      const [start, bytes] = [end, say(act.bytes)];
      end += act.bytes;
      log.append(bytes, start, end, act.isBoundary);
      list.push({ index: count, start, end, isBoundary: act.isBoundary, bytes });
      count += 1;
    } else if (act.do === 'extend') {
      const bytes = say(act.bytes);
      const hasGrown = log.extend(bytes, end + act.bytes, act.maxBytes);
      if (!hasGrown) continue;
      expect(last?.bytes.length).toBeLessThanOrEqual(act.maxBytes - act.bytes);
      if (!last) continue;
      last.bytes = Uint8Array.from([...last.bytes, ...bytes]);
      last.end = end += act.bytes;
    } else if (act.do === 'shift') {
      for (let i = 0; i < act.times; i += 1) expect(log.shift()?.end).toBe(list.shift()?.end);
    } else if (first && first.bytes.length > act.bytes) {
      log.cutFirst(first.start + act.bytes, act.bytes);
      first.bytes = first.bytes.slice(act.bytes);
      first.start += act.bytes;
    }
    expect(log.isEmpty).toBe(list.length === 0);
    expect(log.endIndex).toBe(count);
    expect(log.firstIndex).toBe(list[0]?.index ?? count);
    expect(log.bytes).toBe(list.reduce((sum, { bytes }) => sum + bytes.length, 0));
    expect(log.start).toBe(list[0]?.start ?? end);
  }
}

test('is a list of frames, also where logs share memory', () => {
  fc.assert(
    fc.property(acts, acts, (one, other) => {
      // Two logs take turns, so that what one gives back the other takes.
      const logs = [new AudioLog(new LogMemory()), new AudioLog(new LogMemory())] as const;
      const lists: [Kept[], Kept[]] = [[], []];
      live(logs[0], lists[0], one);
      live(logs[1], lists[1], other);
      for (const [turn, list] of lists.entries()) {
        for (const { index, bytes, ...rest } of list) {
          const frame = logs[turn]?.at(index);
          expect(frame).toMatchObject(rest);
          expect(Buffer.compare(frame?.part(0, 0) ?? new Uint8Array(0), bytes)).toBe(0);
        }
        while (logs[turn]?.shift());
      }
    }),
    { numRuns: 300 },
  );
});

test('memory is reused when no frame uses it any more, and not before [G6]', () => {
  const log = filled(40, 1_000);
  const slab = log.first?.slab;
  expect(log.at(31)?.slab).toBe(slab);
  expect(log.at(32)?.slab).not.toBe(slab);
  for (let i = 0; i < 31; i += 1) log.shift();
  expect(filled(1, 1_000).first?.slab).not.toBe(slab);
  log.shift();
  const next = filled(1, 1_000);
  expect(next.first?.slab).toBe(slab);
  expect(next.shift()?.slab).toBe(slab);
  const again = filled(1, 1_000).first;
  expect(again?.slab).toBe(slab);
  expect(again?.part(0, 0)).toEqual(new Uint8Array(1_000));
});

test('memory for one large frame is not kept', () => {
  const log = filled(1, 17_000);
  const slab = log.shift()?.slab;
  expect(slab?.bytes.byteLength).toBe(17_000);
  expect(filled(1).first?.slab.bytes.byteLength).toBe(32 * 1024);
});

test('a piece joins the newest frame, up to a length and while there is room', () => {
  const log = filled(3, 1_000);
  const piece = new Uint8Array(10).fill(9);
  expect(log.extend(piece, 61, 1_009)).toBe(false);
  expect(log.extend(piece, 61, 1_010)).toBe(true);
  expect(log.first).toMatchObject({ end: 20, byteLength: 1_000 });
  expect(log.at(2)).toMatchObject({ start: 40, end: 61, byteLength: 1_010 });
  expect([log.at(2)?.part(0, 0).at(-11), log.at(2)?.part(0, 0).at(-1), log.bytes]).toEqual([2, 9, 3_010]);
  const full = filled(32, 1_024);
  expect(full.extend(piece, 641, 17_000)).toBe(false);
  expect(filled(1, 17_000).extend(piece, 21, 40_000)).toBe(false);
  expect(new AudioLog(new LogMemory()).extend(piece, 1, 40_000)).toBe(false);
});

test('its position is that of its first frame', () => {
  const log = new AudioLog(new LogMemory());
  log.append(Uint8Array.of(1), 100, 101, true);
  expect(log.start).toBe(100);
});

test('keeps the opening of a frame with it', () => {
  const log = new AudioLog(new LogMemory());
  const opening = Uint8Array.of(1, 2);
  log.append(Uint8Array.of(3), 0, 1, true, opening);
  log.append(Uint8Array.of(4), 1, 2, false);
  expect(log.first).toMatchObject({ opening, isBoundary: true });
  expect(log.at(1)).toMatchObject({ opening: undefined, isBoundary: false });
});

test('a part of a frame leaves out the given number of bytes at either end', () => {
  const log = filled(1, 4);
  log.extend(Uint8Array.of(1, 2, 3), 21, 100);
  expect([...(log.first?.part(2, 1) ?? [])]).toEqual([0, 0, 1, 2]);
});

test('lends the slab behind its newest frame, and keeps it while it is lent, though empty [G6]', () => {
  const memory = new LogMemory();
  const log = new AudioLog(memory);
  expect(log.lend()).toBe(undefined);
  log.append(new Uint8Array(40), 0, 20, true);
  const slab = log.lend();
  expect(slab?.used).toBe(40);
  log.shift();
  expect(slab?.used).toBe(0);
  log.adopt(3, 40, 20, 20, 80);
  memory.bytes += 120;
  expect(slab).toMatchObject({ used: 120, frames: 2 });
  expect([log.bytes, memory.logs, log.start]).toEqual([120, 1, 20]);
  expect([log.at(1), log.at(2)]).toMatchObject([
    { start: 20, end: 60, byteLength: 80, isBoundary: true },
    { start: 60, end: 80, byteLength: 40, isBoundary: true },
  ]);
  log.clear();
  expect([memory.bytes, memory.logs]).toEqual([0, 0]);
  expect(filled(1).first?.slab).not.toBe(slab);
  log.takeBack();
  expect(filled(1).first?.slab).toBe(slab);
});

test('lends nothing behind a frame with memory of its own', () => {
  const log = new AudioLog(new LogMemory());
  log.append(new Uint8Array(40), 0, 20, true);
  log.append(new Uint8Array(17_000), 20, 4_520, true);
  expect(log.lend()).toBe(undefined);
});

test('lends nothing after a slab was filled by another frame', () => {
  const log = filled(1);
  const slab = log.lend();
  slab?.add(new Uint8Array(2));
  expect(log.lend()).toBe(undefined);
});
