import { bytesOf } from './voice.ts';
import { breathe } from './clocks.ts';
import { describe, expect, test } from 'vitest';
import { RATE, type Story, tell } from './story.ts';

test('empty chunks are skipped, reported once, and never reach the wire [G4]', async () => {
  const story = await tell();
  story.allowRefusals();
  await story.speak(3);
  for (const empty of [new Uint8Array(0), new ArrayBuffer(0), new Blob([])]) {
    expect(story.live.send(empty)).toMatchObject({ accepted: false, reason: 'empty' });
  }
  await story.speak(3);
  await story.close();
  expect(story.noticesOf('empty-audio').length).toBe(1);
  story.expectEveryWordOnce();
  story.expectCleanWire();
});

test('bytes cut anywhere, in mid-sample too, are put together again [G3]', async () => {
  for (const size of [1, 3, 7, 41]) {
    const story = await tell();
    const bytes = story.take(6 * RATE);
    for (let at = 0; at < bytes.length; at += size) {
      story.live.send(bytes.subarray(at, at + size));
      if ((at / size) % Math.ceil(40 / size) === 0) await story.wait(Math.max(size, 40) / 2 / RATE);
    }
    await story.close();
    expect(story.heardText).toBe(story.spokenText);
    story.expectCleanWire();
  }
});

test('a cut in the middle of a half-sent sample loses nothing [G3]', async () => {
  const story = await tell();
  const bytes = story.take(12 * RATE);
  for (let at = 0; at < bytes.length; at += 41) {
    if (at === 41 * 300) story.network.cut();
    story.live.send(bytes.subarray(at, at + 41));
    await story.wait(0.02);
  }
  await story.close();
  expect(story.heardText).toBe(story.spokenText);
});

test('views into larger buffers, of any kind, are read where they point [G3]', async () => {
  const story = await tell();
  const kinds = [
    (bytes: Uint8Array) => bytes.slice().buffer,
    (bytes: Uint8Array) => new DataView(bytes.slice().buffer),
    (bytes: Uint8Array) => new Int16Array(bytes.slice().buffer),
    (bytes: Uint8Array) => {
      const larger = new Uint8Array(bytes.length + 10).fill(99);
      larger.set(bytes, 6);
      return larger.subarray(6, 6 + bytes.length);
    },
    (bytes: Uint8Array) => Buffer.from(bytes),
  ];
  for (let frame = 0; frame < 300; frame += 1) {
    await story.wait(0.02);
    story.say(20, kinds[frame % kinds.length]);
  }
  await story.close();
  story.expectEveryWordOnce();
});

test('a buffer that its owner reuses at once was copied, for replay too [G3]', async () => {
  const story = await tell();
  const owned = new Uint8Array(40);
  for (let frame = 0; frame < 500; frame += 1) {
    await story.wait(0.02);
    if (frame === 250) story.network.cut();
    story.say(20, (bytes) => (owned.set(bytes), owned));
    owned.fill(99);
  }
  await story.close();
  story.expectEveryWordOnce();
});

test('keeps the order of Blobs and bytes [G3]', async () => {
  const story = await tell();
  for (let frame = 0; frame < 200; frame += 1) {
    await story.wait(0.02);
    const bytes = story.take(20);
    story.live.send(frame % 3 === 0 ? new Blob([bytes as Uint8Array<ArrayBuffer>]) : bytes);
    if (frame % 7 === 0) await breathe();
  }
  story.live.send(new Blob([story.take(600) as Uint8Array<ArrayBuffer>]));
  const closing = story.live.close();
  await breathe();
  await story.wait(15);
  expect(await closing).toMatchObject({ outcome: 'drained', ledger: { pending: 0 } });
  expect(story.heardText).toBe(story.spokenText);
});

test('reports an unreadable Blob, and does not delay later audio [G2]', async () => {
  const story = await tell();
  const broken = new Blob([new Uint8Array(40)]);
  broken.arrayBuffer = () => Promise.reject(new Error('gone'));
  story.live.send(broken);
  story.live.send(bytesOf(new Int16Array(20)));
  await breathe();
  expect(story.noticesOf('audio-unreadable').map(({ cause }) => String(cause))).toEqual(['Error: gone']);
  expect(story.live.ledger.accepted).toBe(20);
  story.live.abort();
});

/** Its bytes never come. */
const hangingBlob = () =>
  Object.assign(new Blob([new Uint8Array(40)]), { arrayBuffer: () => new Promise<never>(() => undefined) });

test('finalize() is settled in time behind a Blob that never gives its bytes [G9]', async () => {
  const story = await tell();
  story.say(600);
  story.live.send(hangingBlob());
  let settled: boolean | undefined;
  void story.live.finalize().then((answer) => (settled = answer));
  await story.wait(6);
  expect(settled).toBeTypeOf('boolean');
  story.live.abort();
});

test('bounds the audio that waits behind a Blob without bytes, and reports refused audio [G2 G6]', async () => {
  const story = await tell({ log: { maxBytes: 65_536 } });
  story.live.send(hangingBlob());
  const answers = Array.from({ length: 30 }, () => story.live.send(new Uint8Array(3_200)));
  expect(answers.filter(({ accepted }) => accepted)).toHaveLength(20);
  expect(answers.at(-1)).toMatchObject({ accepted: false, reason: 'log-full' });
  expect(story.noticesOf('audio-refused')).not.toEqual([]);
  const closing = story.live.close();
  await story.wait(30);
  await closing;
  expect(story.noticesOf('audio-unreadable').at(-1)?.evidence).toEqual({ bytes: 40 + 20 * 3_200 });
});

test('ten seconds in one chunk go out in pieces, paced, and whole [G3 G10]', async () => {
  const story = await tell();
  story.say(10 * RATE);
  await story.wait(10);
  await story.close();
  expect(Math.max(...story.link.frames.map(({ bytes }) => bytes))).toBeLessThanOrEqual(0.4 * RATE * 2);
  expect(story.heardText).toBe(story.spokenText);
});

test('refuses a value that is not audio with a clear error', async () => {
  const story = await tell();
  for (const nothing of [null, undefined, 'audio', 7, [1, 2], {}]) {
    expect(() => story.live.send(nothing as never)).toThrow(/invalid-audio/);
  }
  story.live.abort();
});

test('send() shows the backlog, so that a file can be read no faster than it is heard [G2]', async () => {
  const story = await tell();
  let backlogMs = 0;
  for (let second = 0; second < 30; second += 1) {
    const result = story.say(RATE);
    backlogMs = Math.max(backlogMs, result.backlogMs);
    while (result.backlogMs > 5_000 && story.live.send(new Uint8Array(0)).backlogMs > 2_000)
      await story.wait(0.1);
  }
  expect(backlogMs).toBeLessThan(8_000);
  await story.close();
  expect(story.heardText).toBe(story.spokenText);
});

describe('audio with the time of its capture', () => {
  /** Half a second of speech for each time, handed in when all of it was captured. */
  async function captured(story: Story, times: readonly number[], chunkMs: number): Promise<void> {
    for (const from of times) {
      for (let atMs = 0; atMs < 600; atMs += chunkMs) {
        const audio = story.take((RATE * chunkMs) / 1000) as Uint8Array<ArrayBuffer>;
        const chunk = chunkMs % 40 === 0 ? new Blob([audio]) : audio;
        expect(story.live.send({ audio: chunk, capturedAt: from + atMs }).accepted).toBe(true);
      }
      await breathe();
    }
    await story.wait(2);
  }

  test.each([20, 40, 600])(
    'in chunks of %i ms gives its words that time, and a jump is a hole',
    async (chunkMs) => {
      const story = await tell();
      const dayMs = 86_400_000;
      await captured(story, [dayMs, dayMs + 600, 2 * dayMs, 2 * dayMs + 600], chunkMs);
      await story.close();
      const times = story.heard.map(({ capturedAt }) => capturedAt);
      expect(
        times.map((time, word) =>
          Math.abs((time ?? 0) - [dayMs, dayMs + 600, 2 * dayMs, 2 * dayMs + 600][word]!),
        ),
      ).toEqual(times.map(() => expect.toSatisfy((offMs: number) => offMs <= 40) as number));
      expect(times).toHaveLength(4);
    },
  );

  test('is refused without a time that is one', async () => {
    const story = await tell();
    expect(() => story.live.send({ audio: new Uint8Array(2), capturedAt: Number.NaN })).toThrow(
      'invalid-audio: capturedAt is NaN. Give milliseconds since 1970, such as Date.now().',
    );
    await story.close();
  });
});
