/** Checks G7 for the machine alone, in virtual time: only results that confirm new audio allow new attempts. */
import * as fc from 'fast-check';
import { assign, createActor } from 'xstate';
import { expect, test } from 'vitest';
import { connectionMachine } from '../../src/connection/connection-machine.ts';
import { CONNECTION_DEFAULTS, FULL_BUDGET, ONLINE_MS } from '../../src/connection/context.ts';
import { type EndKind, retryAfter } from '../../src/protocol/connection-end.ts';
import { VirtualClock } from '../../src/testing/clock/virtual-clock.ts';
import { KINDS } from './decision-table.ts';

/** The fate of one attempt. Times are milliseconds from the one before. */
interface Fate {
  opensAfterMs: number | undefined;
  confirmsAfterMs: number | undefined;
  endsAfterMs: number;
  kind: EndKind;
  isOnlineSeen: boolean;
}

const fates = (confirms: boolean): fc.Arbitrary<Fate[]> =>
  fc.array(
    fc.record({
      opensAfterMs: fc.option(fc.nat(3_000), { nil: undefined, freq: 5 }),
      confirmsAfterMs: confirms
        ? fc.option(fc.nat(5_000), { nil: undefined, freq: 1 })
        : fc.constant(undefined),
      // Longer than the ten seconds of NET-0001: a budget that an opened connection refills would never end.
      endsAfterMs: fc.nat(13_000),
      kind: fc.constantFrom(
        ...KINDS.filter((kind) => ['soon', 'gently', 'with-audio'].includes(retryAfter(kind))),
      ),
      isOnlineSeen: fc.boolean(),
    }),
    { minLength: 1, maxLength: 40 },
  );

interface Count {
  attempts: number;
  onlines: number;
  sinceMs: number;
}

const LIFE_MS = 10 * 60_000;

/** A life ends here: a connection that is of use and lost at once is made again each 50 ms. */
const MOST_ATTEMPTS = 1_000;

/** Lives through the fates, over and over, and counts what was tried since audio was last confirmed. */
function live(script: readonly Fate[], withOnline: boolean, machine = connectionMachine): Count[] {
  const clock = new VirtualClock();
  const counts: Count[] = [];
  let count = { attempts: 0, onlines: 0 };
  let beganAt = 0;
  let sockets = 0;
  let turn = 0;
  let letGo: (() => void) | undefined;
  const attempt = () => {
    const fate = script[turn++ % script.length] as Fate;
    const timers: unknown[] = [];
    const later = (delayMs: number, callback: () => void) => timers.push(clock.setTimeout(callback, delayMs));
    sockets += 1;
    expect(sockets, 'one socket at most [G5, M1]').toBe(1);
    count.attempts += 1;
    counts.push({ ...count, sinceMs: clock.now() - beganAt });
    let delayMs = 0;
    if (fate.opensAfterMs !== undefined) {
      later((delayMs += fate.opensAfterMs), () =>
        actor.send({ type: 'socket.opened', link: 1, pendingAudio: true }),
      );
      if (fate.confirmsAfterMs !== undefined) {
        later((delayMs += fate.confirmsAfterMs), () => {
          actor.send({ type: 'audio.confirmed', link: 1 });
          count = { attempts: 0, onlines: 0 };
          beganAt = clock.now();
        });
      }
    }
    later((delayMs += fate.endsAfterMs), () => {
      const end = { kind: fate.kind };
      actor.send({
        type: 'socket.ended',
        link: 1,
        end,
        at: clock.now(),
        pendingAudio: true,
        flowingAudio: true,
      });
      if (withOnline && fate.isOnlineSeen) {
        count.onlines += 1;
        clock.setTimeout(() => isOver() || actor.send({ type: 'network.online' }), 1);
      }
    });
    letGo = () => {
      sockets -= 1;
      for (const timer of timers) clock.clearTimeout(timer);
    };
  };
  const actor = createActor(machine, { clock, input: {} });
  actor.on('attempt.due', attempt);
  actor.on('attempt.over', () => letGo?.());
  actor.start();
  const isOver = (): boolean => actor.getSnapshot().status !== 'active';
  actor.send({ type: 'audio.pending' });
  while (!isOver() && clock.now() < LIFE_MS && counts.length < MOST_ATTEMPTS) clock.advance(1_000);
  if (!isOver()) actor.send({ type: 'user.abort' });
  expect(sockets, 'no socket outlives the session [G5]').toBe(0);
  clock.advance(1);
  expect(clock.pendingTimers, 'no timer outlives the session [G5]').toBe(0);
  return counts;
}

const { probeMs, suspendAfterFailures } = CONNECTION_DEFAULTS;

/** As documented: the first attempt and twenty more at full pace, one for each probe, and one a second for “online”. */
const boundOf = ({ sinceMs, onlines }: Count): number =>
  1 +
  suspendAfterFailures +
  Math.ceil(sinceMs / probeMs) +
  Math.min(onlines, 1 + Math.floor(sinceMs / ONLINE_MS));

const isBounded = (confirms: boolean, withOnline: boolean, machine = connectionMachine) =>
  fc.property(fates(confirms), (script) =>
    live(script, withOnline, machine).every((count) => count.attempts <= boundOf(count)),
  );

test('without a confirmed result the attempts are bounded, whatever opens in between [G7, M6]', () => {
  fc.assert(isBounded(false, false), { numRuns: 60 });
});

test('between two confirmed results the attempts are bounded, however often there are some [G7, M6]', () => {
  fc.assert(isBounded(true, false), { numRuns: 60 });
});

test('each return of the network causes one attempt, at most one a second [G7, M6]', () => {
  fc.assert(isBounded(true, true), { numRuns: 60 });
});

test('makes one attempt a second on a platform that reports “online” at each failure [M6]', () => {
  const fate: Fate = {
    opensAfterMs: undefined,
    confirmsAfterMs: undefined,
    endsAfterMs: 0,
    kind: 'network-lost',
    isOnlineSeen: true,
  };
  const counts = live([fate], true);
  expect(counts.at(-1)?.sinceMs).toBeGreaterThan(9 * 60_000);
  for (const count of counts) expect(count.attempts).toBeLessThanOrEqual(boundOf(count));
});

test('these properties can fail: they detect a machine that resets its failures when a socket opens', () => {
  const trusting = connectionMachine.provide({
    actions: { announceOpened: assign({ budget: FULL_BUDGET, outageSince: undefined }) },
  });
  expect(fc.check(isBounded(false, false, trusting), { endOnFailure: true }).failed).toBe(true);
});
