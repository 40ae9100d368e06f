import * as fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { AudioTimeline, type Drop } from '../../src/audio/audio-timeline.ts';
import { VirtualClock } from '../../src/testing/index.ts';
import { ReadTimeline } from './read-timeline.ts';

function timeline(maxSeconds = 60, maxBytes = 1e9) {
  const drops: Drop[] = [];
  const line = new ReadTimeline({
    rate: 100,
    frameBytes: 2,
    maxSeconds,
    maxBytes,
    maxProcessBytes: Infinity,
    onDrop: (drop) => drops.push({ ...drop }),
  });
  const accept = (samples: number) => line.add(new Uint8Array(samples * 2), samples);
  const sendAll = () => {
    while (line.upcoming) line.sendNext();
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
  expect(line.upcoming).toMatchObject({ start: 7, end: 20 });
  expect(line.upcoming?.bytes.byteLength).toBe(26);
});

test('cuts as exactly behind other frames [G3]', () => {
  const { line, accept, sendAll } = timeline();
  accept(20);
  accept(20);
  line.connect();
  sendAll();
  line.confirm(27);
  line.disconnect();
  line.connect();
  expect(line.upcoming).toMatchObject({ start: 27, end: 40 });
  expect(line.upcoming?.bytes.byteLength).toBe(26);
});

test('unsent audio is the whole log without a connection, and the part after the cursor with one', () => {
  const { line, accept, sendAll } = timeline();
  accept(20);
  accept(20);
  expect(line.unsent).toBe(40);
  line.connect();
  line.sendNext();
  expect(line.unsent).toBe(20);
  sendAll();
  expect(line.unsent).toBe(0);
  line.disconnect();
  expect(line.unsent).toBe(40);
});

test('sent audio pushed out of a full log is at risk, and lost only if its connection ends first [G2]', () => {
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

test('announces the loss of a connection at its end, also less than a second, not at the next one [G2]', () => {
  const { line, drops, accept, sendAll } = timeline(1);
  line.connect();
  for (let i = 0; i < 6; i += 1) {
    accept(20);
    sendAll();
  }
  line.disconnect();
  expect(drops).toEqual([{ start: 0, end: 20, reason: 'connection-lost' }]);
});

test('announces neighbouring drops with different reasons separately [G2]', () => {
  const { line, drops, accept } = timeline(1);
  for (let i = 0; i < 6; i += 1) accept(20);
  line.skipTo(50);
  expect(drops).toEqual([
    { start: 0, end: 20, reason: 'log-full' },
    { start: 20, end: 50, reason: 'skipped' },
  ]);
});

test('announces no sample twice, although it was dropped unsent before its connection ended [G2]', () => {
  const { line, drops, accept } = timeline(1);
  line.connect();
  for (let i = 0; i < 5; i += 1) {
    accept(20);
    line.sendNext();
  }
  for (let i = 0; i < 10; i += 1) accept(20);
  line.disconnect();
  const told = drops.reduce((total, { start, end }) => total + end - start, 0);
  expect(told).toBe(line.snapshot().dropped);
});

test('announces no sample twice, although some between them were dropped unsent [G2]', () => {
  const { line, drops, accept, sendAll } = timeline(1);
  line.connect();
  for (let i = 0; i < 5; i += 1) accept(20);
  sendAll();
  for (let i = 0; i < 7; i += 1) accept(20);
  sendAll();
  accept(20);
  accept(20);
  line.disconnect();
  expect(drops).toEqual([
    { start: 100, end: 140, reason: 'log-full' },
    { start: 0, end: 100, reason: 'connection-lost' },
    { start: 140, end: 180, reason: 'connection-lost' },
  ]);
});

test('a sender whose next audio was dropped continues with the oldest kept audio [G2 G3]', () => {
  const { line, drops, accept } = timeline(1);
  line.connect();
  for (let i = 0; i < 7; i += 1) accept(20);
  expect(line.unsent).toBe(100);
  expect(line.upcoming).toMatchObject({ start: 40, end: 60 });
  line.announce();
  expect(drops).toEqual([{ start: 0, end: 40, reason: 'log-full' }]);
});

test('announces drops between connections at the next one, also less than a second [G2]', () => {
  const { line, drops, accept } = timeline(1);
  for (let i = 0; i < 6; i += 1) accept(20);
  expect(drops).toEqual([]);
  line.connect();
  expect(drops).toEqual([{ start: 0, end: 20, reason: 'log-full' }]);
});

test('the end of an older connection takes nothing from the present one [G5]', () => {
  const { line, accept } = timeline();
  const reader = () => ({ frameIndex: 0, nextPosition: 0, audioAdded: vi.fn() });
  const [older, present] = [reader(), reader()];
  line.attach(older);
  line.attach(present);
  line.detach(older);
  accept(20);
  expect(older.audioAdded).not.toHaveBeenCalled();
  expect(present.audioAdded).toHaveBeenCalledTimes(1);
});

test('reports audio without a connection once, and once again after the next connection', () => {
  const onWaiting = vi.fn();
  const limits = { rate: 100, frameBytes: 2, maxSeconds: 60, maxBytes: 1e9, maxProcessBytes: Infinity };
  const line = new AudioTimeline(new VirtualClock(), limits, { onDrop: () => undefined, onWaiting });
  const reader = { frameIndex: 0, nextPosition: 0, audioAdded: () => undefined };
  const accept = () => line.append(new Uint8Array(40), 20, 0);
  accept();
  accept();
  expect(onWaiting).toHaveBeenCalledTimes(1);
  line.attach(reader);
  accept();
  expect(onWaiting).toHaveBeenCalledTimes(1);
  line.detach(reader);
  accept();
  accept();
  expect(onWaiting).toHaveBeenCalledTimes(2);
});

test('replays the copy, even if the caller has overwritten its buffer [G3]', () => {
  const { line } = timeline();
  const bytes = Uint8Array.of(1, 2, 3, 4);
  line.isLive = true;
  line.connect();
  line.add(bytes, 2);
  bytes.fill(9);
  line.disconnect();
  line.connect();
  expect([...(line.upcoming?.bytes ?? [])]).toEqual([1, 2, 3, 4]);
});

test('the time of capture that a source gives goes on from frame to frame', () => {
  const { line, accept } = timeline();
  line.capturedAt = 5_000;
  accept(100);
  accept(100);
  expect([line.wallTimeOf(0), line.wallTimeOf(100), line.wallTimeOf(150)]).toEqual([5_000, 6_000, 6_500]);
  expect(line.capturedAt).toBe(7_000);
});

test('drops unsent audio of a full log, and announces it at least once a second [G2]', () => {
  const { line, drops, accept } = timeline(1);
  for (let i = 0; i < 40; i += 1) accept(20);
  line.announce();
  expect(drops.every(({ reason }) => reason === 'log-full')).toBe(true);
  expect(drops.map(({ start, end }) => end - start)).toEqual([100, 100, 100, 100, 100, 100, 100]);
  expect([drops[0]?.start, drops.at(-1)?.end]).toEqual([0, 700]);
});

test('a log that reports room takes a frame of any length and pushes nothing out [G2]', () => {
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
  expect(line.upcoming?.start).toBe(130);
});

test('the ledger balances at every step, and exactly the dropped audio is announced [G2]', () => {
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
          for (let i = 0; i < value && line.upcoming; i += 1) {
            sentTo = line.upcoming.end;
            line.sendNext();
          }
        }
        if (what === 'confirm' && isConnected) line.confirm(Math.min(value, sentTo));
        if (what === 'skip' && !isConnected) line.skipTo(Math.min(value, line.end));
        const { accepted, confirmed, pending, dropped } = line.snapshot();
        expect(accepted).toBe(confirmed + pending + dropped);
        expect(pending).toBeGreaterThanOrEqual(0);
        if (isConnected && line.upcoming) expect(line.upcoming.start).toBeGreaterThanOrEqual(line.frontier);
      }
      line.announce();
      const told = new Set<number>();
      for (const { start, end } of drops) for (let at = start; at < end; at += 1) told.add(at);
      expect(told.size).toBe(line.snapshot().dropped);
    }),
    { numRuns: 1_000 },
  );
});

/** Two bytes for each sample: its position. */
const bytesOf = (start: number, end: number): Uint8Array =>
  Uint8Array.from({ length: 2 * (end - start) }, (_, i) => {
    const position = start + (i >> 1);
    return i % 2 === 0 ? position & 0xff : position >> 8;
  });

/** Sends all unsent audio, frame by frame and byte for byte; returns its first position. */
function expectRestToBeWhole(line: ReadTimeline): number {
  const begin = line.upcoming?.start ?? line.end;
  let position = begin;
  for (let frame = line.upcoming; frame; frame = line.upcoming) {
    expect(frame.start).toBe(position);
    expect(Buffer.compare(frame.bytes, bytesOf(frame.start, frame.end))).toBe(0);
    expect(line.unsent).toBe(line.end - position);
    position = frame.end;
    line.sendNext();
  }
  expect(position).toBe(line.end);
  expect(line.unsent).toBe(0);
  return begin;
}

test('each connection gets the unsettled audio, byte for byte, and no more than the log may hold [G3 G6]', () => {
  const frames = fc.array(fc.tuple(fc.constantFrom('waits', 'sent'), fc.integer({ min: 1, max: 12 })), {
    maxLength: 40,
  });
  const lives = fc.array(
    fc.record({ before: frames, during: frames, confirmed: fc.double({ min: 0, max: 1.2, noNaN: true }) }),
    {
      minLength: 1,
      maxLength: 5,
    },
  );
  fc.assert(
    fc.property(
      lives,
      fc.constantFrom(1, 60),
      fc.constantFrom(150, 1e9),
      (connections, maxSeconds, maxBytes) => {
        const { line } = timeline(maxSeconds, maxBytes);
        const accept = (how: string, samples: number, isConnected: boolean) => {
          const bytes = bytesOf(line.end, line.end + samples);
          line.isLive = how === 'sent' && isConnected;
          line.add(bytes, samples);
        };
        for (const { before, during, confirmed } of connections) {
          for (const [how, samples] of before) accept(how, samples, false);
          line.connect();
          const begin = expectRestToBeWhole(line);
          expect(begin).toBe(line.frontier);
          expect(line.end - begin).toBeLessThanOrEqual(maxSeconds * 100);
          expect(2 * (line.end - begin)).toBeLessThanOrEqual(maxBytes);
          for (const [how, samples] of during) accept(how, samples, true);
          expectRestToBeWhole(line);
          line.confirm(line.frontier + Math.round((line.end - line.frontier) * confirmed));
          line.disconnect();
        }
        expect(line.snapshot().pending + line.snapshot().confirmed + line.snapshot().dropped).toBe(line.end);
      },
    ),
  );
});

test('small frames are joined in the log, and sent one by one while nothing waits', () => {
  const { line, accept, sendAll } = timeline();
  for (const samples of [12, 13, 1]) accept(samples);
  line.connect();
  expect(line.upcoming).toMatchObject({ start: 0, end: 25 });
  sendAll();
  accept(3);
  expect(line.upcoming).toMatchObject({ start: 26, end: 29 });
  sendAll();
  accept(2);
  expect(line.upcoming).toMatchObject({ start: 29, end: 31 });
  line.disconnect();
  line.connect();
  line.sendNext();
  expect(line.upcoming).toMatchObject({ start: 25, end: 31 });
});

test('room is counted in bytes and in time', () => {
  const short = timeline(1).line;
  expect([short.hasRoom(200), short.hasRoom(202)]).toEqual([true, false]);
  const small = timeline(60, 100).line;
  expect([small.hasRoom(100), small.hasRoom(101)]).toEqual([true, false]);
  short.add(new Uint8Array(100), 50);
  expect([short.hasRoom(100), short.hasRoom(102)]).toEqual([true, false]);
  short.setFormat(1_000, 4);
  expect(short.rate).toBe(1_000);
  expect([short.hasRoom(3_800), short.hasRoom(3_804)]).toEqual([true, false]);
  const packets = timeline(1).line;
  packets.setFormat(1_000, 0);
  expect(packets.hasRoom(1e6)).toBe(true);
});

test('the newest frame is kept, however large', () => {
  const { line, accept } = timeline(60, 100);
  accept(60);
  expect(line.snapshot().dropped).toBe(0);
  accept(60);
  expect(line.snapshot()).toMatchObject({ pending: 60, dropped: 60 });
});
