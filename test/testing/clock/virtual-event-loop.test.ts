import { expect, test } from 'vitest';
import { VirtualClock } from '../../../src/testing/clock/virtual-clock.ts';
import { VirtualEventLoop } from '../../../src/testing/clock/virtual-event-loop.ts';
import type { SocketHandlers } from '../../../src/transports/transport.ts';

function program() {
  const clock = new VirtualClock();
  const loop = new VirtualEventLoop(clock);
  const seen: [string, number][] = [];
  const note = (what: string) => () => seen.push([what, clock.now()]);
  return { clock, loop, seen, note };
}

test('runs due timers after a block of the loop, in order, while the world continues', () => {
  const { clock, loop, seen, note } = program();
  loop.setTimeout(note('second'), 2_000);
  loop.setTimeout(note('first'), 1_000);
  loop.setTimeout(note('later'), 6_000);
  clock.setTimeout(note('world'), 1_500);
  loop.block(5_000);
  clock.advance(4_999);
  expect(seen).toEqual([['world', 1_500]]);
  expect(loop.isBlocked).toBe(true);
  clock.advance(2_000);
  expect(seen.slice(1)).toEqual([
    ['first', 5_000],
    ['second', 5_000],
    ['later', 6_000],
  ]);
  expect(loop.pendingTimers).toBe(0);
});

test('a sleeping machine does not count the time: its timers have as long to go as before', () => {
  const { clock, loop, seen, note } = program();
  const wall = loop.wallTime();
  loop.setTimeout(note('timer'), 3_000);
  clock.advance(1_000);
  loop.sleep(3_600_000);
  clock.advance(1_800_000);
  expect(loop.now()).toBe(1_000);
  clock.advance(1_800_000);
  expect(loop.now()).toBe(1_000);
  expect(loop.wallTime() - wall).toBe(3_601_000);
  clock.advance(1_999);
  expect(seen).toEqual([]);
  clock.advance(1);
  expect(seen).toEqual([['timer', 3_603_000]]);
});

test('a timer that was cleared while it waited for the loop does not fire', () => {
  const { clock, loop, seen, note } = program();
  const later = loop.setTimeout(note('later'), 200);
  loop.setTimeout(() => loop.clearTimeout(later), 100);
  loop.block(1_000);
  clock.advance(2_000);
  expect(seen).toEqual([]);
  expect([loop.pendingTimers, clock.pendingTimers]).toEqual([0, 0]);
});

test('the events of a socket wait as well, and keep their order', () => {
  const { clock, loop, seen, note } = program();
  let handlers: SocketHandlers | undefined;
  const transport = loop.guard((_, given) => {
    handlers = given;
    return { send: () => {}, bufferedAmount: 0, close: () => {}, terminate: () => {} };
  });
  const credentials = { scheme: 'token', value: 'key' } as const;
  transport(
    { url: 'ws://virtual', credentials },
    {
      opened: note('opened'),
      message: note('message'),
      binary: note('binary'),
      ended: note('ended'),
    },
  );
  handlers?.opened({});
  loop.block(1_000);
  handlers?.message('{}');
  handlers?.binary(4);
  handlers?.ended({ code: 1006, reason: '' });
  clock.advance(1_000);
  expect(seen).toEqual([
    ['opened', 0],
    ['message', 1_000],
    ['binary', 1_000],
    ['ended', 1_000],
  ]);
});
