/** A call that outlives its socket: the same source and session, and an announced gap. */
import { expect, test } from 'vitest';
import { callRegistry, type CallRegistry } from '../../src/telephony/index.ts';
import { type CallScript, count, playCall, speak } from '../../src/testing/index.ts';
import { listenIn, Switchboard, wholeWords } from './switchboard.ts';

const RATE = 8_000;
const numbers = (first: number, length: number) =>
  count(first, length).map((number) => String(number).padStart(4, '0'));

function play(board: Switchboard, first: number, script: Partial<CallScript> = {}) {
  const inbound = speak(count(first, 6), { sampleRate: RATE });
  return playCall({ provider: 'twilio', inbound, hangUp: 'cut', ...script }, { clock: board.clock });
}

async function accept(board: Switchboard, registry: CallRegistry, played: ReturnType<typeof play>) {
  const accepting = registry.accept(played.socket);
  await board.wait(1);
  return accepting;
}

test('a stream that breaks off and comes again goes on in the same session, with its times by the clock', async () => {
  const board = new Switchboard();
  const registry = callRegistry({ resumeWithinMs: 10_000, clock: board.clock });
  const { call, resumed } = await accept(board, registry, play(board, 1));
  expect(resumed).toBe(false);
  const heard = board.transcribe(call);
  const log = listenIn(call);
  await board.wait(4_000); // three seconds of audio, and one of nothing
  const again = await accept(board, registry, play(board, 11, { streamId: 'MZ2', hangUp: 'stop' }));
  expect(again).toEqual({ call, resumed: true });
  await board.wait(20_000);
  const words = wholeWords(heard.words, 0);
  expect(words.map(({ number }) => number)).toEqual([...numbers(1, 6), ...numbers(11, 6)]);
  expect(Math.abs((words[6]?.startMs ?? 0) - 4_000)).toBeLessThanOrEqual(40);
  expect(log.notices.map(({ code }) => code)).toEqual(['stream-lost', 'stream-resumed']);
  expect(log.end).toEqual([{ reason: 'stop' }]);
  expect(heard).toMatchObject({ isComplete: true, error: undefined });
  expect(board.emulator.connections).toHaveLength(1);
  expect(registry.calls).toEqual([]);
});

test('a longer break is a gap, announced with its length', async () => {
  const board = new Switchboard();
  const registry = callRegistry({ resumeWithinMs: 30_000, clock: board.clock });
  const { call } = await accept(board, registry, play(board, 1));
  const heard = board.transcribe(call);
  const log = listenIn(call);
  await board.wait(18_000);
  await accept(board, registry, play(board, 11, { hangUp: 'stop' }));
  await board.wait(20_000);
  expect(wholeWords(heard.words, 0).map(({ number }) => number)).toEqual([
    ...numbers(1, 6),
    ...numbers(11, 6),
  ]);
  const gap = log.notices.find(({ code }) => code === 'gap');
  expect(gap?.fromMs).toBe(3_000);
  expect(Math.abs((gap?.toMs ?? 0) - 18_000)).toBeLessThanOrEqual(40);
});

test('a stream that came again is not cut off when the wait would have been over', async () => {
  const board = new Switchboard();
  const registry = callRegistry({ resumeWithinMs: 1_500, clock: board.clock });
  const { call } = await accept(board, registry, play(board, 1));
  const log = listenIn(call);
  const heard = board.transcribe(call);
  await board.wait(4_000);
  await accept(board, registry, play(board, 11, { hangUp: 'stop' }));
  await board.wait(20_000);
  expect(log.end).toEqual([{ reason: 'stop' }]);
  expect(wholeWords(heard.words, 0)).toHaveLength(12);
});

test('a call that does not come again ends after the wait, drained, and nothing is left of it', async () => {
  const board = new Switchboard();
  const registry = callRegistry({ resumeWithinMs: 10_000, clock: board.clock });
  const { call } = await accept(board, registry, play(board, 1));
  const heard = board.transcribe(call);
  const log = listenIn(call);
  await board.wait(12_900);
  expect(log.end).toEqual([]);
  expect(registry.calls).toEqual([call]);
  await board.wait(20_000);
  expect(log.end).toEqual([{ reason: 'closed' }]);
  expect(wholeWords(heard.words, 0).map(({ number }) => number)).toEqual(numbers(1, 6));
  expect(heard.isComplete).toBe(true);
  expect(registry.calls).toEqual([]);
  expect(board.clock.pendingTimers).toBe(0);
});

test('a stop ends it at once, also with resumeWithinMs', async () => {
  const board = new Switchboard();
  const registry = callRegistry({ resumeWithinMs: 60_000, clock: board.clock });
  const { call } = await accept(board, registry, play(board, 1, { hangUp: 'stop' }));
  const log = listenIn(call);
  await board.wait(3_100);
  expect(log.end).toEqual([{ reason: 'stop' }]);
});

test.each<[string, Partial<CallScript>, number]>([
  ['another call', { callId: 'CA2' }, 4_000],
  ['another set of tracks', { outbound: speak([5], { sampleRate: RATE }) }, 4_000],
  ['another provider', { provider: 'plivo', hangUp: 'close' }, 4_000],
  ['a second stream of a call whose first is there', {}, 1_000],
])('%s is a call of its own', async (_, script, afterMs) => {
  const board = new Switchboard();
  const registry = callRegistry({ resumeWithinMs: 10_000, clock: board.clock });
  const first = await accept(board, registry, play(board, 1));
  await board.wait(afterMs);
  const second = await accept(board, registry, play(board, 11, script));
  expect(second.resumed).toBe(false);
  expect(second.call).not.toBe(first.call);
  expect(registry.calls).toHaveLength(2);
});

test('without resumeWithinMs a call ends with its socket', async () => {
  const board = new Switchboard();
  const registry = callRegistry({ clock: board.clock });
  const { call } = await accept(board, registry, play(board, 1));
  const log = listenIn(call);
  await board.wait(3_100);
  expect(log.end).toEqual([{ reason: 'closed' }]);
  expect(() => callRegistry({ resumeWithinMs: -1 })).toThrow('resumeWithinMs is -1');
});
