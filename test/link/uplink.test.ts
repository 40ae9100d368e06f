/** What the uplink writes, and in which order. */
import { beforeEach, describe, expect, test } from 'vitest';
import { CLOSE_STREAM } from '../../src/protocol/listen-v1/client-messages.ts';
import { DRAIN_MS, KEEP_ALIVE_MS, MAX_BUFFERED_BYTES, STALL_MS, UplinkBench, audio } from './uplink-bench.ts';

let bench: UplinkBench;

beforeEach(() => {
  bench = new UplinkBench();
});

describe('live audio', () => {
  test('goes out as it is handed in, and a copy of it waits for its confirmation [G2]', () => {
    bench.flow();
    const frame = audio(20);
    expect(bench.uplink.sendLive(frame, 20, bench.clock.now())).toBe(true);
    expect(bench.socket.messages.at(-1)).toBe(frame);
    expect(bench.timeline.unsent).toBe(0);
    expect(bench.timeline.snapshot()).toMatchObject({ accepted: 40, pending: 40 });
    expect(bench.uplink.connectionClock?.sent).toBe(40);
  });

  test('is sent again, all of it, on the next connection [G2 G3]', () => {
    bench.flow();
    for (let i = 0; i < 9; i += 1) {
      expect(bench.hand()).toBe(true);
      bench.clock.advance(20);
    }
    bench.uplink.detach();
    expect(bench.during(() => bench.attach())).toEqual(['80 ms', '80 ms']);
    expect(bench.pass(1_000)).toEqual(['40 ms']);
  });

  test.each<[when: string, () => void]>([
    ['there is no connection', () => bench.uplink.detach()],
    [
      'it is the first audio of a connection',
      () => (bench.timeline.confirm(20), bench.uplink.detach(), bench.attach()),
    ],
    ['audio that came before it waits', () => bench.timeline.append(audio(20), 20)],
    ['a control message waits', () => bench.uplink.control(bench.message('Finalize', 1_000))],
    ['the socket is full', () => (bench.clock.advance(50), (bench.socket.waiting = MAX_BUFFERED_BYTES + 1))],
    ['it comes faster than real time', () => bench.rush()],
    ['CloseStream was sent', () => bench.uplink.drain()],
    ['no audio had flowed', () => bench.clock.advance(KEEP_ALIVE_MS)],
  ])('does not go straight where %s, and nothing is done then', (_when, happen) => {
    bench.flow();
    happen();
    const before = bench.timeline.snapshot();
    const { length } = bench.socket.messages;
    expect(bench.uplink.sendLive(audio(20), 20, bench.clock.now())).toBe(false);
    expect(bench.timeline.snapshot()).toEqual(before);
    expect(bench.socket.messages).toHaveLength(length);
  });

  test('goes straight again when what was behind has gone', () => {
    bench.flow();
    bench.store(600);
    expect(bench.hand()).toBe(false);
    bench.clock.advance(1_000);
    expect(bench.timeline.unsent).toBe(0);
    expect(bench.hand()).toBe(true);
  });
});

describe('a connection', () => {
  test('begins with what waits, in order, and no faster than the catch-up rate [G10]', () => {
    for (let ms = 0; ms < 12_000; ms += 80) bench.timeline.append(audio(80), 80);
    bench.attach();
    // A tenth of a second may go in advance, and the last frame may overdraw it.
    expect(bench.timeline.end - bench.timeline.unsent).toBe(160);
    bench.clock.advance(1_000);
    expect(bench.timeline.end - bench.timeline.unsent).toBeGreaterThanOrEqual(1_200);
    expect(bench.timeline.end - bench.timeline.unsent).toBeLessThanOrEqual(1_200 + 180);
    bench.clock.advance(8_900);
    expect(bench.timeline.unsent).toBe(0);
    expect(bench.log.every((what) => what === '80 ms')).toBe(true);
    expect(bench.uplink.connectionClock).toMatchObject({ sent: 12_000, position: 12_000 });
  });

  test('has no clock before its first audio, and one of its own [G3]', () => {
    bench.attach();
    expect(bench.uplink.connectionClock).toBeUndefined();
    bench.store(500);
    bench.timeline.confirm(300);
    expect(bench.uplink.connectionClock?.positionOf(0.1, 'start')).toBe(100);
    bench.uplink.detach();
    bench.attach();
    expect(bench.uplink.connectionClock?.positionOf(0.1, 'start')).toBe(400);
    expect(bench.uplink.connectionClock?.positionOf(9, 'end')).toBe(500);
    bench.timeline.confirm(500);
    bench.uplink.detach();
    bench.attach();
    expect(bench.uplink.connectionClock).toBeUndefined();
  });

  test('whose positions are estimates, believes the server', () => {
    bench = new UplinkBench({ isExact: () => false });
    bench.attach();
    bench.store(500);
    expect(bench.uplink.connectionClock?.positionOf(9, 'end')).toBe(9_000);
  });

  test('begins with its primer, which counts on its clock and in no book', () => {
    bench = new UplinkBench({ primer: { bytes: audio(40), samples: 40 } });
    expect(bench.during(() => bench.attach())).toEqual(['40 ms']);
    expect(bench.during(() => bench.store(20))).toEqual(['pending', '20 ms']);
    expect(bench.uplink.connectionClock).toMatchObject({ sent: 60, position: 20 });
    expect(bench.timeline.end).toBe(20);
  });

  test('has its header before its first audio, then how the frame is opened, and both once [G4]', () => {
    const header = audio(7);
    bench = new UplinkBench({ header: () => header });
    expect(bench.during(() => bench.attach())).toEqual([]);
    bench.store(20, audio(3));
    bench.store(30);
    expect(bench.log).toEqual(['pending', '7 ms', '3 ms', '20 ms', '30 ms']);
    expect(bench.socket.messages[0]).toBe(header);
    bench.uplink.detach();
    expect(bench.during(() => bench.attach())).toEqual(['7 ms', '3 ms', '20 ms', '30 ms']);
  });

  test('that is over has no timer, and nothing is written to it [G5]', () => {
    bench.flow();
    bench.rush();
    bench.socket.waiting = 300;
    expect(bench.uplink.bufferedAmount).toBe(300);
    expect(bench.clock.pendingTimers).toBeGreaterThan(0);
    bench.uplink.detach();
    expect(bench.clock.pendingTimers).toBe(0);
    expect(bench.uplink.bufferedAmount).toBe(0);
    const told = bench.during(() => {
      bench.hand();
      bench.uplink.keepAlive();
      bench.uplink.doubt();
      bench.uplink.control(bench.message('Finalize'));
      bench.clock.advance(60_000);
    });
    // By which a connection may be begun.
    expect(told).toEqual(['pending']);
    expect(bench.clock.pendingTimers).toBe(0);
  });

  test('was flowing at its end, or was not', () => {
    bench.flow();
    bench.uplink.detach();
    expect(bench.uplink.wasFlowing).toBe(true);
    bench.timeline.confirm(bench.timeline.end);
    bench.attach();
    bench.uplink.detach();
    expect(bench.uplink.wasFlowing).toBe(false);
  });
});

test('no message is empty: it would end the stream [G4]', () => {
  bench = new UplinkBench({ header: () => audio(0) });
  bench.attach();
  bench.timeline.append(audio(20), 20, true, audio(0));
  bench.timeline.append(new Uint8Array(0), 0);
  bench.uplink.accepted(bench.clock.now());
  expect(bench.log).toEqual(['pending', '20 ms']);
});

describe('a control message', () => {
  test('goes out at once where nothing waits', () => {
    bench.flow();
    expect(bench.during(() => bench.uplink.control(bench.message('Finalize')))).toEqual([
      'Finalize',
      'Finalize is sent',
    ]);
  });

  test('goes out behind the audio that it follows, and before what comes later [G4]', () => {
    bench.store(80);
    bench.store(80);
    bench.uplink.control(bench.message('First'));
    bench.uplink.control(bench.message('Second'));
    bench.store(80);
    bench.uplink.control(bench.message('Third'));
    bench.attach();
    bench.clock.advance(1_000);
    const order = bench.log.filter((what) => !what.endsWith('is sent') && what !== 'pending');
    expect(order).toEqual(['80 ms', '80 ms', 'First', 'Second', '80 ms', 'Third']);
  });

  test('keeps its place where small frames wait, which are sent as larger ones [G4]', () => {
    for (let i = 0; i < 3; i += 1) bench.store(20);
    bench.uplink.control(bench.message('Finalize'));
    for (let i = 0; i < 5; i += 1) bench.store(20);
    bench.attach();
    bench.clock.advance(1_000);
    const order = bench.log.filter((what) => !what.endsWith('is sent') && what !== 'pending');
    expect(order).toEqual(['60 ms', 'Finalize', '80 ms', '20 ms']);
  });

  test('that is withdrawn is not sent, and the others are [G4]', () => {
    const [first, second] = [bench.message('First'), bench.message('Second')];
    bench.uplink.control(first);
    bench.uplink.control(second);
    bench.uplink.withdraw(first);
    bench.attach();
    expect(bench.log).toEqual(['Second', 'Second is sent']);
  });

  test('upon which the connection is left is the last [G5]', () => {
    bench.uplink.control({ ...bench.message('First'), onSent: () => bench.uplink.detach() });
    bench.uplink.control(bench.message('Second'));
    bench.attach();
    expect(bench.log).toEqual(['First']);
  });

  test('does not hurry the audio before it [G10]', () => {
    bench.flow();
    bench.rush();
    expect(bench.during(() => bench.uplink.control(bench.message('Finalize')))).toEqual([]);
    bench.clock.advance(200);
    expect(bench.log).toEqual(['100 ms', 'Finalize', 'Finalize is sent']);
  });
});

describe('a socket that is full', () => {
  beforeEach(() => {
    bench.flow();
    bench.clock.advance(50);
  });

  test('is given no audio until there is room, and is looked at twenty times a second [G6]', () => {
    bench.socket.waiting = MAX_BUFFERED_BYTES + 1;
    bench.hand();
    bench.socket.timesAsked = 0;
    bench.clock.advance(1_000);
    expect(bench.socket.timesAsked).toBe(20);
    expect(bench.log).toEqual([]);
    bench.socket.waiting = MAX_BUFFERED_BYTES;
    expect(bench.pass(50)).toEqual(['20 ms']);
  });

  test('is not asked for every frame: it takes a second to fill', () => {
    bench.socket.timesAsked = 0;
    for (let ms = 0; ms < 1_000; ms += 10) {
      bench.hand(10);
      bench.clock.advance(10);
    }
    expect(bench.socket.timesAsked).toBe(20);
  });

  test('is asked anew on a new connection', () => {
    bench.hand();
    bench.uplink.detach();
    bench.socket.waiting = MAX_BUFFERED_BYTES + 1;
    expect(bench.during(() => bench.attach())).toEqual([]);
    expect(bench.pass(1_000)).toEqual([]);
  });

  test('is a broken link in the end, as if the audio had gone out [G11]', () => {
    bench.socket.waiting = MAX_BUFFERED_BYTES + 1;
    bench.uplink.heard();
    bench.speak(STALL_MS / 1000 - 0.1);
    expect(bench.log).not.toContain('stalled');
    bench.speak(0.2);
    expect(bench.log).toContain('stalled');
  });
});

describe('the end', () => {
  test('is CloseStream, behind all audio and every message, and nothing after it [G4]', () => {
    bench.flow();
    bench.rush();
    bench.uplink.control(bench.message('Finalize'));
    expect(bench.during(() => bench.uplink.drain())).toEqual([]);
    bench.clock.advance(300);
    expect(bench.log).toEqual(['100 ms', 'Finalize', 'Finalize is sent', 'CloseStream']);
    expect(bench.socket.messages.at(-1)).toBe(CLOSE_STREAM);
    expect(bench.uplink.hasSentCloseStream).toBe(true);
    const nothing = bench.during(() => {
      bench.uplink.drain();
      bench.uplink.takeLeave();
      bench.uplink.keepAlive();
      bench.uplink.control(bench.message('Late'));
      bench.hand();
      bench.clock.advance(4_000);
    });
    expect(nothing).toEqual([]);
  });

  test('is owed an answer within drainMs, audio or not [G9]', () => {
    bench.attach();
    bench.uplink.drain();
    expect(bench.pass(DRAIN_MS - 1)).toEqual([]);
    expect(bench.pass(1)).toEqual(['stalled']);
  });

  test('is owed anew after each message: a slow server is heard out [G9]', () => {
    bench.attach();
    bench.uplink.drain();
    for (let message = 0; message < 5; message += 1) {
      expect(bench.pass(DRAIN_MS - 1)).toEqual([]);
      bench.uplink.heard();
    }
    expect(bench.pass(DRAIN_MS)).toEqual(['stalled']);
  });

  test('is owed an answer only once it is sent: what is still being sent has the time it takes [G9]', () => {
    bench = new UplinkBench({ drainMs: 0 });
    bench.flow();
    bench.rush();
    for (let waiting = 0; waiting < 24; waiting += 1) bench.store(100);
    bench.uplink.drain();
    const said = bench.pass(2_500);
    expect(said.filter((what) => what === '100 ms').length).toBeGreaterThan(20);
    expect(said.at(-1)).toBe('CloseStream');
    expect(bench.pass(1_000)).toEqual(['stalled']);
  });

  test('is begun anew on the next connection, if it is asked for again [G4 G9]', () => {
    bench.flow();
    bench.uplink.drain();
    bench.uplink.detach();
    expect(bench.during(() => bench.attach())).toEqual(['20 ms']);
    expect(bench.uplink.hasSentCloseStream).toBe(false);
    expect(bench.during(() => bench.uplink.drain())).toEqual(['CloseStream']);
  });

  test('can be said before all was sent, to a socket that is given up', () => {
    bench.flow();
    bench.rush();
    expect(bench.during(() => expect(bench.uplink.takeLeave()).toBe(true))).toEqual(['CloseStream']);
    expect(bench.pass(1_000)).toEqual([]);
  });

  test('is not said to a socket that is condemned', () => {
    bench.flow();
    bench.speak(11);
    expect(bench.during(() => expect(bench.uplink.takeLeave()).toBe(false))).toEqual([]);
  });
});
