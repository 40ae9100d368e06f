/** Pulled files: no audio is dropped, for any length and any loss of the connection. */
import { breathe, settle } from './clocks.ts';
import { Subject, firstValueFrom, lastValueFrom, toArray } from 'rxjs';
import { expect, test, vi } from 'vitest';
import {
  type AudioChunk,
  type LiveTranscription,
  type LiveTranscriptionOptions,
  transcribe,
  type Transcript,
} from '../../src/index.ts';
import {
  count,
  Emulator,
  muxWav,
  speak,
  toneRecogniser,
  VirtualClock,
  VirtualNetwork,
} from '../../src/testing/index.ts';
import { concat, noise } from '../audio/containers/muxers.ts';
import { mp3Frame, MP3_FRAME_MS } from '../audio/containers/frame-muxers.ts';
import { FrameServer, mark } from './frame-server.ts';

// Loaded when they are needed; virtual time does not wait for a module.
await import('../../src/audio/container-framing.ts');
await import('../../src/client/pull.ts');

const RATE = 8_000;
const WORDS = count(1, 220);
const samples = speak(WORDS, { sampleRate: RATE, gapMs: 180 });
const pcm = new Uint8Array(samples.buffer);
const SECONDS = samples.length / RATE;
const CUT_AT_SECOND = 40;
const spelled = WORDS.map((word) => String(word).padStart(4, '0'));

const setUp = (listen: LiveTranscriptionOptions['listen'] = { encoding: 'linear16', sample_rate: RATE }) => {
  const clock = new VirtualClock();
  const server = new Emulator({ clock, recogniser: toneRecogniser });
  const network = new VirtualNetwork(server);
  const options: LiveTranscriptionOptions = {
    auth: { apiKey: 'key' },
    seed: 1,
    listen: { endpointing: 300, ...listen },
    clock,
    transport: network.transport,
  };
  const wait = async (seconds: number) => {
    for (let passed = 0; passed < seconds * 10; passed += 1) {
      clock.advance(100);
      await settle();
    }
  };
  return { clock, server, network, options, wait };
};

async function* inChunks(bytes: Uint8Array, chunkBytes: number) {
  for (let from = 0; from < bytes.length; from += chunkBytes)
    yield await Promise.resolve(bytes.subarray(from, from + chunkBytes));
}

const textOf = (transcripts: readonly Transcript[]) =>
  transcripts.flatMap(({ final, words }) => (final ? words.map(({ word }) => word) : []));

/** All of the words, and the books at the end. */
async function hear(
  source: Parameters<typeof pulled>[0],
  setting: ReturnType<typeof setUp>,
  cut?: () => void,
) {
  const { wait } = setting;
  let live: LiveTranscription | undefined;
  const done = lastValueFrom(pulled(source, setting.options, (session) => (live = session)).pipe(toArray()));
  let ended = false;
  const isOver = () => ended;
  void done.finally(() => (ended = true));
  for (let second = 0; second < 3 * SECONDS && !isOver(); second += 1) {
    if (second === CUT_AT_SECOND) cut?.();
    await wait(1);
  }
  const words = textOf(await done);
  return { words, report: await live!.close(), live: live! };
}
const pulled = (
  source: AsyncIterable<AudioChunk> | ReadableStream<AudioChunk>,
  options: LiveTranscriptionOptions,
  started?: (live: LiveTranscription) => void,
) => transcribe(source, options, started);

test('a file that is longer than the log is transcribed whole, pulled in chunks [G3 G10]', async () => {
  expect(SECONDS).toBeGreaterThan(100);
  const setting = setUp();
  const { words, report } = await hear(inChunks(pcm, 65_536), setting, () => setting.network.cut());
  expect(words).toEqual(spelled);
  expect(report).toMatchObject({
    outcome: 'drained',
    connections: 2,
    ledger: { accepted: samples.length, dropped: 0, pending: 0 },
  });
});

test.each([
  ['a stream', (bytes: Uint8Array<ArrayBuffer>) => new Blob([bytes]).stream()],
  ['one chunk', (bytes: Uint8Array<ArrayBuffer>) => inChunks(bytes, Infinity)],
  [
    'one Blob',
    async function* (bytes: Uint8Array<ArrayBuffer>) {
      yield await Promise.resolve(new Blob([bytes]));
    },
  ],
])('a WAV file that is longer than the log is heard whole, as %s [G3]', async (_, sourceOf) => {
  const { header, chunks } = muxWav(samples, { sampleRate: RATE });
  const { words, report } = await hear(
    sourceOf(concat(header, ...chunks) as Uint8Array<ArrayBuffer>),
    setUp({}),
  );
  expect(words).toEqual(spelled);
  expect(report).toMatchObject({ outcome: 'drained', ledger: { dropped: 0, pending: 0 } });
});

test('a compressed file is transcribed whole through a cut [G3]', async () => {
  const setting = setUp({});
  const server = new FrameServer(setting.clock, MP3_FRAME_MS);
  const numbers = Array.from({ length: 3_000 }, (_, number) => number);
  const file = concat(...numbers.map((number) => mp3Frame(mark(number))));
  const { words, report } = await hear(
    inChunks(file, 65_536),
    {
      ...setting,
      options: { ...setting.options, transport: server.transport },
    },
    () => server.cut(),
  );
  expect(words).toEqual(numbers.map((number) => String(number).padStart(4, '0')));
  expect(report).toMatchObject({
    outcome: 'drained',
    connections: 2,
    ledger: { accepted: 3_000 * MP3_FRAME_MS, dropped: 0, pending: 0 },
  });
});

test('no more is pulled than is sent, and nothing while there is no connection or the session is paused', async () => {
  const { options, wait, network } = setUp();
  let asked = 0;
  let live!: LiveTranscription;
  async function* source() {
    for (;;) {
      asked += 1;
      yield await Promise.resolve(new Uint8Array(RATE * 2));
    }
  }
  const subscription = transcribe(source(), options, (session) => (live = session)).subscribe();
  await wait(10);
  expect(asked).toBeGreaterThan(10);
  expect(asked).toBeLessThan(10 * 1.25 + 5);
  network.offline = true;
  network.cut();
  await wait(5);
  const askedBefore = asked;
  await wait(20);
  expect(asked).toBe(askedBefore);
  network.offline = false;
  await wait(30);
  expect(asked).toBeGreaterThan(askedBefore);
  live.pause();
  await wait(5);
  const askedAtPause = asked;
  await wait(20);
  expect([asked, live.ledger.dropped]).toEqual([askedAtPause, 0]);
  subscription.unsubscribe();
});

test('unsubscribing cancels the source, also one that never answers, and leaves no timer [G5]', async () => {
  for (const chunks of [[], [new Uint8Array(64_000)]]) {
    const { options, wait, clock } = setUp();
    const cancel = vi.fn();
    const source = new ReadableStream<Uint8Array<ArrayBuffer>>({
      start: (controller) => chunks.forEach((chunk) => controller.enqueue(chunk)),
      cancel,
    });
    const subscription = transcribe(source, options).subscribe();
    await wait(1);
    subscription.unsubscribe();
    await breathe();
    await wait(1);
    expect([cancel.mock.calls.length, clock.pendingTimers]).toEqual([1, 0]);
  }
});

test('an error of the source comes after the results before it', async () => {
  const { options, wait } = setUp();
  async function* source() {
    yield* inChunks(pcm.subarray(0, 2 * RATE * 5), 16_000);
    throw new Error('disk gone');
  }
  const heard: Transcript[] = [];
  const failed = new Subject<unknown>();
  const failure = firstValueFrom(failed);
  transcribe(source(), options).subscribe({
    next: (transcript) => heard.push(transcript),
    error: (error) => failed.next(error),
  });
  await wait(20);
  expect(await failure).toEqual(new Error('disk gone'));
  expect(textOf(heard).length).toBeGreaterThan(3);
});

test('reports a value of a source that is not audio as its error', async () => {
  const { options, wait } = setUp();
  const failed = vi.fn();
  async function* source() {
    yield await Promise.resolve('speech' as unknown as AudioChunk);
  }
  transcribe(source(), options).subscribe({ error: failed });
  await wait(2);
  expect(failed.mock.calls).toEqual([[expect.objectContaining({ reason: 'invalid-audio' })]]);
});

test('send() shows what a chunk pushed out, of raw audio and of a container, and refuses what the log can never hold [G2]', async () => {
  for (const listen of [{ encoding: 'linear16', sample_rate: RATE }, {}]) {
    const { options, clock } = setUp(listen);
    let live!: LiveTranscription;
    const subscription = transcribe(
      options,
      (session) => (live = session),
    )(new Subject<AudioChunk>()).subscribe();
    if (!('encoding' in listen)) live.send(muxWav(new Int16Array(8), { sampleRate: RATE }).header);
    await breathe();
    const result = live.send(new Uint8Array(2 * RATE * 100));
    expect(result).toMatchObject({ accepted: true, backlogMs: 60_000, droppedMs: 40_000 });
    expect(live.ledger.dropped).toBe(40 * RATE);
    expect(live.send(new Uint8Array(9 << 20))).toMatchObject({ accepted: false, reason: 'log-full' });
    subscription.unsubscribe();
    clock.advance(1_000);
  }
});

test('send() reports what waits to be read, before its format is known and while a Blob is read [G2]', () => {
  const { options } = setUp({});
  let live!: LiveTranscription;
  const subscription = transcribe(
    options,
    (session) => (live = session),
  )(new Subject<AudioChunk>()).subscribe();
  expect(live.send(noise(16_000)).backlogMs).toBe(1_000);
  expect(live.send(new Blob([new Uint8Array(32_000)])).backlogMs).toBe(3_000);
  expect(live.backlogMs).toBe(3_000);
  subscription.unsubscribe();
});
