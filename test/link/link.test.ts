/** The messages of a link and their order. */
import { beforeEach, describe, expect, test } from 'vitest';
import { CLOSE_STREAM } from '../../src/protocol/listen-v1/client-messages.ts';
import { VirtualClock } from '../../src/testing/index.ts';
import {
  ANSWER_MS,
  audio,
  DRAIN_MS,
  KEEP_ALIVE_MS,
  LinkBench,
  MAX_BUFFERED_BYTES,
  EMPTY_MS,
} from './link-bench.ts';

let bench: LinkBench;

beforeEach(() => {
  bench = new LinkBench();
});

describe('live audio', () => {
  test('goes out as it is handed in, and a copy of it waits for its confirmation [G2]', () => {
    bench.flow();
    const frame = audio(20);
    bench.hand(20, undefined, frame);
    expect(bench.socket.messages.at(-1)).toBe(frame);
    expect(bench.timeline.unsent).toBe(0);
    expect(bench.timeline.snapshot()).toMatchObject({ accepted: 40, pending: 40 });
    expect(bench.link.sentSamples).toBe(40);
  });

  test('is sent again, all of it, on the next link [G2 G3]', () => {
    bench.flow();
    for (let i = 0; i < 9; i += 1) {
      bench.hand();
      bench.clock.advance(20);
    }
    bench.link.end();
    expect(bench.during(() => bench.open())).toEqual(['80 ms', '80 ms']);
    expect(bench.pass(1_000)).toEqual(['40 ms']);
  });

  test('is part of a frame of the log, and only its own bytes are sent [G3]', () => {
    bench.flow();
    const bytes = Uint8Array.from({ length: 60 }, (_, index) => index);
    for (const at of [0, 20, 40]) {
      bench.hand(10, undefined, bytes.subarray(at, at + 20));
      bench.clock.advance(10);
    }
    expect(bench.log).toEqual(['10 ms', '10 ms', '10 ms']);
    bench.link.end();
    bench.open();
    const replayed = bench.socket.messages.at(-1) as Uint8Array;
    expect([...replayed.subarray(-60)]).toEqual([...bytes]);
  });

  test.each<[when: string, () => void]>([
    ['there is no link', () => bench.link.end()],
    ['audio before it waits', () => bench.rush()],
    [
      'the socket is full',
      () => (bench.clock.advance(EMPTY_MS), (bench.socket.waiting = MAX_BUFFERED_BYTES + 1)),
    ],
    ['the stream was ended', () => bench.link.drain()],
  ])('waits in the log where %s [G10]', (_when, happen) => {
    bench.flow();
    happen();
    const { length } = bench.socket.messages;
    bench.hand();
    expect(bench.socket.messages).toHaveLength(length);
    expect(bench.timeline.unsent).toBeGreaterThanOrEqual(20);
  });

  test('that waits for its pace needs one timer, whatever its amount', () => {
    bench.flow();
    bench.rush();
    const { pendingTimers } = bench.clock;
    for (let i = 0; i < 20; i += 1) bench.hand();
    expect(bench.clock.pendingTimers).toBe(pendingTimers);
  });

  test.each([20, 60, 100, 160, 200, 250, 300, 400])(
    'in chunks of %d ms needs no more messages with a backlog than without [G10]',
    (chunkMs) => {
      const chunks = Math.floor(3_000 / chunkMs);
      for (let chunk = 0; chunk < chunks; chunk += 1) bench.hand(chunkMs);
      bench.open();
      bench.clock.advance(10_000);
      const pieces = bench.log.filter((what) => what.endsWith(' ms'));
      expect(pieces.length).toBeLessThanOrEqual(chunks);
      expect(bench.timeline.unsent).toBe(0);
    },
  );

  test.each([
    [20, '240 ms'],
    [400, '400 ms'],
  ])(
    'in chunks of %d ms is sent in pieces of %s behind a backlog where our own timers are late, as fast as on time [G10]',
    (chunkMs, piece) => {
      class LateClock extends VirtualClock {
        override setTimeout(callback: () => void, delayMs: number): unknown {
          return super.setTimeout(callback, delayMs + 150);
        }
      }
      bench = new LinkBench({}, new LateClock());
      for (let ms = 0; ms < 20_000; ms += chunkMs) bench.hand(chunkMs);
      bench.open();
      bench.clock.advance(1_000);
      const pieces = bench.pass(8_000);
      expect(new Set(pieces)).toEqual(new Set([piece]));
      const sentMs = pieces.length * Number.parseInt(piece, 10);
      expect(sentMs).toBeGreaterThanOrEqual(9_300);
      expect(sentMs).toBeLessThanOrEqual(10_000);
    },
  );

  test('goes out at once again when the backlog has gone', () => {
    bench.flow();
    bench.hand(600);
    bench.hand();
    expect(bench.timeline.unsent).toBeGreaterThan(0);
    bench.clock.advance(1_000);
    expect(bench.timeline.unsent).toBe(0);
    expect(bench.during(() => bench.hand())).toEqual(['20 ms']);
  });
});

describe('a link', () => {
  test('begins with what waits, in order, and no faster than the catch-up rate [G10]', () => {
    for (let ms = 0; ms < 12_000; ms += 80) bench.hand(80);
    bench.log = [];
    bench.open();
    // A tenth of a second may go in advance, and the last frame may overdraw it.
    expect(bench.timeline.end - bench.timeline.unsent).toBe(160);
    bench.clock.advance(1_000);
    expect(bench.timeline.end - bench.timeline.unsent).toBeGreaterThanOrEqual(1_200);
    expect(bench.timeline.end - bench.timeline.unsent).toBeLessThanOrEqual(1_200 + 180);
    bench.clock.advance(8_900);
    expect(bench.timeline.unsent).toBe(0);
    expect(bench.log.every((what) => what === '80 ms')).toBe(true);
    expect(bench.link).toMatchObject({ sentSamples: 12_000, position: 12_000 });
  });

  test('has no audio clock before its first audio, and one of its own [G3]', () => {
    bench.open();
    expect(bench.link.hasClock).toBe(false);
    bench.hand(500);
    bench.timeline.confirm(300);
    expect(bench.link.positionOf(0.1, 'start')).toBe(100);
    bench.link.end();
    bench.open();
    expect(bench.link.positionOf(0.1, 'start')).toBe(400);
    expect(bench.link.positionOf(9, 'end')).toBe(500);
    bench.timeline.confirm(500);
    bench.link.end();
    bench.open();
    expect(bench.link.hasClock).toBe(false);
  });

  test('whose positions are estimates trusts the times of the server', () => {
    bench = new LinkBench({ isExact: false });
    bench.open();
    bench.hand(500);
    expect(bench.link.positionOf(9, 'end')).toBe(9_000);
  });

  test('has its header before its first audio, then the opening of the frame, and both once [G4]', () => {
    const header = audio(7);
    bench = new LinkBench({ header });
    bench.open();
    bench.log = [];
    bench.hand(20, audio(3));
    bench.clock.advance(20);
    bench.hand(70);
    expect(bench.log).toEqual(['audio.pending', '7 ms', '3 ms', '20 ms', '70 ms']);
    bench.link.end();
    expect(bench.during(() => bench.open())).toEqual(['7 ms', '3 ms', '90 ms']);
  });

  test('that is over has no timer, and nothing is written to it [G5]', () => {
    bench.flow();
    bench.rush();
    expect(bench.clock.pendingTimers).toBeGreaterThan(0);
    bench.link.end();
    expect(bench.clock.pendingTimers).toBe(0);
    const written = bench.during(() => {
      bench.hand();
      bench.link.keepAlive(bench.clock.now());
      bench.link.control(bench.message('Finalize'));
      bench.clock.advance(60_000);
    });
    expect(written).toEqual(['waiting']);
    expect(bench.clock.pendingTimers).toBe(0);
  });

  test('reports once that it is over, when nothing of it is left to do', () => {
    const over: unknown[] = [];
    bench = new LinkBench({}, new VirtualClock(), {
      ended: (link) => over.push(link, bench.clock.pendingTimers),
    });
    bench.flow();
    bench.link.end();
    expect(over).toEqual([bench.link, 0]);
  });

  test('reports whether audio flowed at its end', () => {
    bench.flow();
    expect(bench.link.isFlowing).toBe(true);
    bench.clock.advance(KEEP_ALIVE_MS);
    expect(bench.link.isFlowing).toBe(false);
  });
});

test('a binary message is reported with its length', () => {
  bench.open();
  expect(bench.during(() => bench.link.receiveBinary(7))).toEqual([
    'message-malformed {"problem":"binary","bytes":7}',
  ]);
});

test('no message is empty: it would end the stream [G4]', () => {
  bench = new LinkBench({ header: audio(0) });
  bench.open();
  bench.log = [];
  bench.hand(20, audio(0));
  bench.hand(0);
  expect(bench.log).toEqual(['audio.pending', '20 ms']);
});

describe('a control message', () => {
  test('goes out at once where nothing waits', () => {
    bench.flow();
    expect(bench.during(() => bench.link.control(bench.message('Finalize')))).toEqual([
      'Finalize',
      'Finalize is sent',
    ]);
  });

  test('goes out behind the audio that it follows, and before what comes later [G4]', () => {
    bench.hand(80);
    bench.hand(80);
    bench.controls.push(bench.message('First'), bench.message('Second'));
    bench.hand(80);
    bench.controls.push(bench.message('Third'));
    bench.open();
    bench.clock.advance(1_000);
    const order = bench.log.filter((what) => !what.endsWith('is sent') && what !== 'waiting');
    expect(order).toEqual(['80 ms', '80 ms', 'First', 'Second', '80 ms', 'Third']);
    expect(bench.controls).toHaveLength(3);
  });

  test('keeps its place where small frames were joined in the log [G4]', () => {
    for (let i = 0; i < 3; i += 1) bench.hand(20);
    bench.controls.push(bench.message('Finalize'));
    for (let i = 0; i < 5; i += 1) bench.hand(20);
    bench.open();
    bench.clock.advance(1_000);
    const order = bench.log.filter((what) => !what.endsWith('is sent') && what !== 'waiting');
    expect(order).toEqual(['60 ms', 'Finalize', '100 ms']);
  });

  test('that is withdrawn is not sent, and the others are [G4]', () => {
    bench.flow();
    bench.rush();
    const [first, second] = [bench.message('First'), bench.message('Second')];
    bench.link.control(first);
    bench.link.control(second);
    bench.link.withdraw(first);
    expect(bench.pass(200)).toEqual(['100 ms', 'Second', 'Second is sent']);
  });

  test('that ends the link is the last [G5]', () => {
    bench.controls.push(
      { ...bench.message('First'), onSent: () => bench.link.end() },
      bench.message('Second'),
    );
    bench.open();
    expect(bench.log.filter((what) => what !== 'KeepAlive')).toEqual(['First']);
  });

  test('that ends the link is the last, though audio waits behind it [G5]', () => {
    bench.controls.push({ ...bench.message('First'), onSent: () => bench.link.end() });
    bench.hand(20);
    expect(bench.during(() => bench.open())).toEqual(['First']);
    expect(bench.pass(1_000)).toEqual([]);
  });

  test('does not send the audio before it earlier [G10]', () => {
    bench.flow();
    bench.rush();
    expect(bench.during(() => bench.link.control(bench.message('Finalize')))).toEqual([]);
    bench.clock.advance(200);
    expect(bench.log).toEqual(['100 ms', 'Finalize', 'Finalize is sent']);
  });
});

describe('a socket that is full', () => {
  beforeEach(() => {
    bench.flow();
    bench.clock.advance(EMPTY_MS);
  });

  test('gets no audio until there is room, and is checked twenty times a second [G6]', () => {
    bench.socket.waiting = MAX_BUFFERED_BYTES + 1;
    bench.hand();
    bench.socket.timesAsked = 0;
    bench.clock.advance(1_000);
    expect(bench.socket.timesAsked).toBe(20);
    expect(bench.log).toEqual([]);
    bench.socket.waiting = MAX_BUFFERED_BYTES;
    expect(bench.pass(50)).toEqual(['20 ms']);
  });

  test.each([
    ['an empty socket is checked five times', 0, 5],
    ['another one twenty times', 1, 20],
  ])('is found in time: in a second of small frames %s [G6]', (_, waiting, checks) => {
    bench.socket.waiting = waiting;
    bench.hand(10);
    bench.clock.advance(EMPTY_MS);
    bench.socket.timesAsked = 0;
    for (let ms = 0; ms < 1_000; ms += 10) {
      bench.hand(10);
      bench.clock.advance(10);
    }
    expect(bench.socket.timesAsked).toBe(checks);
  });

  test('counts as half-open in the end, as if the audio had been sent [G11]', () => {
    bench.socket.waiting = MAX_BUFFERED_BYTES + 1;
    bench.hear();
    bench.speak(ANSWER_MS / 1000 - 0.1);
    expect(bench.log).not.toContain('socket.stalled');
    bench.speak(0.2);
    expect(bench.log).toContain('socket.stalled');
  });
});

describe('the end of the stream', () => {
  test('is CloseStream, behind all audio and every message, and nothing after it [G4]', () => {
    bench.flow();
    bench.rush();
    bench.link.control(bench.message('Finalize'));
    expect(bench.during(() => bench.link.drain())).toEqual([]);
    bench.clock.advance(300);
    expect(bench.log).toEqual(['100 ms', 'Finalize', 'Finalize is sent', 'CloseStream']);
    expect(bench.socket.messages.at(-1)).toBe(CLOSE_STREAM);
    expect(bench.link.hasEndedStream).toBe(true);
    const nothing = bench.during(() => {
      bench.link.drain();
      bench.link.endStream();
      bench.link.keepAlive(bench.clock.now());
      bench.link.control(bench.message('Late'));
      bench.hand();
      bench.clock.advance(4_000);
    });
    expect(nothing).toEqual([]);
  });

  test('is answered within drainMs, audio or not, or the link is stalled [G9]', () => {
    bench.open();
    bench.link.drain();
    expect(bench.pass(DRAIN_MS - 1)).toEqual([]);
    expect(bench.pass(1)).toEqual(['socket.stalled']);
  });

  test('gives a slow server the whole time again with each message [G9]', () => {
    bench.open();
    bench.link.drain();
    for (let message = 0; message < 5; message += 1) {
      expect(bench.pass(DRAIN_MS - 1)).toEqual([]);
      bench.hear();
    }
    expect(bench.pass(DRAIN_MS)).toEqual(['socket.stalled']);
  });

  test('has its time from when it was sent, not from when it was requested [G9]', () => {
    bench = new LinkBench({ drainMs: 0 });
    bench.open();
    bench.rush();
    bench.link.drain();
    const said = bench.during(() => {
      while (!bench.log.includes('CloseStream')) bench.clock.advance(1);
    });
    expect(said).not.toContain('socket.stalled');
    expect(bench.pass(999)).toEqual([]);
    expect(bench.pass(1)).toEqual(['socket.stalled']);
  });

  test('can be sent before all audio was, on a link that is given up', () => {
    bench.flow();
    bench.rush();
    expect(bench.during(() => bench.link.endStream())).toEqual(['CloseStream']);
    expect(bench.pass(1_000)).toEqual([]);
  });
});
