/** In which pieces audio is sent: live in the app's chunks, a backlog in pieces of even length. */
import { expect, test } from 'vitest';
import { AudioTimeline, type AudioReader, type Drop } from '../../src/audio/audio-timeline.ts';
import { VirtualClock } from '../../src/testing/index.ts';

function line(frameBytes = 2, maxSeconds = 60) {
  const clock = new VirtualClock();
  const drops: Drop[] = [];
  const timeline = new AudioTimeline(
    clock,
    {
      rate: 1_000,
      frameBytes,
      maxSeconds,
      maxBytes: 1e9,
      maxProcessBytes: Infinity,
    },
    { onDrop: (drop) => drops.push({ ...drop }), onWaiting: () => undefined },
  );
  const add = (samples: number, fill = 0) => {
    const bytes = new Uint8Array(samples * 2).fill(fill);
    timeline.append(bytes, samples, clock.now());
    return bytes;
  };
  return { clock, timeline, add, drops };
}

/** A link that notes the bytes it would send for audio that was just added. */
function reader(timeline: AudioTimeline, start: (from: number) => number = (from) => from) {
  const sent: Uint8Array[] = [];
  const cursor: AudioReader = {
    frameIndex: 0,
    nextPosition: 0,
    audioAdded: () => {
      const frame = timeline.next(cursor);
      if (!frame) return;
      sent.push(timeline.bytesOf(frame, start(cursor.nextPosition), timeline.end));
      timeline.advance(cursor, timeline.end);
    },
  };
  timeline.attach(cursor);
  return { cursor, sent };
}

test('live audio is sent from the bytes of the caller, without another view', () => {
  const { timeline, add } = line();
  const { sent } = reader(timeline);
  const chunks = [add(20, 1), add(20, 2)];
  expect(sent[0]).toBe(chunks[0]);
  expect(sent[1]).toBe(chunks[1]);
});

test('a part of a live chunk is sent from the log, as is what came before it', () => {
  const { timeline, add } = line();
  const late = reader(timeline, (from) => from + 5);
  const chunk = add(20, 1);
  expect(late.sent[0]).not.toBe(chunk);
  expect(late.sent[0]?.byteLength).toBe(30);
  const early = line();
  early.add(20, 1);
  const { sent } = reader(early.timeline);
  early.add(20, 2);
  expect([...(sent[0] ?? [])]).toEqual([...new Uint8Array(40).fill(1), ...new Uint8Array(40).fill(2)]);
});

test('a backlog goes in pieces of 80 ms, of the length of the chunks if that is longer, or of 250 ms in a hurry', () => {
  const { timeline, add } = line();
  add(20);
  expect([timeline.pieceSamples(false), timeline.pieceSamples(true)]).toEqual([80, 250]);
  add(200);
  expect([timeline.pieceSamples(false), timeline.pieceSamples(true)]).toEqual([200, 250]);
});

test('the last piece of a frame takes a short rest along', () => {
  const { timeline, add } = line();
  add(200);
  const { cursor } = reader(timeline);
  const frame = timeline.next(cursor);
  const end = (start: number, samples = 80) => (frame ? timeline.endOfPiece(frame, start, samples) : NaN);
  expect([end(0), end(80), end(99), end(100), end(120)]).toEqual([80, 160, 179, 200, 200]);
  expect(end(10, 80.9)).toBe(90);
});

test('frames that are not raw are sent whole', () => {
  const { timeline, add } = line(0);
  add(200);
  add(200);
  const { cursor } = reader(timeline);
  const frame = timeline.next(cursor);
  expect(frame && timeline.endOfPiece(frame, 0, 80)).toBe(200);
});

test('counts of pending and dropped audio', () => {
  const { timeline, add, drops } = line(2, 0.5);
  expect([timeline.hasPending, timeline.dropped]).toEqual([false, 0]);
  for (let chunk = 0; chunk < 4; chunk += 1) add(200);
  timeline.announce();
  expect(timeline.dropped).toBe(drops.reduce((sum, { start, end }) => sum + end - start, 0));
  expect(timeline.dropped).toBeGreaterThanOrEqual(300);
  expect(timeline.hasPending).toBe(true);
  timeline.confirm(800);
  expect(timeline.hasPending).toBe(false);
});

test('the pause before a sample is the time in which no audio came', () => {
  const { clock, timeline, add } = line();
  clock.advance(100);
  add(100);
  clock.advance(3_100);
  add(100);
  expect([timeline.pauseMsAt(0), timeline.pauseMsAt(100), timeline.pauseMsAt(150)]).toEqual([0, 3_000, 0]);
});
