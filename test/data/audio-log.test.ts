import { expect, test } from 'vitest';
import { AudioLog } from '../../src/data/audio-log.ts';

function filled(frames: number, bytes = 40): AudioLog {
  const log = new AudioLog();
  for (let i = 0; i < frames; i += 1) log.append(new Uint8Array(bytes).fill(i), i * 20, i * 20 + 20, true);
  return log;
}

test('copies what it is given, small and large', () => {
  for (const size of [10, 9_000]) {
    const log = new AudioLog();
    const bytes = new Uint8Array(size).fill(1);
    log.append(bytes, 0, size, true);
    bytes.fill(2);
    expect(new Set(log.first?.bytes)).toEqual(new Set([1]));
  }
});

test('an index means the same frame for ever, however many go before it', () => {
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
  expect(log.at(3)?.bytes).toEqual(Uint8Array.of(7));
});
