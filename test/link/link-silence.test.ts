/** When a link sends KeepAlives, and how it reacts to a silent server. */
import { beforeEach, describe, expect, test } from 'vitest';
import { VirtualClock } from '../../src/testing/index.ts';
import { KEEP_ALIVE } from '../../src/protocol/listen-v1/client-messages.ts';
import { KEEP_ALIVE_MS, LinkBench, MAX_BUFFERED_BYTES, EMPTY_MS } from './link-bench.ts';

let bench: LinkBench;

beforeEach(() => {
  bench = new LinkBench();
});

const result = (end: number) =>
  JSON.stringify({
    type: 'Results',
    channel_index: [0, 1],
    start: 0,
    duration: end,
    channel: { alternatives: [{ transcript: '', words: [] }] },
  });

describe('silence', () => {
  test('is broken by a KeepAlive as text after the interval, counted from the last frame [G1 G4]', () => {
    bench.flow();
    bench.clock.advance(2_000);
    bench.hand();
    expect(bench.pass(KEEP_ALIVE_MS - 1)).toEqual([]);
    expect(bench.pass(1)).toEqual(['KeepAlive', 'audio.idle']);
    expect(bench.socket.messages.at(-1)).toBe(KEEP_ALIVE);
  });

  test('is broken again after each interval [G1]', () => {
    bench.flow();
    bench.clock.advance(KEEP_ALIVE_MS);
    const { keepAlives } = bench.session.counts;
    expect(bench.pass(4 * KEEP_ALIVE_MS)).toEqual(Array(4).fill('KeepAlive'));
    expect(bench.session.counts.keepAlives - keepAlives).toBe(4);
  });

  test('is broken at once, and then at each interval, on a link without any audio [G1]', () => {
    expect(bench.during(() => bench.open())).toEqual(['KeepAlive']);
    expect(bench.pass(KEEP_ALIVE_MS - 1)).toEqual([]);
    expect(bench.pass(1)).toEqual(['KeepAlive']);
  });

  test('ends with audio, which is reported once, and begins anew [G1]', () => {
    bench.open();
    bench.clock.advance(KEEP_ALIVE_MS + 1_000);
    expect(bench.during(() => (bench.hand(), bench.hand()))).toEqual(['audio.pending', '20 ms', '20 ms']);
    expect(bench.pass(KEEP_ALIVE_MS - 1)).toEqual([]);
    expect(bench.pass(1)).toEqual(['KeepAlive', 'audio.idle']);
  });

  test('needs one timer for all idle links', () => {
    bench.open();
    const { pendingTimers } = bench.clock;
    const others = Array.from({ length: 20 }, () => {
      const other = new LinkBench({}, bench.clock);
      bench.clock.advance(7);
      other.open();
      return other;
    });
    expect(bench.clock.pendingTimers).toBe(pendingTimers);
    bench.clock.advance(5 * KEEP_ALIVE_MS);
    expect(others.map((other) => other.session.counts.keepAlives)).toEqual(others.map(() => 6));
    for (const { link } of [bench, ...others]) link.end();
    expect(bench.clock.pendingTimers).toBe(0);
  });

  test('after answered audio leaves no timer but that of all idle links', () => {
    bench.flow();
    bench.link.receive(result(0.02));
    bench.clock.advance(KEEP_ALIVE_MS);
    expect(bench.clock.pendingTimers).toBe(1);
  });

  test('of a full socket is broken by KeepAlives, and does not count as idle [G1]', () => {
    bench.flow();
    bench.socket.waiting = MAX_BUFFERED_BYTES + 1;
    bench.clock.advance(EMPTY_MS);
    bench.hand();
    expect(bench.pass(2 * KEEP_ALIVE_MS)).toEqual(['KeepAlive', 'KeepAlive']);
  });

  test('of a full socket that takes no KeepAlive, either, is looked at ten times a second [G1]', () => {
    let asked = 0;
    const keeper = {
      message: () => undefined,
      hold: () => void (asked += 1),
      mayEndStream: () => true,
      closed: () => undefined,
      end: () => undefined,
    };
    const protocol = { ...bench.session.protocol, keep: () => keeper };
    bench = new LinkBench({}, new VirtualClock(), { protocol });
    bench.flow();
    bench.socket.waiting = MAX_BUFFERED_BYTES + 1;
    bench.clock.advance(EMPTY_MS);
    bench.hand();
    asked = 0;
    bench.clock.advance(KEEP_ALIVE_MS - EMPTY_MS + 1_000);
    expect(asked).toBe(11);
  });

  test('in which the timer is more than a second late is reported', () => {
    bench.flow();
    bench.clock.advance(KEEP_ALIVE_MS);
    bench.clock.jump(KEEP_ALIVE_MS + 980);
    expect(bench.pass(0)).toEqual(['KeepAlive']);
    bench.clock.jump(KEEP_ALIVE_MS + 1_001);
    expect(bench.pass(0)).toEqual(['timer-late {"lateMs":1001}', 'KeepAlive']);
  });

  test('that a late timer has missed is noticed when a message comes [G1]', () => {
    bench.flow();
    bench.clock.jump(KEEP_ALIVE_MS + 980);
    expect(bench.during(() => bench.hear())).toEqual([]);
    bench.clock.jump(1);
    expect(bench.during(() => bench.hear())).toEqual(['timer-late {"lateMs":1001}', 'KeepAlive']);
  });

  test.each<[string, () => void]>([
    ['a KeepAlive', () => bench.clock.advance(0)],
    ['live audio', () => bench.hand()],
    ['a message', () => bench.hear()],
  ])('longer than any server waits ends the link, found by %s, and nothing is written', (_by, way) => {
    bench.flow();
    bench.clock.jump(15_001);
    expect(bench.during(way)).toContain('socket.stalled');
    expect(bench.log).not.toContain('KeepAlive');
    expect(bench.log).not.toContain('20 ms');
  });

  test('of one and a half timeouts is not too long: the connection may be open', () => {
    bench.flow();
    bench.clock.jump(14_980);
    expect(bench.during(() => bench.hand())).toContain('20 ms');
    expect(bench.log).not.toContain('socket.stalled');
  });

  test.each<[string, () => void]>([
    ['nothing waits', () => undefined],
    ['audio waits for the socket', () => ((bench.socket.waiting = MAX_BUFFERED_BYTES + 1), bench.hand())],
  ])('that ends the link leaves no timer behind where %s [G5]', (_where, happen) => {
    bench.session.tell = ({ type }) => {
      bench.log.push(type);
      if (type === 'socket.stalled') bench.link.end();
    };
    bench.flow();
    bench.clock.advance(50);
    happen();
    // The socket is looked at again after the KeepAlive is due.
    bench.clock.advance(2_920);
    bench.clock.jump(15_001);
    expect(bench.pass(0)).toEqual([expect.stringMatching('timer-late'), 'socket.stalled']);
    expect(bench.clock.pendingTimers).toBe(0);
  });

  test('is measured up to the end of a link, and not after the end of the stream', () => {
    const { counts } = bench.session;
    bench.flow();
    bench.clock.advance(480);
    bench.hand();
    expect(bench.link.longestSilenceMs).toBe(500);
    bench.clock.advance(400);
    bench.hand();
    expect(bench.link.longestSilenceMs).toBe(500);
    bench.clock.advance(700);
    bench.link.end();
    expect(counts.longestSilenceMs).toBe(700);
    bench.clock.advance(2_000);
    bench.open();
    bench.clock.advance(100);
    bench.link.drain();
    bench.clock.advance(2_000);
    bench.link.end();
    expect(counts.longestSilenceMs).toBe(700);
  });
});

describe('a link on which nothing comes back', () => {
  const stalledIn = (act: () => void) => bench.during(act).includes('socket.stalled');

  test('is stalled in time, and one that answers is not [G11]', () => {
    bench.flow();
    bench.speak(5);
    bench.hear();
    expect(stalledIn(() => bench.speak(9.9))).toBe(false);
    expect(stalledIn(() => bench.speak(0.2))).toBe(true);
  });

  test('is stalled if the answers never advance [G11]', () => {
    bench.flow();
    const answered = (seconds: number) => {
      for (let second = 0; second < seconds; second += 1) {
        bench.speak(1);
        bench.hear();
      }
    };
    answered(15);
    bench.link.receive(result(15));
    expect(stalledIn(() => answered(19))).toBe(false);
    expect(stalledIn(() => answered(3))).toBe(true);
  });

  test('is not stalled by sparse audio without answers', () => {
    bench.flow();
    const trickled = (seconds: number) => {
      for (let second = 0; second < seconds; second += 1) {
        bench.hand(100);
        bench.clock.advance(1_000);
      }
    };
    expect(stalledIn(() => trickled(30))).toBe(false);
  });

  test('is given half the time when the platform reports that it is offline', () => {
    bench.flow();
    bench.hear();
    bench.speak(0.1);
    bench.link.suspect();
    expect(stalledIn(() => bench.speak(4.8))).toBe(false);
    expect(stalledIn(() => bench.speak(0.3))).toBe(true);
  });

  test('is judged by its own time, and not by that of the link before it', () => {
    bench.flow();
    bench.speak(9);
    bench.timeline.confirm(bench.timeline.end);
    bench.link.end();
    bench.open();
    expect(stalledIn(() => bench.speak(9.9))).toBe(false);
    expect(stalledIn(() => bench.speak(0.2))).toBe(true);
  });
});
