/** The memory and the timers of the machine, which single steps cannot show. */
import { createActor } from 'xstate';
import { expect, test } from 'vitest';
import { BACKOFF } from '../../src/connection/backoff.ts';
import { connectionMachine } from '../../src/connection/connection-machine.ts';
import type { ConnectionSettings } from '../../src/connection/context.ts';
import type { ConnectionEvent } from '../../src/connection/events.ts';
import type { EndKind } from '../../src/protocol/connection-end.ts';
import { VirtualClock } from '../../src/testing/clock/virtual-clock.ts';
import { stateOf } from './situations.ts';

/** A machine in virtual time, whose socket does nothing by itself. */
function run(input: Partial<ConnectionSettings> = {}) {
  const clock = new VirtualClock();
  const actor = createActor(connectionMachine, { clock, input }).start();
  return {
    clock,
    send: (event: ConnectionEvent) => actor.send(event),
    open: (pendingAudio: boolean) => actor.send({ type: 'socket.opened', link: 1, pendingAudio }),
    lose: (kind: EndKind, pendingAudio = true) =>
      actor.send({
        type: 'socket.ended',
        link: 1,
        end: { kind },
        at: clock.now(),
        pendingAudio,
        flowingAudio: pendingAudio,
      }),
    context: () => actor.getSnapshot().context,
    state: () => stateOf(actor.getSnapshot()),
    /** How long the present state lasts. */
    waitMs: () => {
      const before = clock.now();
      const state = stateOf(actor.getSnapshot());
      while (stateOf(actor.getSnapshot()) === state && clock.now() - before < 100_000) clock.advance(1);
      return clock.now() - before;
    },
  };
}

test('a connection is given back after its idle time, counted from the last audio', () => {
  const { clock, send, open, state } = run({ disconnectAfterIdleMs: 20_000 });
  send({ type: 'user.connect' });
  open(false);
  clock.advance(19_000);
  send({ type: 'audio.pending' });
  send({ type: 'audio.idle', link: 1 });
  clock.advance(19_999);
  expect(state()).toBe('idle-keepalive');
  clock.advance(1);
  expect(state()).toBe('draining');
});

test('an idle connection without a limit has no timer of the machine', () => {
  const { clock, send, open } = run();
  send({ type: 'user.connect' });
  open(false);
  expect(clock.pendingTimers).toBe(0);
  send({ type: 'user.close', pendingAudio: false, deadlineMs: 60_000 });
  // The deadline, and the drain's own limit, which does not count while closing.
  expect(clock.pendingTimers).toBe(2);
});

test('a second close has the later deadline', () => {
  const { clock, send, state } = run();
  send({ type: 'audio.pending' });
  send({ type: 'user.close', pendingAudio: true, deadlineMs: 5_000 });
  clock.advance(3_000);
  send({ type: 'user.close', pendingAudio: true, deadlineMs: 5_000 });
  clock.advance(4_999);
  expect(state()).toBe('connecting');
  clock.advance(1);
  expect(state()).toBe('closed');
});

test('a drain without an answer ends with its limit, or when closing with the deadline', () => {
  const resting = run({ disconnectAfterIdleMs: 1_000, drainMs: 7_000 });
  resting.send({ type: 'user.connect' });
  resting.open(false);
  resting.clock.advance(1_000);
  expect(resting.state()).toBe('draining');
  expect(resting.waitMs()).toBe(7_000);
  expect(resting.state()).toBe('dormant');

  const closing = run({ drainMs: 7_000 });
  closing.send({ type: 'audio.pending' });
  closing.open(true);
  closing.send({ type: 'user.close', pendingAudio: true, deadlineMs: 12_000 });
  expect(closing.waitMs()).toBe(12_000);
  expect(closing.state()).toBe('closed');
});

test('an outage is as old as its first end, and makes attempts rare after a minute', () => {
  const { clock, send, lose, state, waitMs } = run();
  send({ type: 'audio.pending' });
  lose('network-lost');
  for (let elapsedMs = 0; elapsedMs < 59_000; elapsedMs = clock.now()) {
    expect(state()).toBe('backoff');
    waitMs();
    clock.advance(8_000);
    lose('connect-timeout');
  }
  expect(state()).toBe('suspended');
  expect(waitMs()).toBe(30_000);
  expect(state()).toBe('reconnecting');
});

test('repeated “online” events within a second cause one attempt when the second is over', () => {
  const { clock, send, lose, context, state } = run({ suspendAfterFailures: 0 });
  send({ type: 'audio.pending' });
  lose('network-lost');
  expect(state()).toBe('suspended');
  send({ type: 'network.online' });
  expect([state(), context().attempts]).toEqual(['reconnecting', 2]);
  lose('network-lost');
  for (let i = 0; i < 5; i += 1) send({ type: 'network.online' });
  clock.advance(999);
  expect(state()).toBe('suspended');
  clock.advance(1);
  expect([state(), context().attempts]).toEqual(['reconnecting', 3]);
  clock.advance(5_000);
  expect(context().attempts).toBe(3);
  send({ type: 'network.online' });
  expect(context().attempts).toBe(4);
});

test.each([
  [false, ['backoff', 2]],
  [true, ['reconnecting', 3]],
])(
  'an “online” event before a server asks for patience causes no attempt; after it (%s) it does',
  (isAgainOnline, expected) => {
    const { clock, send, lose, context, state } = run();
    send({ type: 'audio.pending' });
    lose('network-lost');
    send({ type: 'network.online' });
    send({ type: 'network.online' });
    lose('rate-limited');
    if (isAgainOnline) send({ type: 'network.online' });
    clock.advance(1_000);
    expect([state(), context().attempts]).toEqual(expected);
  },
);

test('an outage ends with a confirmed result, or when no audio is left', () => {
  const confirmed = run();
  confirmed.send({ type: 'audio.pending' });
  confirmed.lose('network-lost');
  confirmed.waitMs();
  confirmed.open(true);
  expect(confirmed.context().outageSince).toBe(0);
  confirmed.send({ type: 'audio.confirmed', link: 1 });
  expect(confirmed.context().outageSince).toBeUndefined();

  const rested = run();
  rested.send({ type: 'audio.pending' });
  rested.lose('no-audio', false);
  expect(rested.state()).toBe('dormant');
  expect(rested.context().outageSince).toBeUndefined();
});

test('every delay has its own jitter, and a seed repeats them all', () => {
  const delaysOf = (seed: number): number[] => {
    const { send, lose, waitMs, context } = run({ seed });
    send({ type: 'audio.pending' });
    return Array.from({ length: 8 }, () => {
      lose('network-lost');
      const { delayMs } = context().recovery;
      expect(waitMs()).toBe(Math.max(1, Math.ceil(delayMs)));
      return delayMs;
    });
  };
  const delays = delaysOf(7);
  expect(new Set(delays.map((delayMs, i) => delayMs / 2 ** i)).size).toBe(delays.length);
  expect(delaysOf(7)).toEqual(delays);
  expect(delaysOf(8)).not.toEqual(delays);
});

test.each<EndKind>(['rate-limited', 'try-again-later'])(
  'after %s even the first retry waits for a second',
  (kind) => {
    for (let seed = 0; seed < 50; seed += 1) {
      const { send, lose, context } = run({ seed });
      send({ type: 'audio.pending' });
      lose(kind);
      expect(context().recovery.delayMs).toBeGreaterThanOrEqual(BACKOFF.gentleBaseMs / 2);
      expect(context().recovery.delayMs).toBeLessThanOrEqual(BACKOFF.gentleBaseMs);
    }
  },
);

test('closed-1011 lasts no time', () => {
  const { clock, send, state } = run();
  send({ type: 'audio.pending' });
  send({
    type: 'socket.ended',
    link: 1,
    end: { kind: 'server-error', code: 1011 },
    at: 0,
    pendingAudio: true,
    flowingAudio: true,
  });
  expect(state()).toBe('closed-1011');
  clock.advance(0);
  expect(state()).toBe('backoff');
  expect(clock.now()).toBe(0);
});

test('the context shows when the next attempt comes, and only while one is to come', () => {
  const { clock, send, open, lose, context, state } = run({ suspendAfterFailures: 1, probeMs: 30_000 });
  send({ type: 'user.connect' });
  expect(context().retryAt).toBeUndefined();
  open(true);
  clock.advance(5_000);
  lose('network-lost');
  expect(state()).toBe('backoff');
  expect(context().retryAt).toBe(5_000 + context().recovery.delayMs);
  clock.advance(context().recovery.delayMs);
  expect(state()).toBe('reconnecting');
  expect(context().retryAt).toBeUndefined();
  lose('network-lost');
  expect(state()).toBe('suspended');
  expect(context().retryAt).toBe(clock.now() + 30_000);
});

test('a session in line has a place, and its wait is no outage', () => {
  const { clock, send, open, lose, context, state } = run();
  send({ type: 'user.connect' });
  open(true);
  lose('network-lost');
  const since = context().outageSince ?? NaN;
  clock.advance(context().recovery.delayMs);
  send({ type: 'place.awaited', place: 3 });
  expect([state(), context().place]).toEqual(['queued', 3]);
  send({ type: 'place.granted', waitedMs: 700 });
  expect([state(), context().place]).toEqual(['reconnecting', undefined]);
  expect(context().outageSince).toBe(since + 700);
});
