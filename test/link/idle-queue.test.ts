/** When idle links send a KeepAlive; one timer serves all of them. */
import { beforeEach, expect, test, vi } from 'vitest';
import { type IdleLink, IdleQueue, idleQueueOf } from '../../src/link/idle-queue.ts';
import { VirtualClock } from '../../src/testing/index.ts';

const INTERVAL_MS = 3_000;

let clock: VirtualClock;
let queue: IdleQueue;
/** Every KeepAlive, as the name of its link and the time. */
let sent: string[];

beforeEach(() => {
  clock = new VirtualClock();
  queue = new IdleQueue(clock, INTERVAL_MS);
  sent = [];
});

const linkOf = (name: string, more = () => {}): IdleLink => ({
  keepAliveDueAt: 0,
  keepAlive: (now) => {
    sent.push(`${name} at ${now}`);
    more();
  },
});
const add = (link: IdleLink) => queue.add(link, clock.now());

/** The KeepAlives of the next milliseconds. */
function pass(ms: number): string[] {
  sent = [];
  clock.advance(ms);
  return sent;
}

test('a link sends a KeepAlive after the interval, and again after each further one [G1]', () => {
  add(linkOf('a'));
  expect(pass(INTERVAL_MS - 1)).toEqual([]);
  expect(pass(1)).toEqual(['a at 3000']);
  expect(pass(2 * INTERVAL_MS)).toEqual(['a at 6000', 'a at 9000']);
});

test('each link keeps its own time, for any position in the queue [G1]', () => {
  const a = linkOf('a');
  add(a);
  clock.advance(1_000);
  add(linkOf('b'));
  clock.advance(1_500);
  add(linkOf('c'));
  expect(pass(4_000)).toEqual(['a at 3000', 'b at 4000', 'c at 5500', 'a at 6000']);
  queue.remove(a);
  expect(pass(3_000)).toEqual(['b at 7000', 'c at 8500']);
});

test('one timer serves links that are due together', () => {
  const timers = vi.spyOn(clock, 'setTimeout');
  for (let number = 0; number < 1_000; number += 1) add(linkOf(`${number}`));
  expect(timers).toHaveBeenCalledTimes(1);
  expect(pass(INTERVAL_MS)).toHaveLength(1_000);
  expect(timers).toHaveBeenCalledTimes(2);
  expect(clock.pendingTimers).toBe(1);
});

test('links that are due within a thirtieth of the interval send in one group, and stay in it', () => {
  const timers = vi.spyOn(clock, 'setTimeout');
  add(linkOf('a'));
  clock.advance(100);
  add(linkOf('b'));
  clock.advance(1);
  add(linkOf('c'));
  expect(pass(2_899)).toEqual(['a at 3000', 'b at 3000']);
  expect(pass(101)).toEqual(['c at 3101']);
  expect(pass(2_899)).toEqual(['a at 6000', 'b at 6000']);
  expect(timers).toHaveBeenCalledTimes(4);
});

test('many idle links need few timers, and none waits longer than the interval [G1]', () => {
  const timers = vi.spyOn(clock, 'setTimeout');
  for (let number = 0; number < 3_000; number += 1) {
    add(linkOf(`${number}`));
    clock.advance(1);
  }
  timers.mockClear();
  clock.advance(10 * INTERVAL_MS);
  const lastAt = new Map<string, number>();
  for (const line of sent) {
    const [name = '', at = 0] = line.split(' at ');
    expect(Number(at) - (lastAt.get(name) ?? Number(name))).toBeLessThanOrEqual(INTERVAL_MS);
    lastAt.set(name, Number(at));
  }
  expect(lastAt.size).toBe(3_000);
  expect(timers.mock.calls.length).toBeLessThanOrEqual(10 * 31);
});

test('a removed link sends nothing, and the last one clears the timer [G5]', () => {
  const [a, b] = [linkOf('a'), linkOf('b')];
  add(a);
  add(b);
  queue.remove(a);
  queue.remove(a);
  expect(pass(INTERVAL_MS)).toEqual(['b at 3000']);
  queue.remove(b);
  expect(clock.pendingTimers).toBe(0);
  queue.remove(b);
  expect(pass(10 * INTERVAL_MS)).toEqual([]);
});

test('a queue that was empty begins anew with the next link [G1]', () => {
  const a = linkOf('a');
  add(a);
  clock.advance(1_000);
  queue.remove(a);
  clock.advance(1_000);
  add(a);
  expect(pass(INTERVAL_MS)).toEqual(['a at 5000']);
});

test('links may leave and come while KeepAlives are sent', () => {
  const b = linkOf('b');
  const a = linkOf('a', () => {
    queue.remove(a);
    queue.remove(b);
    add(linkOf('c'));
  });
  add(a);
  add(b);
  expect(pass(INTERVAL_MS)).toEqual(['a at 3000']);
  expect(clock.pendingTimers).toBe(1);
  expect(pass(INTERVAL_MS)).toEqual(['c at 6000']);
});

test('a timer that is late sends one KeepAlive for each link, and the next after the interval', () => {
  add(linkOf('a'));
  clock.advance(1_000);
  add(linkOf('b'));
  clock.jump(60_000);
  expect(pass(0)).toEqual(['a at 61000', 'b at 61000']);
  expect(pass(INTERVAL_MS)).toEqual(['a at 64000', 'b at 64000']);
});

test('links of one clock and one interval share a queue, and no others do', () => {
  expect(idleQueueOf(clock, INTERVAL_MS)).toBe(idleQueueOf(clock, INTERVAL_MS));
  expect(idleQueueOf(clock, 4_000)).not.toBe(idleQueueOf(clock, INTERVAL_MS));
  expect(idleQueueOf(new VirtualClock(), INTERVAL_MS)).not.toBe(idleQueueOf(clock, INTERVAL_MS));
});
