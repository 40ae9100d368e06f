/** Holds the machine, alone and in virtual time, to its share of G1: never ten seconds without a frame. */
import * as fc from 'fast-check';
import { createActor, fromCallback } from 'xstate';
import { expect, test } from 'vitest';
import { connectionMachine } from '../../src/connection/connection-machine.ts';
import type { ConnectionEvent } from '../../src/connection/events.ts';
import { KEEP_ALIVE_MS, TIMEOUT_WINDOW_MS } from '../../src/protocol/limits.ts';
import { VirtualClock } from '../../src/testing/clock/virtual-clock.ts';

/** Frames of real audio come close together, pauses last for anything: the limits are tried on purpose. */
const gapsMs = fc.array(
  fc.oneof(
    fc.integer({ min: 1, max: 250 }),
    fc.integer({ min: 1, max: 40_000 }),
    fc.constantFrom(2_999, 3_000, 3_001, 5_999, 6_000, 6_001, 9_999, 10_000, 10_001),
  ),
  { minLength: 1, maxLength: 60 },
);

interface Outbound {
  at: number;
  what: 'audio' | 'KeepAlive';
}

/** Plays frames at the given gaps through a machine, with a stand-in for the uplink that says what it would say. */
function play(gaps: readonly number[], machine = connectionMachine): Outbound[] {
  const clock = new VirtualClock();
  const sent: Outbound[] = [];
  const socket = fromCallback<ConnectionEvent>(({ sendBack }) =>
    sendBack({ type: 'socket.opened', pendingAudio: false }),
  );
  const actor = createActor(machine.provide({ actors: { socket } }), { clock, input: {} });
  let isFlowing = false;
  let timer: unknown;
  const lastSentAt = (): number => sent.at(-1)?.at ?? 0;

  const watch = (): void => {
    timer = clock.setTimeout(
      () => {
        const silenceMs = clock.now() - lastSentAt();
        if (silenceMs < KEEP_ALIVE_MS) {
          watch();
          return;
        }
        isFlowing = false;
        actor.send({ type: 'audio.idle' });
      },
      lastSentAt() + KEEP_ALIVE_MS - clock.now(),
    );
  };
  const sendAudio = (): void => {
    sent.push({ at: clock.now(), what: 'audio' });
    if (isFlowing) return;
    isFlowing = true;
    clock.clearTimeout(timer);
    watch();
    actor.send({ type: 'audio.pending' });
  };

  actor.on('keep-alive.due', () => sent.push({ at: clock.now(), what: 'KeepAlive' }));
  actor.start();
  actor.send({ type: 'user.connect' });
  for (const gapMs of gaps) {
    clock.advance(gapMs);
    sendAudio();
  }
  clock.advance(TIMEOUT_WINDOW_MS);
  actor.send({ type: 'user.abort' });
  clock.clearTimeout(timer);
  expect(clock.pendingTimers, 'no timer outlives the session [G5]').toBe(0);
  return sent;
}

const silencesOf = (sent: readonly Outbound[]): number[] =>
  sent.slice(1).map(({ at }, i) => at - (sent[i]?.at ?? 0));

/** Never a silence of ten seconds. */
const isNeverSilent = (machine = connectionMachine) =>
  fc.property(gapsMs, (gaps) =>
    silencesOf(play(gaps, machine)).every((silenceMs) => silenceMs < TIMEOUT_WINDOW_MS),
  );

test('however audio comes and goes, no two frames are ten seconds apart [G1, M5]', () => {
  fc.assert(isNeverSilent(), { numRuns: 500 });
});

test('a KeepAlive goes out 3 s after the last frame, neither sooner nor later [G1, M5]', () => {
  fc.assert(
    fc.property(gapsMs, (gaps) => {
      const sent = play(gaps);
      sent.slice(1).forEach(({ at, what }, i) => {
        const silenceMs = at - (sent[i]?.at ?? 0);
        if (what === 'KeepAlive') expect(silenceMs).toBe(KEEP_ALIVE_MS);
        else expect(silenceMs).toBeLessThanOrEqual(KEEP_ALIVE_MS);
      });
    }),
    { numRuns: 500 },
  );
});

test('a connection that opens without audio says KeepAlive at once [M5]', () => {
  expect(play([7_000]).slice(0, 4)).toEqual([
    { at: 0, what: 'KeepAlive' },
    { at: 3_000, what: 'KeepAlive' },
    { at: 6_000, what: 'KeepAlive' },
    { at: 7_000, what: 'audio' },
  ]);
});

test('these properties can fail: a machine that waits for 11 s is found out', () => {
  const sluggish = connectionMachine.provide({ delays: { keepAlive: 11_000 } });
  expect(fc.check(isNeverSilent(sluggish)).failed).toBe(true);
});
