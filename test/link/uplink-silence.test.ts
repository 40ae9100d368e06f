/** When the uplink breaks a silence of ours, and what it makes of one of theirs. */
import { beforeEach, describe, expect, test } from 'vitest';
import { KEEP_ALIVE } from '../../src/protocol/listen-v1/client-messages.ts';
import { KEEP_ALIVE_MS, MAX_BUFFERED_BYTES, UplinkBench, audio } from './uplink-bench.ts';

let bench: UplinkBench;

beforeEach(() => {
  bench = new UplinkBench();
});

describe('silence', () => {
  test('is told when the KeepAlive is due, counted from the last frame [G1]', () => {
    bench.attach();
    bench.store(20);
    bench.clock.advance(2_000);
    bench.store(20);
    expect(bench.pass(KEEP_ALIVE_MS - 1)).toEqual([]);
    expect(bench.pass(1)).toEqual(['idle']);
    expect(bench.pass(60_000)).toEqual([]);
  });

  test('is told on a connection without any audio, too [G1]', () => {
    bench.attach();
    expect(bench.pass(KEEP_ALIVE_MS - 1)).toEqual([]);
    expect(bench.pass(1)).toEqual(['idle']);
  });

  test('ends with audio, which is told of once, and begins anew [G1]', () => {
    bench.attach();
    bench.clock.advance(KEEP_ALIVE_MS);
    bench.uplink.keepAlive();
    bench.clock.advance(1_000);
    expect(bench.during(() => (bench.hand(), bench.hand()))).toEqual(['pending', '20 ms', '20 ms']);
    expect(bench.pass(KEEP_ALIVE_MS - 1)).toEqual([]);
    expect(bench.pass(1)).toEqual(['idle']);
  });

  test('is broken by a KeepAlive, as text [G1 G4]', () => {
    bench.flow();
    bench.clock.advance(KEEP_ALIVE_MS);
    bench.uplink.keepAlive();
    expect(bench.socket.messages.at(-1)).toBe(KEEP_ALIVE);
    expect(bench.uplink.keepAlivesSent).toBe(1);
  });

  test('of a socket that takes no more is broken by KeepAlives, and is not idleness [G1]', () => {
    bench.flow();
    bench.socket.waiting = MAX_BUFFERED_BYTES + 1;
    bench.clock.advance(50);
    bench.hand();
    expect(bench.pass(2 * KEEP_ALIVE_MS)).toEqual(['KeepAlive', 'KeepAlive']);
  });

  test('in which a timer is a second late is told of', () => {
    bench.flow();
    bench.clock.advance(KEEP_ALIVE_MS + 980);
    bench.uplink.keepAlive();
    expect(bench.log).toEqual(['idle', 'KeepAlive']);
    bench.clock.advance(KEEP_ALIVE_MS + 1_001);
    bench.uplink.keepAlive();
    expect(bench.log.slice(2)).toEqual(['timer-late {"lateMs":1001}', 'KeepAlive']);
  });

  test('that a starving timer has missed is noticed when the server speaks [G1]', () => {
    bench.flow();
    bench.clock.advance(KEEP_ALIVE_MS + 980);
    expect(bench.during(() => bench.uplink.heard())).toEqual([]);
    bench.clock.advance(1);
    expect(bench.during(() => bench.uplink.heard())).toEqual(['timer-late {"lateMs":1001}', 'KeepAlive']);
  });

  test('of more than any server endures means that the connection is gone, and nothing is entrusted to it', () => {
    const ways: (() => void)[] = [
      () => bench.uplink.keepAlive(),
      () => bench.uplink.sendLive(audio(20), 20, bench.clock.now()),
      () => bench.store(20),
    ];
    for (const way of ways) {
      bench = new UplinkBench();
      bench.flow();
      bench.clock.jump(15_000 - 20);
      expect(bench.during(() => bench.uplink.keepAlive())).toContain('KeepAlive');
      bench.clock.jump(15_001);
      expect(bench.during(way)).toContain('stalled');
      expect(bench.log).not.toContain('KeepAlive');
      expect(bench.log).not.toContain('20 ms');
    }
  });

  test('is measured, up to the end of a connection, and not beyond CloseStream', () => {
    bench.flow();
    bench.clock.advance(480);
    bench.hand();
    expect(bench.uplink.longestSilenceMs).toBe(500);
    bench.clock.advance(400);
    bench.hand();
    expect(bench.uplink.longestSilenceMs).toBe(500);
    bench.clock.advance(700);
    bench.uplink.detach();
    expect(bench.uplink.longestSilenceMs).toBe(700);
    bench.clock.advance(2_000);
    bench.attach();
    bench.clock.advance(100);
    bench.uplink.drain();
    bench.clock.advance(2_000);
    bench.uplink.detach();
    expect(bench.uplink.longestSilenceMs).toBe(700);
  });
});

describe('a link on which nothing comes back', () => {
  const stalledIn = (act: () => void) => bench.during(act).includes('stalled');

  test('is condemned in time, and one that answers is not [G11]', () => {
    bench.flow();
    bench.speak(5);
    bench.uplink.heard();
    expect(stalledIn(() => bench.speak(9.9))).toBe(false);
    expect(stalledIn(() => bench.speak(0.2))).toBe(true);
  });

  test('is condemned if the answers never advance [G11]', () => {
    bench.flow();
    const answered = (seconds: number) => {
      for (let second = 0; second < seconds; second += 1) {
        bench.speak(1);
        bench.uplink.heard();
      }
    };
    answered(15);
    bench.uplink.advanced();
    expect(stalledIn(() => answered(19))).toBe(false);
    expect(stalledIn(() => answered(3))).toBe(true);
  });

  test('is not judged by a trickle, too thin for answers', () => {
    bench.flow();
    const trickled = (seconds: number) => {
      for (let second = 0; second < seconds; second += 1) {
        bench.hand(100);
        bench.clock.advance(1_000);
      }
    };
    expect(stalledIn(() => trickled(30))).toBe(false);
  });

  test('is given half the time when it is doubted', () => {
    bench.flow();
    bench.uplink.heard();
    bench.speak(0.1);
    bench.uplink.doubt();
    expect(stalledIn(() => bench.speak(4.8))).toBe(false);
    expect(stalledIn(() => bench.speak(0.3))).toBe(true);
  });

  test('is judged by its own time, and not by that of the one before it', () => {
    bench.flow();
    bench.speak(9);
    bench.timeline.confirm(bench.timeline.end);
    bench.uplink.detach();
    bench.attach();
    expect(stalledIn(() => bench.speak(9.9))).toBe(false);
    expect(stalledIn(() => bench.speak(0.2))).toBe(true);
  });
});
