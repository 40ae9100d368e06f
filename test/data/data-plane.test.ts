/** The data plane as one thing, between a clock, a socket and a listener: what goes out, what is said, and in which order. */
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { DataPlane, type DataPlaneListener, type DataPlaneSettings } from '../../src/data/data-plane.ts';
import { CLOSE_STREAM, finalizeMessage } from '../../src/protocol/client-messages.ts';
import { VirtualClock } from '../../src/testing/index.ts';
import type { Socket } from '../../src/transports/transport.ts';
import { clusterStart, concat, fmt, noise, riff, simpleBlock, webmHeader } from './containers/muxers.ts';

/** Four bytes are a millisecond. */
const RAW = { kind: 'raw', sampleRate: 2_000, frameBytes: 2, silentByte: 0 } as const;
const PACKETS = { kind: 'packets' } as const;
const CONTAINER = { kind: 'container' } as const;

let clock: VirtualClock;
/** All that was said and written, in order; audio as how much there is of it. */
let said: unknown[];
/** The audio that was written. */
let written: Uint8Array[];
let causes: unknown[];
let listener: DataPlaneListener;
let socket: Socket & { bufferedAmount: number };

beforeEach(() => {
  clock = new VirtualClock();
  [said, written, causes] = [[], [], []];
  const say = (what: string) => () => void said.push(what);
  listener = {
    audioPending: say('pending'),
    audioIdle: say('idle'),
    stalled: say('stalled'),
    message: () => undefined,
    transcript: ({ text, start, end }) => said.push(`'${text}' ${start}–${end}`),
    utterance: ({ text, endedBy }) => said.push(`utterance '${text}' by ${endedBy}`),
    audioConfirmed: say('confirmed'),
    drained: say('drained'),
    notice: (code, evidence, cause) => {
      said.push({ [code]: evidence });
      if (cause !== undefined) causes.push(cause);
    },
  };
  socket = {
    bufferedAmount: 0,
    send: (message) => {
      said.push(typeof message === 'string' ? message : `${message.length} bytes`);
      if (typeof message !== 'string') written.push(message);
    },
    close: () => expect.unreachable(),
    terminate: () => expect.unreachable(),
  };
});

function build(settings: Partial<DataPlaneSettings> = {}): DataPlane {
  const defaults: DataPlaneSettings = {
    clock,
    format: RAW,
    log: { maxSeconds: 60, maxBytes: 1e6 },
    keepAliveMs: 3_000,
    stallMs: 10_000,
    finalizeMs: 1_500,
    primerMs: 0,
    catchUp: 'all',
    catchUpRate: 1.5,
  };
  return new DataPlane({ ...defaults, ...settings }, listener);
}

/** With a connection, on which some audio has gone out. */
function buildLive(sentMs: number): DataPlane {
  const plane = build();
  plane.attach(socket);
  plane.accept(audio(sentMs));
  return plane;
}

/** With the code for it, which is loaded when it is needed. */
async function buildLoaded(format: typeof PACKETS | typeof CONTAINER, settings = {}): Promise<DataPlane> {
  const plane = build({ ...settings, format });
  await plane.read();
  return plane;
}

/** All that is said and written meanwhile. */
function during(act: () => unknown): unknown[] {
  said = [];
  act();
  return said;
}

const audio = (ms: number) => new Uint8Array(4 * ms);

/** A final of one word that takes all of it. */
const final = (seconds: number, more: object = {}) =>
  JSON.stringify({
    type: 'Results',
    channel_index: [0, 1],
    start: 0,
    duration: seconds,
    is_final: true,
    channel: { alternatives: [{ transcript: 'a', words: [{ word: 'a', start: 0, end: seconds }] }] },
    ...more,
  });

describe('audio', () => {
  test('goes out live in the app’s own memory, and is then shown to who watches', () => {
    const plane = build();
    plane.attach(socket);
    expect(during(() => plane.accept(audio(20)))).toEqual(['pending', '80 bytes']);
    plane.tap = (bytes) => said.push(bytes);
    const chunk = audio(20);
    expect(during(() => plane.accept(chunk))).toEqual(['80 bytes', chunk]);
    expect(written[1]).toBe(chunk);
    expect(plane.timeline.snapshot()).toMatchObject({ accepted: 80, pending: 80 });
    expect([plane.backlogMs, plane.sentSeconds]).toEqual([0, 0.04]);
  });

  test('waits for a connection, and is told in milliseconds', () => {
    const plane = build();
    expect([plane.connections, plane.hasPendingAudio()]).toEqual([0, false]);
    expect(during(() => plane.accept(audio(700)))).toEqual(['pending']);
    expect([plane.backlogMs, plane.sentSeconds, plane.bufferedAmount]).toEqual([700, 0, 0]);
    plane.attach(socket);
    expect([plane.connections, plane.hasPendingAudio()]).toEqual([1, true]);
  });

  test('that is given up is told of in seconds [G2]', () => {
    const plane = build({ log: { maxSeconds: 2, maxBytes: 1e6 } });
    plane.accept(audio(1_000));
    expect(during(() => plane.accept(audio(2_250)))).toEqual([
      { 'audio-dropped': { startSeconds: 0, endSeconds: 1, reason: 'log-full' } },
    ]);
    expect(during(() => plane.attach(socket))[0]).toEqual({
      'audio-dropped': { startSeconds: 1, endSeconds: 1.25, reason: 'log-full' },
    });
  });

  test('has room only beside the Blobs that wait to be read', async () => {
    const plane = build({ log: { maxSeconds: 60, maxBytes: 1_000 } });
    plane.accept(new Blob([audio(150)]));
    expect([plane.isReading, plane.hasRoom(400), plane.hasRoom(401)]).toEqual([true, true, false]);
    await plane.read();
    expect([plane.isReading, plane.hasRoom(400), plane.hasRoom(401)]).toEqual([false, true, false]);
  });

  test('that cannot be read is told of, with why', async () => {
    const plane = build();
    const broken = { size: 9, arrayBuffer: () => Promise.reject(new Error('gone')) };
    plane.accept(broken as unknown as Blob);
    await plane.read();
    expect([said, causes]).toEqual([[{ 'audio-unreadable': { bytes: 9 } }], [new Error('gone')]]);
  });

  test('is known by when it was captured', () => {
    const plane = build();
    let capturedAt: number | undefined;
    listener.transcript = (transcript) => (capturedAt = transcript.capturedAt);
    clock.advance(9_000);
    plane.attach(socket);
    clock.advance(1_000);
    plane.accept(audio(250));
    plane.receive(final(0.25));
    expect(capturedAt).toBe(clock.wallTime() - 250);
  });

  test.each([
    ['a second of it', { ...RAW, sampleRate: 48_000, frameBytes: 4 }, 192_000],
    ['64 KiB, where a second is less', RAW, 65_536],
    ['64 KiB, where nobody knows what a second is', PACKETS, 65_536],
  ])('is held back while the socket holds more than %s [G6]', async (_, format, limit) => {
    const plane = build({ format });
    await plane.read();
    plane.attach(socket);
    socket.bufferedAmount = limit + 1;
    expect(during(() => plane.accept(audio(20)))).toEqual(['pending']);
    expect(plane.bufferedAmount).toBe(limit + 1);
    socket.bufferedAmount = limit;
    expect(during(() => clock.advance(50))).toEqual(['80 bytes']);
  });
});

describe('a primer', () => {
  test('of silence, in the declared encoding, comes first on every connection, and counts', () => {
    const format = { kind: 'raw', sampleRate: 8_000, frameBytes: 2, silentByte: 0xff } as const;
    const plane = build({ format, primerMs: 50 });
    for (const connection of [1, 2]) {
      expect(during(() => plane.attach(socket))[0]).toBe('800 bytes');
      expect([plane.connections, new Set(written.at(-1))]).toEqual([connection, new Set([0xff])]);
      plane.detach();
    }
    plane.attach(socket);
    plane.accept(new Uint8Array(160));
    expect(plane.sentSeconds).toBe(0.06);
  });

  test('is for raw audio alone', async () => {
    const plane = await buildLoaded(PACKETS, { primerMs: 50 });
    expect(during(() => plane.attach(socket))).toEqual([]);
    plane.accept(noise(50));
    expect(plane.sentSeconds).toBe(0.25);
  });
});

describe('a backlog', () => {
  const catchingUp = (backlogSeconds: number, doneInSeconds: number) => ({
    'catching-up': { backlogSeconds, doneInSeconds },
  });
  const tellsOf = (act: () => void) => during(act).filter((what) => typeof what !== 'string');

  test('of a second is worth telling of, and how long it will take', () => {
    const toldOf = (ms: number) => {
      const plane = build();
      plane.accept(audio(ms));
      return tellsOf(() => plane.attach(socket));
    };
    expect([toldOf(999), toldOf(1_000)]).toEqual([[], [catchingUp(1, 2)]]);
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
      const plane = build({ catchUp });
      plane.attach(socket);
      plane.detach();
      plane.accept(audio(2_000));
      expect(tellsOf(() => plane.attach(socket))).toEqual(told);
      clock.advance(5_000);
      expect(written.reduce((sum, { length }) => sum + length, 0)).toBe(4 * ms);
    },
  );

  test('of the time before the first connection is sent by any policy [G3]', () => {
    const plane = build({ catchUp: 'live' });
    plane.accept(audio(2_000));
    expect(tellsOf(() => plane.attach(socket))).toEqual([catchingUp(2, 4)]);
  });
});

describe('finalize()', () => {
  test('asks at once, for the channel it was given, and is answered', async () => {
    const plane = buildLive(20);
    let answer: unknown;
    expect(during(() => (answer = plane.finalize(1)))).toEqual([finalizeMessage(1)]);
    plane.receive(final(0, { from_finalize: true, channel_index: [1, 2] }));
    expect(await answer).toBe(true);
  });

  test('asks behind the Blobs that were handed in before it [G4]', async () => {
    const plane = buildLive(20);
    plane.accept(new Blob([audio(30)]));
    said = [];
    void plane.finalize(undefined);
    await clock.advanceAsync(0);
    expect(said).toEqual(['120 bytes', finalizeMessage()]);
  });

  test('asks again on a new connection, behind what is replayed [G4]', () => {
    const plane = buildLive(20);
    void plane.finalize(undefined);
    plane.detach();
    expect(during(() => plane.attach(socket))).toEqual(['80 bytes', finalizeMessage()]);
  });
});

describe('the end of a connection', () => {
  test('writes no more, and remembers whether audio was flowing', () => {
    const plane = buildLive(20);
    plane.detach();
    expect(plane.wasFlowing()).toBe(true);
    expect(during(() => plane.accept(audio(20)))).toEqual(['pending']);
    expect(clock.pendingTimers).toBe(0);
    const silent = build();
    silent.attach(socket);
    silent.detach();
    expect(silent.wasFlowing()).toBe(false);
  });

  test('after a farewell, if it is a good one, settles what was left [G9]', () => {
    const plane = buildLive(20);
    expect(during(() => expect(plane.takeLeave()).toBe(true))).toEqual([CLOSE_STREAM]);
    plane.receive('{"type":"Metadata","duration":0.02}');
    expect(during(() => plane.detach({ kind: 'normal', code: 1000 }))).toEqual(['confirmed', 'drained']);
    expect(plane.hasPendingAudio()).toBe(false);
  });
});

test('a binary message is nothing that Deepgram says', () => {
  expect(during(() => build().receiveBinary(9))).toEqual([
    { 'message-malformed': { problem: 'binary', bytes: 9 } },
  ]);
});

test('close() ends the utterance, tells of the last drop, and answers who waits', async () => {
  const plane = build({ log: { maxSeconds: 1, maxBytes: 1e6 } });
  plane.attach(socket);
  plane.accept(audio(250));
  plane.receive(final(0.25));
  plane.detach();
  for (let chunk = 0; chunk < 5; chunk += 1) plane.accept(audio(250));
  const answer = plane.finalize(undefined);
  expect(during(() => plane.close())).toEqual([
    "utterance 'a' by close",
    { 'audio-dropped': { startSeconds: 0.25, endSeconds: 0.5, reason: 'log-full' } },
  ]);
  expect(await answer).toBe(false);
  expect(clock.pendingTimers).toBe(0);
});

describe('after finish()', () => {
  test('audio is refused, and said to be', () => {
    const plane = build();
    plane.tap = () => expect.unreachable();
    expect(during(() => plane.finish())).toEqual([]);
    expect(during(() => plane.accept(audio(20)))).toEqual([{ 'audio-unreadable': { bytes: 80 } }]);
    expect(plane.hasPendingAudio()).toBe(false);
  });

  test('what a container had kept for more is sent [G3]', async () => {
    const plane = await buildLoaded(CONTAINER);
    plane.attach(socket);
    plane.accept(Uint8Array.of(1, 2));
    plane.accept(Uint8Array.of(3));
    expect(during(() => clock.advance(3_000))).toEqual(['idle']);
    expect(during(() => plane.finish())).toEqual(['pending', '2 bytes', '1 bytes']);
  });
});

describe('audio that is not raw', () => {
  test('waits for the code that reads it, connected or not', async () => {
    const plane = build({ format: PACKETS });
    plane.attach(socket);
    plane.accept(noise(50));
    expect([said, plane.isReading]).toEqual([[], true]);
    await plane.read();
    expect([said, plane.isReading]).toEqual([['pending', '50 bytes'], false]);
  });

  test('may end before that code has come', () => {
    expect(during(() => build({ format: CONTAINER }).finish())).toEqual([]);
  });

  test('is refused, and said to be, where that code cannot be loaded', async () => {
    vi.doMock(import('../../src/data/container-framing.ts'), () => Promise.reject(new Error('offline')));
    try {
      const plane = await buildLoaded(CONTAINER);
      expect(said).toEqual([{ 'audio-unreadable': { bytes: 0 } }]);
      expect(causes).toEqual([expect.any(Error)]);
      expect(during(() => plane.accept(noise(50)))).toEqual([{ 'audio-unreadable': { bytes: 50 } }]);
    } finally {
      vi.doUnmock(import('../../src/data/container-framing.ts'));
    }
  });

  test('in packets is an estimate: a reconnect says so, and the server may know of more [G2]', async () => {
    const plane = await buildLoaded(PACKETS);
    expect(during(() => plane.attach(socket))).toEqual([]);
    plane.accept(noise(50));
    plane.detach();
    expect(during(() => plane.attach(socket))).toEqual(['50 bytes', { 'audio-inexact': { connection: 2 } }]);
    expect(during(() => plane.receive(final(60)))).toEqual(["'a' 0–60", 'confirmed']);
  });

  test('differs in that from raw audio, of which the server knows what was sent', () => {
    const plane = buildLive(250);
    plane.detach();
    expect(during(() => plane.attach(socket))).toEqual(['1000 bytes']);
    expect(during(() => plane.receive(final(60)))).toEqual(["'a' 0–0.25", 'confirmed']);
  });

  test('begins with its header on every connection, and counts by its own rate [G4]', async () => {
    const plane = await buildLoaded(CONTAINER);
    const header = riff(fmt({ rate: 8_000 }));
    plane.attach(socket);
    const begun = [`${header.length} bytes`, '160 bytes'];
    expect(during(() => plane.accept(concat(header, noise(160))))).toEqual(['pending', ...begun]);
    expect(plane.timeline.rate).toBe(8_000);
    plane.detach();
    expect(during(() => plane.attach(socket))).toEqual(begun);
    expect(written.slice(2)).toEqual([header, noise(160)]);
  });

  test('is begun anew in mid-cluster by what opens it [G3]', async () => {
    const plane = await buildLoaded(CONTAINER);
    plane.attach(socket);
    plane.accept(concat(webmHeader(), clusterStart(0), simpleBlock(0)));
    for (const at of [20, 40]) plane.accept(simpleBlock(at));
    plane.receive(final(0.04));
    plane.detach();
    written = [];
    plane.attach(socket);
    expect(written).toEqual([webmHeader(), clusterStart(0), simpleBlock(40)]);
  });
});
