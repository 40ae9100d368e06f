/** The data plane as one thing: what goes out, what is said, and in which order. */
import { beforeEach, describe, expect, test } from 'vitest';
import { CLOSE_STREAM, finalizeMessage } from '../../src/protocol/listen-v1/client-messages.ts';
import { noise } from './containers/muxers.ts';
import { CONTAINER, PACKETS, PATIENCE_MS, PlaneBench, RAW, audio, final } from './plane-bench.ts';

let bench: PlaneBench;

beforeEach(() => {
  bench = new PlaneBench();
});

describe('audio', () => {
  test('goes out live in the app’s own memory, and is then shown to who watches', () => {
    const plane = bench.build();
    plane.attach(bench.socket);
    expect(bench.during(() => plane.accept(audio(20)))).toEqual(['pending', '80 bytes']);
    plane.tap = (bytes) => bench.said.push(bytes);
    const chunk = audio(20);
    expect(bench.during(() => plane.accept(chunk))).toEqual(['80 bytes', chunk]);
    expect(bench.written[1]).toBe(chunk);
    expect(plane.timeline.snapshot()).toMatchObject({ accepted: 80, pending: 80 });
    expect([plane.backlogMs, plane.sentSeconds]).toEqual([0, 0.04]);
  });

  test('waits for a connection, and is told in milliseconds', () => {
    const plane = bench.build();
    expect([plane.connections, plane.hasPendingAudio()]).toEqual([0, false]);
    expect(bench.during(() => plane.accept(audio(700)))).toEqual(['pending']);
    expect([plane.backlogMs, plane.sentSeconds, plane.bufferedAmount]).toEqual([700, 0, 0]);
    plane.attach(bench.socket);
    expect([plane.connections, plane.hasPendingAudio()]).toEqual([1, true]);
  });

  test('that is given up is told of in seconds [G2]', () => {
    const plane = bench.build({ log: { maxSeconds: 2, maxBytes: 1e6 } });
    plane.accept(audio(1_000));
    expect(bench.during(() => plane.accept(audio(2_250)))).toEqual([
      { 'audio-dropped': { startSeconds: 0, endSeconds: 1, reason: 'log-full' } },
    ]);
    expect(bench.during(() => plane.attach(bench.socket))[0]).toEqual({
      'audio-dropped': { startSeconds: 1, endSeconds: 1.25, reason: 'log-full' },
    });
  });

  test('is known by when it was captured', () => {
    const plane = bench.build();
    let capturedAt: number | undefined;
    bench.listener.transcript = (transcript) => (capturedAt = transcript.capturedAt);
    bench.clock.advance(9_000);
    plane.attach(bench.socket);
    bench.clock.advance(1_000);
    plane.accept(audio(250));
    plane.receive(final(0.25));
    expect(capturedAt).toBe(bench.clock.wallTime() - 250);
  });

  test.each([
    ['a second of it', { ...RAW, sampleRate: 48_000, frameBytes: 4 }, 192_000],
    ['64 KiB, where a second is less', RAW, 65_536],
    ['64 KiB, where nobody knows what a second is', PACKETS, 65_536],
  ])('is held back while the socket holds more than %s [G6]', async (_, format, limit) => {
    const plane = bench.build({ format });
    await plane.read(PATIENCE_MS);
    plane.attach(bench.socket);
    bench.socket.bufferedAmount = limit + 1;
    expect(bench.during(() => plane.accept(audio(20)))).toEqual(['pending']);
    expect(plane.bufferedAmount).toBe(limit + 1);
    bench.socket.bufferedAmount = limit;
    expect(bench.during(() => bench.clock.advance(50))).toEqual(['80 bytes']);
  });
});

describe('a primer', () => {
  test('of silence, in the declared encoding, comes first on every connection, and counts', () => {
    const format = { kind: 'raw', sampleRate: 8_000, frameBytes: 2, silentByte: 0xff } as const;
    const plane = bench.build({ format, primerMs: 50 });
    for (const connection of [1, 2]) {
      expect(bench.during(() => plane.attach(bench.socket))[0]).toBe('800 bytes');
      expect([plane.connections, new Set(bench.written.at(-1))]).toEqual([connection, new Set([0xff])]);
      plane.detach();
    }
    plane.attach(bench.socket);
    plane.accept(new Uint8Array(160));
    expect(plane.sentSeconds).toBe(0.06);
  });

  test('is for raw audio alone', async () => {
    const plane = await bench.buildLoaded(PACKETS, { primerMs: 50 });
    expect(bench.during(() => plane.attach(bench.socket))).toEqual([]);
    plane.accept(noise(50));
    expect(plane.sentSeconds).toBe(0.25);
  });
});

describe('a backlog', () => {
  const catchingUp = (backlogSeconds: number, doneInSeconds: number) => ({
    'catching-up': { backlogSeconds, doneInSeconds },
  });
  const tellsOf = (act: () => void) => bench.during(act).filter((what) => typeof what !== 'string');

  test('of a second is worth telling of, and how long it will take', () => {
    const toldOf = (ms: number) => {
      const plane = bench.build();
      plane.accept(audio(ms));
      return tellsOf(() => plane.attach(bench.socket));
    };
    expect([toldOf(999), toldOf(1_000)]).toEqual([[], [catchingUp(1, 2)]]);
  });

  test('takes less time where no more audio comes', () => {
    const doneAfter = (silenceMs: number) => {
      const plane = bench.build();
      plane.accept(audio(3_000));
      bench.clock.advance(silenceMs);
      return tellsOf(() => plane.attach(bench.socket));
    };
    expect(doneAfter(1_000)).toEqual([catchingUp(3, 6)]);
    expect(doneAfter(1_001)).toEqual([catchingUp(3, 2)]);
    const closing = bench.build();
    closing.accept(audio(3_000));
    closing.finish();
    expect(tellsOf(() => closing.attach(bench.socket))).toEqual([catchingUp(3, 2)]);
  });

  const skipped = (endSeconds: number) => ({
    'audio-dropped': { startSeconds: 0, endSeconds, reason: 'skipped' },
  });
  test.each([
    ['all of it', 'all', [catchingUp(2, 4)], 2_000],
    ['none', 'live', [skipped(2)], 0],
    ['the last of it', { lastSeconds: 0.5 }, [skipped(1.5)], 500],
    ['what there is of the last of it', { lastSeconds: 3 }, [catchingUp(2, 4)], 2_000],
  ] as const)(
    'of an outage is sent as the policy says, and what is not is told: %s [G2]',
    (_, catchUp, told, ms) => {
      const plane = bench.build({ catchUp });
      plane.attach(bench.socket);
      plane.detach();
      plane.accept(audio(2_000));
      expect(tellsOf(() => plane.attach(bench.socket))).toEqual(told);
      bench.clock.advance(5_000);
      expect(bench.written.reduce((sum, { length }) => sum + length, 0)).toBe(4 * ms);
    },
  );

  test('of the time before the first connection is sent by any policy [G3]', () => {
    const plane = bench.build({ catchUp: 'live' });
    plane.accept(audio(2_000));
    expect(tellsOf(() => plane.attach(bench.socket))).toEqual([catchingUp(2, 4)]);
  });
});

describe('finalize()', () => {
  test('asks at once, for the channel it was given, and is answered', async () => {
    const plane = bench.buildLive(20);
    let answer: unknown;
    expect(bench.during(() => (answer = plane.finalize(1)))).toEqual([finalizeMessage(1)]);
    plane.receive(final(0, { from_finalize: true, channel_index: [1, 2] }));
    expect(await answer).toBe(true);
  });

  test('asks behind the Blobs that were handed in before it [G4]', async () => {
    const plane = bench.buildLive(20);
    plane.accept(new Blob([audio(30)]));
    bench.said = [];
    void plane.finalize(undefined);
    await bench.clock.advanceAsync(0);
    expect(bench.said).toEqual(['120 bytes', finalizeMessage()]);
  });

  test('asks again on a new connection, behind what is replayed [G4]', () => {
    const plane = bench.buildLive(20);
    void plane.finalize(undefined);
    plane.detach();
    expect(bench.during(() => plane.attach(bench.socket))).toEqual(['80 bytes', finalizeMessage()]);
  });

  test('asks once on the first connection for what came before it [G4]', () => {
    const plane = bench.build();
    plane.accept(audio(20));
    void plane.finalize(undefined);
    expect(bench.during(() => plane.attach(bench.socket))).toEqual(['80 bytes', finalizeMessage()]);
  });
});

describe('the end of a connection', () => {
  test('writes no more, and remembers whether audio was flowing', () => {
    const plane = bench.buildLive(20);
    plane.detach();
    expect(plane.wasFlowing()).toBe(true);
    expect(bench.during(() => plane.accept(audio(20)))).toEqual(['pending']);
    expect(bench.clock.pendingTimers).toBe(0);
    const silent = bench.build();
    silent.attach(bench.socket);
    silent.detach();
    expect(silent.wasFlowing()).toBe(false);
  });

  test('after a farewell, if it is a good one, settles what was left [G9]', () => {
    const plane = bench.buildLive(20);
    expect(bench.during(() => expect(plane.takeLeave()).toBe(true))).toEqual([CLOSE_STREAM]);
    plane.receive('{"type":"Metadata","duration":0.02}');
    expect(bench.during(() => plane.detach({ kind: 'normal', code: 1000 }))).toEqual([
      'confirmed',
      'drained',
    ]);
    expect(plane.hasPendingAudio()).toBe(false);
  });
});

test('a binary message is nothing that Deepgram says', () => {
  expect(bench.during(() => bench.build().receiveBinary(9))).toEqual([
    { 'message-malformed': { problem: 'binary', bytes: 9 } },
  ]);
});

test('close() ends the utterance, tells of the last drop, and answers who waits', async () => {
  const plane = bench.build({ log: { maxSeconds: 1, maxBytes: 1e6 } });
  plane.attach(bench.socket);
  plane.accept(audio(250));
  plane.receive(final(0.25));
  plane.detach();
  for (let chunk = 0; chunk < 5; chunk += 1) plane.accept(audio(250));
  const answer = plane.finalize(undefined);
  expect(bench.during(() => plane.close())).toEqual([
    "utterance 'a' by close",
    { 'audio-dropped': { startSeconds: 0.25, endSeconds: 0.5, reason: 'log-full' } },
  ]);
  expect(await answer).toBe(false);
  expect(bench.clock.pendingTimers).toBe(0);
});

describe('after finish()', () => {
  test('audio is refused, and said to be', () => {
    const plane = bench.build();
    plane.tap = () => expect.unreachable();
    expect(bench.during(() => plane.finish())).toEqual([]);
    expect(bench.during(() => plane.accept(audio(20)))).toEqual([{ 'audio-unreadable': { bytes: 80 } }]);
    expect(plane.hasPendingAudio()).toBe(false);
  });

  test('what a container had kept for more is sent [G3]', async () => {
    const plane = await bench.buildLoaded(CONTAINER);
    plane.attach(bench.socket);
    plane.accept(Uint8Array.of(1, 2));
    plane.accept(Uint8Array.of(3));
    expect(bench.during(() => bench.clock.advance(3_000))).toEqual(['idle']);
    expect(bench.during(() => plane.finish())).toEqual([
      { 'format-doubtful': { declared: 'a container', found: 'none that we know' } },
      { 'audio-inexact': {} },
      'pending',
      '2 bytes',
    ]);
    expect(bench.during(() => bench.clock.advance(1_000))).toEqual(['1 bytes']);
  });
});
