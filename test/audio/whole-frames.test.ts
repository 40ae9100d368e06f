/** The timeline of containers and packets: audio is cut only between frames, and a replay starts only at some of them. */
import { expect, test } from 'vitest';
import { ReadTimeline } from './read-timeline.ts';

const wholeFrames = (maxBytes = 1e9) =>
  new ReadTimeline({
    rate: 1_000,
    frameBytes: 0,
    maxSeconds: 60,
    maxBytes,
    maxProcessBytes: Infinity,
    onDrop: () => undefined,
  });

test.each([
  [399, 0],
  [400, 400],
  [650, 400],
  [800, 800],
])('a replay from %i begins at a boundary at or before the frontier, at %i [G4]', (frontier, start) => {
  const line = wholeFrames();
  for (let i = 0; i < 12; i += 1) line.add(Uint8Array.of(i), 100, i % 4 === 0);
  line.connect();
  while (line.upcoming) line.sendNext();
  line.confirm(frontier);
  line.disconnect();
  expect(line.unsent).toBe(1_200 - start);
  line.connect();
  expect(line.upcoming).toMatchObject({ start, isBoundary: true });
});

test('unsent audio is counted in whole frames after the cursor', () => {
  const line = wholeFrames();
  for (let i = 0; i < 3; i += 1) line.add(Uint8Array.of(i), 100);
  line.connect();
  expect(line.unsent).toBe(300);
  line.sendNext();
  expect(line.unsent).toBe(200);
  line.sendNext();
  line.sendNext();
  expect(line.unsent).toBe(0);
});

test('a frame of unknown length, which counts as covered, is kept until it was sent [G3]', () => {
  const line = wholeFrames();
  for (let i = 0; i < 3; i += 1) line.add(Uint8Array.of(i), 0);
  line.connect();
  const sent: number[] = [];
  for (let frame = line.upcoming; frame; frame = line.upcoming) {
    line.confirm(0);
    sent.push(...frame.bytes);
    line.sendNext();
  }
  expect(sent).toEqual([0, 1, 2]);
});

test('a full log begins at a boundary', () => {
  const line = wholeFrames(6);
  for (let i = 0; i < 7; i += 1) line.add(Uint8Array.of(i), 100, i % 4 === 0);
  expect(line.snapshot()).toMatchObject({ accepted: 700, dropped: 400 });
  line.connect();
  expect(line.upcoming).toMatchObject({ start: 400, isBoundary: true });
  expect([...(line.upcoming?.bytes ?? [])]).toEqual([4]);
});
