import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { AudioTimeline, type Drop } from '../../src/data/audio-timeline.ts';

function timeline(maxSeconds = 60, maxBytes = 1e9) {
  const drops: Drop[] = [];
  const line = new AudioTimeline({
    rate: 100,
    frameBytes: 2,
    maxSeconds,
    maxBytes,
    onDrop: (drop) => drops.push({ ...drop }),
  });
  const accept = (samples: number) => line.append(new Uint8Array(samples * 2), samples);
  const sendAll = () => {
    while (line.next) line.advance();
  };
  return { line, drops, accept, sendAll };
}

test('cuts raw audio at the exact sample that is confirmed [G3]', () => {
  const { line, accept, sendAll } = timeline();
  accept(20);
  line.connect();
  sendAll();
  line.confirm(7);
  line.disconnect();
  line.connect();
  expect(line.next).toMatchObject({ start: 7, end: 20 });
  expect(line.next?.bytes.byteLength).toBe(26);
});

test('unsent is all of the log between connections, and what is behind the sender on one', () => {
  const { line, accept, sendAll } = timeline();
  accept(20);
  accept(20);
  expect(line.unsent).toBe(40);
  line.connect();
  line.advance();
  expect(line.unsent).toBe(20);
  sendAll();
  expect(line.unsent).toBe(0);
  line.disconnect();
  expect(line.unsent).toBe(40);
});

test('what was sent and is pushed out is at risk; lost only if its connection ends first [G2]', () => {
  const { line, drops, accept, sendAll } = timeline(1);
  line.connect();
  for (let i = 0; i < 20; i += 1) {
    accept(20);
    sendAll();
  }
  expect(line.snapshot()).toMatchObject({ accepted: 400, pending: 400, dropped: 0 });
  line.confirm(150);
  line.disconnect();
  expect(line.snapshot()).toEqual({ accepted: 400, confirmed: 150, pending: 100, dropped: 150 });
  expect(drops).toEqual([{ start: 150, end: 300, reason: 'connection-lost' }]);
});

test('no sample is told of twice, though it was pushed out unsent before its connection ended [G2]', () => {
  const { line, drops, accept } = timeline(1);
  line.connect();
  for (let i = 0; i < 5; i += 1) {
    accept(20);
    line.advance();
  }
  for (let i = 0; i < 10; i += 1) accept(20);
  line.disconnect();
  const told = drops.reduce((total, { start, end }) => total + end - start, 0);
  expect(told).toBe(line.snapshot().dropped);
});

test('what was not sent and is pushed out is dropped, and told of at least once a second [G2]', () => {
  const { line, drops, accept } = timeline(1);
  for (let i = 0; i < 40; i += 1) accept(20);
  line.announce();
  expect(drops.every(({ reason }) => reason === 'log-full')).toBe(true);
  expect(drops.map(({ start, end }) => end - start)).toEqual([100, 100, 100, 100, 100, 100, 100]);
  expect([drops[0]?.start, drops.at(-1)?.end]).toEqual([0, 700]);
});

test('room is room for a frame of any length: what has room pushes nothing out [G2]', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 80 }), { maxLength: 60 }), (frames) => {
      const { line, accept } = timeline(3, 500);
      for (const samples of frames) if (line.hasRoom(samples * 2)) accept(samples);
      expect(line.snapshot().dropped).toBe(0);
    }),
  );
});

test('the catch-up policy drops what it skips, once, and keeps the rest [G2]', () => {
  const { line, drops, accept } = timeline();
  for (let i = 0; i < 10; i += 1) accept(20);
  line.skipTo(130);
  line.skipTo(130);
  expect(drops).toEqual([{ start: 0, end: 130, reason: 'skipped' }]);
  line.connect();
  expect(line.next?.start).toBe(130);
});

test('where frames are whole, a replay begins at a boundary at or before the frontier [G4]', () => {
  const line = new AudioTimeline({
    rate: 1_000,
    frameBytes: 0,
    maxSeconds: 60,
    maxBytes: 1e9,
    onDrop: () => undefined,
  });
  for (let i = 0; i < 12; i += 1) line.append(Uint8Array.of(i), 100, i % 4 === 0);
  line.connect();
  while (line.next) line.advance();
  line.confirm(650);
  line.disconnect();
  line.connect();
  expect(line.next).toMatchObject({ start: 400, isBoundary: true });
});

test('the books balance at every step, and announced is exactly what is dropped [G2]', () => {
  const step = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({ do: fc.constant('accept' as const), value: fc.integer({ min: 1, max: 60 }) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant('send' as const), value: fc.integer({ min: 1, max: 5 }) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant('confirm' as const), value: fc.integer({ min: 0, max: 900 }) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constantFrom('connect' as const, 'disconnect' as const),
        value: fc.constant(0),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant('skip' as const), value: fc.integer({ min: 0, max: 900 }) }),
    },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { line, drops, accept } = timeline(2, 700);
      let isConnected = false;
      let sentTo = 0;
      for (const { do: what, value } of steps) {
        if (what === 'accept') accept(value);
        if (what === 'connect' && !isConnected) {
          line.connect();
          isConnected = true;
          sentTo = 0;
        }
        if (what === 'disconnect' && isConnected) {
          line.disconnect();
          isConnected = false;
        }
        if (what === 'send' && isConnected) {
          for (let i = 0; i < value && line.next; i += 1) {
            sentTo = line.next.end;
            line.advance();
          }
        }
        if (what === 'confirm' && isConnected) line.confirm(Math.min(value, sentTo));
        if (what === 'skip' && !isConnected) line.skipTo(Math.min(value, line.end));
        const { accepted, confirmed, pending, dropped } = line.snapshot();
        expect(accepted).toBe(confirmed + pending + dropped);
        expect(pending).toBeGreaterThanOrEqual(0);
        if (isConnected && line.next) expect(line.next.start).toBeGreaterThanOrEqual(line.frontier);
      }
      line.announce();
      const told = new Set<number>();
      for (const { start, end } of drops) for (let at = start; at < end; at += 1) told.add(at);
      expect(told.size).toBe(line.snapshot().dropped);
    }),
    { numRuns: 1_000 },
  );
});
