/** The limits of a run. That a session does the same with runs and without is in test/client/live-run.property.test.ts. */
import { describe, expect, test } from 'vitest';
import { logMemoryOf } from '../../src/audio/log-memory.ts';
import { audio, LinkBench, MAX_BUFFERED_BYTES } from '../link/link-bench.ts';

/** Chunks of 20 ms that a run takes, one after the other, at most 100. */
function taken({ clock, timeline }: LinkBench): number {
  for (let chunk = 0; chunk < 100; chunk += 1) {
    clock.advance(20);
    if (!timeline.run?.take(audio(20))) return chunk;
  }
  return 100;
}

function bench(maxSeconds = 60, maxBytes = 1e6): LinkBench {
  const bench = new LinkBench({ maxSeconds, maxBytes });
  bench.flow();
  return bench;
}

test('a run fills the log, and no more', () => {
  const bySeconds = bench(0.2);
  bySeconds.run(0);
  expect(taken(bySeconds)).toBe(8);
  const byBytes = bench(60, 400);
  byBytes.run(0);
  expect(taken(byBytes)).toBe(8);
});

test('audio of a run counts at once in the memory of all logs', () => {
  const one = bench(60, 1e6);
  one.run(0);
  const memory = logMemoryOf(one.clock);
  expect(memory.bytes).toBe(80);
  one.run(1);
  expect(memory.bytes).toBe(160);
});

test('audio of a run is pending, and ends where the next begins, whenever that is asked', () => {
  const one = bench();
  one.run(3);
  expect(one.timeline.end).toBe(100);
  one.timeline.confirm(100);
  expect(one.timeline.hasPending).toBe(false);
  one.clock.advance(20);
  expect(one.timeline.run?.take(audio(20))).toBe(true);
  expect(one.timeline.hasPending).toBe(true);
  one.clock.advance(20);
  expect(one.timeline.run?.take(audio(20))).toBe(true);
  expect(one.timeline.end).toBe(140);
});

test('a run that is forgotten in a pause counts its chunks, and the next chunk begins another', () => {
  const one = bench();
  one.run(3);
  one.timeline.forgetRun();
  expect(one.timeline.run).toBe(undefined);
  expect(one.timeline.end).toBe(100);
  one.run(1);
  expect(one.timeline.end).toBe(140);
});

test('a run goes on where results empty the log in time', () => {
  const one = bench(0.2);
  one.run(7);
  one.timeline.confirm(180);
  expect(taken(one)).toBe(10);
});

test('a tap sees the chunks of a run, with their times', () => {
  const one = bench();
  const seen: [number, number][] = [];
  one.hand();
  one.timeline.beginRun((bytes, now) => seen.push([bytes.length, now]));
  expect(taken(one)).toBeGreaterThan(2);
  expect(seen.slice(0, 2)).toEqual([
    [40, 1_040],
    [40, 1_060],
  ]);
});

test('a run goes on over the timers of its link', () => {
  const one = bench();
  one.run(1);
  for (let second = 0; second < 15; second += 1) {
    for (let chunk = 0; chunk < 50; chunk += 1) {
      one.clock.advance(20);
      expect(one.timeline.run?.take(audio(20))).toBe(true);
    }
    one.hear();
    one.timeline.confirm(one.timeline.end);
  }
  one.link.end();
  expect(one.log.filter((what) => what !== '20 ms')).toEqual([]);
});

test('there is no run before a chunk was sent, after the end of the link, and for another length', () => {
  const one = bench();
  one.clock.advance(20);
  expect(one.timeline.run).toBe(undefined);
  one.run(2);
  expect(one.timeline.run?.take(audio(40))).toBe(false);
  one.link.end();
  one.clock.advance(20);
  expect(one.timeline.run?.take(audio(20))).toBe(false);
  one.timeline.beginRun();
  expect(one.timeline.run?.take(audio(20))).toBe(false);
});

test('the log of a run has the frames that the same chunks have one by one', () => {
  const [one, other] = [bench(), bench()];
  one.run(40);
  other.hand();
  for (let chunk = 0; chunk < 40; chunk += 1) {
    other.clock.advance(20);
    other.hand();
  }
  const framesOf = ({ timeline }: LinkBench) => {
    const cursor = { frameIndex: 0, nextPosition: 0 };
    const frames: unknown[] = [];
    for (let frame = timeline.next(cursor); frame; frame = timeline.next(cursor)) {
      frames.push([frame.start, frame.end, frame.byteLength, frame.isBoundary, frame.slab.frames]);
      timeline.advance(cursor, frame.end);
    }
    return frames;
  };
  one.link.end();
  expect(framesOf(one)).toEqual(framesOf(other));
  expect(one.timeline.snapshot()).toEqual(other.timeline.snapshot());
});

describe('a chunk goes the usual way', () => {
  let one: LinkBench;
  const take = (afterMs: number) => {
    one.clock.advance(afterMs);
    return one.timeline.run?.take(audio(20));
  };

  test('after a longer silence than any before it', () => {
    one = bench();
    one.run(3);
    expect(take(20)).toBe(true);
    expect(take(21)).toBe(false);
  });

  test('where it comes 250 ms late: the source has paused', () => {
    for (const [lateMs, isTaken] of [
      [249, true],
      [250, false],
    ] as const) {
      one = bench();
      one.clock.advance(400);
      one.run(1);
      expect(take(20 + lateMs)).toBe(isTaken);
    }
  });

  test('where it comes too early for the pace [G10]', () => {
    one = bench();
    one.run(1);
    const together = Array.from({ length: 6 }, () => take(0));
    expect(together).toEqual([true, true, true, true, false, false]);
  });

  test('where the socket is full, which is asked every 200 ms [G6]', () => {
    one = bench();
    one.run(5);
    const { timesAsked } = one.socket;
    for (let chunk = 0; chunk < 30; chunk += 1) expect(take(20)).toBe(true);
    expect(one.socket.timesAsked - timesAsked).toBe(3);
    one.socket.waiting = MAX_BUFFERED_BYTES + 1;
    expect(Array.from({ length: 10 }, () => take(20))).toContain(false);
  });

  test('where the memory of all logs is full [G6]', () => {
    one = new LinkBench({ maxProcessBytes: 200 });
    one.flow();
    one.run(0);
    expect([take(20), take(20), take(20), take(20)]).toEqual([true, true, true, false]);
  });
});

test('a link is after a run what it is after the same chunks one by one', () => {
  const [one, other] = [bench(), bench()];
  const chunks = 20;
  one.run(chunks);
  other.hand();
  for (let chunk = 0; chunk < chunks; chunk += 1) {
    other.clock.advance(20);
    other.hand();
  }
  const stateOf = ({ clock, link, timeline }: LinkBench) => {
    timeline.run?.end();
    const { tokens, tokensAt, position, nextPosition, frameIndex, sentSamples, sentMs } = link;
    const { lastOutboundAt, longestSilenceMs, answerSince, advanceSince } = link;
    const counts = { position, nextPosition, frameIndex, sentSamples, sentMs: Math.round(sentMs) };
    const times = { tokens: Math.round(tokens), tokensAt, lastOutboundAt, longestSilenceMs };
    return { ...counts, ...times, answerSince, advanceSince, now: clock.now() };
  };
  for (const each of [one, other]) each.hear();
  expect(stateOf(one)).toEqual(stateOf(other));
  one.run(3);
  for (let chunk = 0; chunk < 4; chunk += 1) {
    if (chunk > 0) other.clock.advance(20);
    other.hand();
  }
  expect(stateOf(one)).toEqual(stateOf(other));
  expect(one.timeline.run?.lastAt).toBe(one.clock.now());
});
