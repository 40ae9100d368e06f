/** A run of live chunks changes nothing that can be seen: a session with runs and one without do the same at the same moments. */
import * as fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import { logMemoryOf } from '../../src/audio/log-memory.ts';
import { LiveRun } from '../../src/audio/live-run.ts';
import type { Session } from '../../src/client/session.ts';
import {
  createLiveTranscription,
  type LiveTranscriptionOptions,
  type Socket,
  type SocketHandlers,
} from '../../src/index.ts';
import { VirtualClock } from '../../src/testing/index.ts';
import { draws } from '../draws.ts';

/** 16 kHz: a slab of the log holds a second. */
const RATE = 16_000;
const BYTES_PER_MS = (2 * RATE) / 1_000;

type Step =
  /** Chunks in a row, each after its own length, and as much later or earlier. */
  | { does: 'speak'; chunks: number; ms: number; jitterMs: number; driftMs: number; as: 'bytes' | 'captured' }
  | { does: 'wait'; ms: number }
  /** The process stands still. */
  | { does: 'jump'; ms: number }
  /** A result about a share of the audio that was sent. */
  | { does: 'answer'; share: number; isFinal: boolean }
  /** A chunk whose bytes come later, and one behind it. */
  | { does: 'blob' }
  | { does: 'read' | 'finalize' | 'write' | 'pause' | 'lose' | 'listen' }
  /** The server answers the next chunk before `send` of the socket returns. */
  | { does: 'echo' }
  /** The socket's buffer fills, or empties. */
  | { does: 'buffer'; bytes: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      does: fc.constant('speak' as const),
      chunks: fc.constantFrom(1, 2, 5, 30, 120),
      // A part of a sample, and more than a frame holds, among them.
      ms: fc.constantFrom(20, 20, 20, 20, 100, 20 + 1 / BYTES_PER_MS, 400, 500),
      jitterMs: fc.constantFrom(0, 0, 0, 1, 7, 240),
      driftMs: fc.constantFrom(0, 0, 0, -6, 12),
      as: fc.constantFrom('bytes' as const, 'bytes' as const, 'bytes' as const, 'captured' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ does: fc.constant('wait' as const), ms: fc.constantFrom(1, 300, 4_000, 7_000) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ does: fc.constant('jump' as const), ms: fc.constantFrom(200, 1_000, 16_000) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      does: fc.constant('answer' as const),
      share: fc.constantFrom(0, 0.5, 0.9, 1),
      isFinal: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('blob' as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      does: fc.constantFrom(
        'read',
        'read',
        'finalize',
        'write',
        'pause',
        'pause',
        'lose',
        'lose',
        'listen',
        'echo' as const,
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ does: fc.constant('buffer' as const), bytes: fc.constantFrom(0, 70_000) }),
  },
);

const options = fc.record<Partial<LiveTranscriptionOptions>>({
  log: fc.constantFrom(
    {},
    { maxSeconds: 10 },
    { maxBytes: 65_536 },
    { maxBytes: 65_536, overflow: 'refuse' as const },
    { maxProcessBytes: 65_536 },
  ),
  finalizeAfterMs: fc.constantFrom(Infinity, Infinity, Infinity, 500),
  catchUpRate: fc.constantFrom(1.05, 1.25),
  stallMs: fc.constantFrom(1_000, 3_000, 10_000),
});

/** Everything that a session did, with the moments. */
async function live(
  steps: readonly Step[],
  given: Partial<LiveTranscriptionOptions>,
  isFlux: boolean,
  isAborted: boolean,
): Promise<string[]> {
  const clock = new VirtualClock();
  const did: string[] = [];
  const note = (what: string) => void did.push(`${clock.now().toFixed(3)} ${what}`);
  let handlers: SocketHandlers | undefined;
  let sentBytes = 0;
  let buffered = 0;
  let echoes = false;
  let turn = 0;
  const answer = (seconds: number, isFinal: boolean) => {
    handlers?.message(isFlux ? turnInfo(seconds, turn, isFinal) : results(seconds, isFinal));
    if (isFinal) turn += 1;
  };
  const session = createLiveTranscription({
    auth: { apiKey: 'any' },
    listen: isFlux
      ? { model: 'flux-general-en', encoding: 'linear16', sample_rate: RATE }
      : { encoding: 'linear16', sample_rate: RATE, interim_results: true },
    clock,
    connect: 'eager',
    seed: 1,
    transport: (_, opening) => {
      handlers = opening;
      sentBytes = 0;
      turn = 0;
      clock.setTimeout(() => {
        opening.opened({});
        if (isFlux) opening.message('{"type":"Connected","request_id":"1","sequence_id":0}');
      }, 20);
      return {
        get bufferedAmount() {
          return buffered;
        },
        send: (message) => {
          if (typeof message === 'string') {
            note(message);
            return;
          }
          sentBytes += message.length;
          const sum = message.reduce((a, b) => (31 * a + b) % 65_521, 1);
          note(`${message.length} bytes, ${sum}`);
          const isAnswered = echoes;
          echoes = false;
          if (isAnswered) answer(sentBytes / BYTES_PER_MS / 1_000, false);
        },
        close: (code) => opening.ended({ code, reason: '' }),
        terminate: () => opening.ended({ code: 1006, reason: '' }),
      };
    },
    ...given,
    ...(isFlux && { finalizeAfterMs: Infinity }),
  });
  session.status$.subscribe(({ phase }) => note(phase));
  session.transcripts$.subscribe(({ id, text, start, end, capturedAt, words }) =>
    note(JSON.stringify({ id, text, start, end, capturedAt, words: words.length })),
  );
  const read = () => note(JSON.stringify([session.ledger, session.backlogMs, session.counts]));
  let fill = 0;
  let listening: { unsubscribe(): void } | undefined;
  const bytesOf = (ms: number) => new Uint8Array(Math.round(ms * BYTES_PER_MS)).fill((fill += 1));
  const send = (chunk: Parameters<typeof session.send>[0]) => note(JSON.stringify(session.send(chunk)));
  const speak = async ({ chunks, ms, jitterMs, driftMs, as }: Extract<Step, { does: 'speak' }>) => {
    for (let chunk = 0; chunk < chunks; chunk += 1) {
      const audio = bytesOf(ms);
      send(as === 'captured' ? { audio, capturedAt: clock.wallTime() } : audio);
      const laterMs = driftMs + (chunk % 2 === 0 ? jitterMs : -jitterMs);
      await clock.advanceAsync(Math.max(0, ms + laterMs));
    }
  };
  const act = async (next: Step) => {
    switch (next.does) {
      case 'speak':
        return speak(next);
      case 'wait':
        return clock.advanceAsync(next.ms);
      case 'jump':
        return clock.jump(next.ms);
      case 'answer': {
        const seconds = (next.share * sentBytes) / BYTES_PER_MS / 1_000;
        return answer(seconds, next.isFinal);
      }
      case 'blob': {
        const bytes = bytesOf(20);
        send({ size: bytes.length, arrayBuffer: async () => bytes.buffer } as Blob);
        send(bytesOf(20));
        return clock.advanceAsync(20);
      }
      case 'echo':
        echoes = true;
        return;
      case 'finalize':
        return void (isFlux ? session.endTurn() : session.finalize()).then((isFinal) =>
          note(`finalized ${isFinal}`),
        );
      case 'write':
        return (session as unknown as Session).sendText('{"type":"Other"}');
      case 'pause':
        session.pause();
        send(bytesOf(20));
        return session.resume();
      case 'lose':
        return handlers?.ended({ code: 1006, reason: '' });
      case 'listen':
        if (listening) listening.unsubscribe();
        listening = listening
          ? undefined
          : session.notices$.subscribe(({ code, evidence }) => note(`${code} ${JSON.stringify(evidence)}`));
        return;
      case 'buffer':
        buffered = next.bytes;
        return;
      case 'read':
        return read();
    }
  };
  await clock.advanceAsync(100);
  for (const next of steps) await act(next);
  buffered = 0;
  if (isAborted) session.abort();
  const closing = session.close({ timeoutMs: 5_000 });
  send(bytesOf(20));
  await clock.advanceAsync(10_000);
  note(JSON.stringify(await closing));
  const { bytes, logs } = logMemoryOf(clock);
  note(JSON.stringify({ bytes, logs }));
  return did;
}

function turnInfo(end: number, turn: number, isFinal: boolean): string {
  return JSON.stringify({
    type: 'TurnInfo',
    event: isFinal ? 'EndOfTurn' : 'Update',
    turn_index: turn,
    audio_window_start: 0,
    audio_window_end: end,
    transcript: 'a',
    words: [{ word: 'a', start: end / 2, end, confidence: 1 }],
  });
}

function results(end: number, isFinal: boolean): string {
  const words = end > 0 ? [{ word: 'a', start: end / 2, end, confidence: 1 }] : [];
  return JSON.stringify({
    type: 'Results',
    channel_index: [0, 1],
    start: 0,
    duration: end,
    is_final: isFinal,
    channel: { alternatives: [{ transcript: end > 0 ? 'a' : '', words }] },
  });
}

afterEach(() => vi.restoreAllMocks());

test('a session with runs does what a session without them does, at the same moments', async () => {
  const take = vi.spyOn(LiveRun.prototype, 'take');
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 25 }),
      options,
      fc.boolean(),
      fc.boolean(),
      async (steps, given, isFlux, isAborted) => {
        const withRuns = await live(steps, given, isFlux, isAborted);
        const without = vi.spyOn(LiveRun.prototype, 'begin').mockImplementation(() => undefined);
        const usual = await live(steps, given, isFlux, isAborted);
        without.mockRestore();
        expect(withRuns).toEqual(usual);
      },
    ),
    { numRuns: draws(300) },
  );
  const taken = take.mock.results.filter(({ value }) => value === true).length;
  expect(taken).toBeGreaterThan(draws(300) * 5);
}, 60_000);

test('no run takes a chunk of a session that a subscriber has paused within send()', async () => {
  const clock = new VirtualClock();
  const session = createLiveTranscription({
    auth: { apiKey: 'any' },
    listen: { encoding: 'linear16', sample_rate: RATE },
    clock,
    connect: 'eager',
    transport: (_, opening): Socket => {
      clock.setTimeout(() => opening.opened({}), 20);
      const nothing = () => undefined;
      return { bufferedAmount: 0, send: nothing, close: nothing, terminate: nothing };
    },
  });
  const send = () => session.send(new Uint8Array(20 * BYTES_PER_MS));
  await clock.advanceAsync(100);
  send();
  // The link becomes idle, so that the next chunk changes the status.
  await clock.advanceAsync(4_000);
  session.status$.subscribe(({ state }) => {
    if (state === 'streaming') session.pause();
  });
  expect(send()).toMatchObject({ accepted: true });
  await clock.advanceAsync(20);
  expect(send()).toMatchObject({ accepted: false, reason: 'paused' });
});
