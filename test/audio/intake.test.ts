/** The intake alone: bytes come out unchanged and in order, for every type of chunk. */
import { runInNewContext } from 'node:vm';
import { describe, expect, test, vi } from 'vitest';
import { refuseFloats, sizeOf } from '../../src/audio/audio-chunk.ts';
import { Intake } from '../../src/audio/intake.ts';
import { TranscriptionError } from '../../src/index.ts';
import type { AudioFormat } from '../../src/protocol/protocol.ts';
import { VirtualClock } from '../../src/testing/index.ts';

/** A byte is a sample. */
const RAW = { kind: 'raw', sampleRate: 1_000, frameBytes: 1, silentByte: 0 } as const;

function door(format: AudioFormat = RAW) {
  const passed: number[][] = [];
  const failed: string[] = [];
  const capturedAt: (number | undefined)[] = [];
  const sink = {
    append: (bytes: Uint8Array) => {
      passed.push([...bytes]);
      capturedAt.push(sink.capturedAt);
    },
    setFormat: () => undefined,
    capturedAt: undefined as number | undefined,
  };
  const clock = new VirtualClock();
  const intake = new Intake(clock, format, sink, {
    report: (code, evidence, cause) => {
      if (code === 'audio-unreadable')
        failed.push(`${String((cause as Error | undefined)?.message)}: ${JSON.stringify(evidence)}`);
    },
  });
  const push = (chunk: Parameters<Intake['push']>[0], at?: number) => intake.push(chunk, at);
  return { clock, intake, push, passed, failed, capturedAt, settled: () => intake.settled(1_000) };
}

const blob = (...bytes: number[]): Blob => new Blob([Uint8Array.from(bytes)]);

test('bytes of a buffer or of any view are passed on at once', () => {
  const { intake, push, passed } = door();
  const all = Uint8Array.of(0, 1, 2, 3, 4, 5);
  push(all.subarray(1, 3));
  push(Uint8Array.of(7, 8).buffer);
  push(new DataView(all.buffer, 2, 3));
  expect(passed).toEqual([
    [1, 2],
    [7, 8],
    [2, 3, 4],
  ]);
  expect([intake.isWaiting, intake.waitingBytes]).toEqual([false, 0]);
});

test('a buffer or a view of another realm is audio, too', () => {
  const { push, passed } = door();
  for (const code of ['Uint8Array.of(1, 2).buffer', 'Uint8Array.of(3)', 'new DataView(new ArrayBuffer(1))']) {
    const chunk = runInNewContext(code) as ArrayBuffer | Uint8Array;
    expect(chunk instanceof ArrayBuffer || chunk instanceof Uint8Array).toBe(false);
    expect(sizeOf(chunk)).toBe(chunk.byteLength);
    push(chunk);
  }
  expect(passed).toEqual([[1, 2], [3], [0]]);
});

test('a Blob that no method reads, such as React Native has, is refused at once', () => {
  expect(() => sizeOf({ size: 9, slice: () => undefined })).toThrow(TranscriptionError);
});

test('places a chunk sent from within a callback after the present chunk, half samples included [G3]', async () => {
  const { clock } = door();
  const passed: number[] = [];
  const reused = Uint8Array.of(6, 7);
  const seen: unknown[] = [];
  const sink = {
    append: (bytes: Uint8Array) => {
      passed.push(...bytes);
      if (passed.length > 4) return;
      // Where the app's own status observer sends: once, in the middle of the first chunk.
      intake.push(reused, 60);
      reused.fill(99);
      intake.push(blob(8, 9), undefined);
      intake.push(Uint8Array.of(10), undefined);
      seen.push(intake.isWaiting, intake.waitingBytes);
    },
    setFormat: () => undefined,
    capturedAt: undefined as number | undefined,
  };
  const intake = new Intake(clock, { ...RAW, frameBytes: 2 }, sink, { report: () => undefined });
  intake.push(Uint8Array.of(1, 2, 3, 4, 5), undefined);
  expect(passed).toEqual([1, 2, 3, 4, 5, 6]);
  await intake.settled(1_000);
  expect(passed).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(seen).toEqual([true, 5]);
  expect([intake.isWaiting, intake.waitingBytes]).toEqual([false, 0]);
});

test('keeps a copy of the audio that waits for a Blob [G3]', async () => {
  const { intake, push, passed, settled } = door();
  const reused = Buffer.from([4, 5, 6]);
  push(blob(1, 2, 3));
  push(reused);
  push(blob(7));
  expect([passed.length, intake.isWaiting, intake.waitingBytes]).toEqual([0, true, 7]);
  reused.fill(0);
  await settled();
  expect(passed).toEqual([[1, 2, 3], [4, 5, 6], [7]]);
  expect([intake.isWaiting, intake.waitingBytes]).toEqual([false, 0]);
  push(Uint8Array.of(8));
  expect(passed.at(-1)).toEqual([8]);
});

test('settled() waits for chunks that come while it waits', async () => {
  const { push, passed, settled } = door();
  push(blob(1));
  const isSettled = settled();
  push(blob(2));
  await isSettled;
  expect(passed).toEqual([[1], [2]]);
});

test('audio waits until the code for its format is loaded', async () => {
  const { intake, push, passed, settled } = door({ kind: 'packets' });
  push(Uint8Array.of(1));
  expect([passed.length, intake.waitingBytes]).toEqual([0, 1]);
  await settled();
  expect(passed).toEqual([[1]]);
});

test('a chunk keeps its time of capture while it waits', async () => {
  const { push, passed, capturedAt, settled } = door();
  push(blob(1), 5);
  push(Uint8Array.of(2));
  push(Uint8Array.of(3), 7);
  await settled();
  expect([passed, capturedAt]).toEqual([
    [[1], [2], [3]],
    [5, undefined, 7],
  ]);
});

test('reports an unreadable Blob, and does not delay later ones', async () => {
  const { intake, push, passed, failed, settled } = door();
  const broken = { size: 9, arrayBuffer: () => Promise.reject(new Error('gone')) };
  push(broken as unknown as Blob);
  push(Uint8Array.of(1));
  await settled();
  expect([failed, passed]).toEqual([['gone: {"bytes":9}'], [[1]]]);
  expect(intake.waitingBytes).toBe(0);
});

test('the size of a chunk is that of its bytes', () => {
  expect([sizeOf(new Float32Array(2)), sizeOf(new ArrayBuffer(3)), sizeOf(blob(1, 2))]).toEqual([8, 3, 2]);
});

test.each([
  [new Float32Array(2), 'linear16'],
  [new Float32Array(2), 'mulaw'],
  [new Float64Array(2), 'linear32'],
])('does not send samples as noise: %o under %s is refused', (chunk, encoding) => {
  const refusal = expect.objectContaining({
    reason: 'invalid-audio',
    message: expect.stringContaining(
      `a ${chunk.constructor.name} under encoding '${encoding}', which is noise`,
    ) as string,
    remedy: expect.stringContaining('converted to linear16') as string,
  }) as TranscriptionError;
  expect(() => refuseFloats(chunk, encoding)).toThrow(refusal);
});

test.each([
  [new Float32Array(2), 'linear32'],
  [new Float32Array(2), undefined],
  [new Int16Array(2), 'linear16'],
  [new Uint8Array(2), 'linear16'],
])('%o under %s is taken', (chunk, encoding) => {
  expect(() => refuseFloats(chunk, encoding)).not.toThrow();
});

test.each([
  [null, 'null'],
  [undefined, 'undefined'],
  ['speech', 'string'],
  [{}, 'object'],
])('%s is refused, and the error names the valid types', (chunk, name) => {
  const refusal = expect.objectContaining({
    reason: 'invalid-audio',
    message: expect.stringContaining(`given ${name}, which is no audio`) as string,
    remedy: expect.stringMatching(/Uint8Array.*Blob/) as string,
  }) as TranscriptionError;
  expect(() => sizeOf(chunk)).toThrow(TranscriptionError);
  expect(() => sizeOf(chunk)).toThrow(refusal);
});

/** A Blob whose bytes never come. */
const never = (size: number) => ({ size, arrayBuffer: () => new Promise(() => {}) }) as unknown as Blob;

describe('a Blob whose bytes do not come', () => {
  test('is reported when the session is over, with all audio after it [G2]', () => {
    const { intake, push, failed } = door();
    push(never(9));
    push(new Uint8Array(80));
    intake.close();
    expect(failed).toEqual(['undefined: {"bytes":89}']);
  });

  test('is awaited for the given time, and not beyond the session [G5]', async () => {
    const { clock, intake, push, settled } = door();
    push(never(9));
    const told: string[] = [];
    void settled().then(() => told.push('waited'));
    await clock.advanceAsync(999);
    expect(told).toEqual([]);
    await clock.advanceAsync(1);
    expect(told).toEqual(['waited']);
    void settled().then(() => told.push('let go'));
    intake.close();
    await clock.advanceAsync(0);
    expect([told, clock.pendingTimers]).toEqual([['waited', 'let go'], 0]);
  });

  test('counts as audio that waits, by its bytes', () => {
    const { intake, push } = door();
    push(never(500));
    expect([intake.waitingMs, intake.waitingBytes]).toEqual([500, 500]);
  });
});

test('bytes that come after the end change nothing', async () => {
  const { intake, push, passed, settled } = door();
  push(blob(1));
  intake.close();
  await settled();
  expect(passed).toEqual([]);
});

test('audio after the end is reported, and not passed on', () => {
  const { intake, push, passed, failed } = door();
  intake.finish();
  push(Uint8Array.of(1, 2));
  expect([passed, failed]).toEqual([[], ['undefined: {"bytes":2}']]);
});

test('the bytes that a container held back are passed on at the end [G3]', async () => {
  const { intake, push, passed, settled } = door({ kind: 'container' });
  push(Uint8Array.of(1, 2));
  push(Uint8Array.of(3));
  await settled();
  expect(passed).toEqual([]);
  intake.finish();
  expect(passed.flat()).toEqual([1, 2, 3]);
});

describe('code that cannot be loaded', () => {
  const missing = () =>
    vi.doMock(import('../../src/audio/container-framing.ts'), () => Promise.reject(new Error('offline')));
  const found = () => vi.doUnmock(import('../../src/audio/container-framing.ts'));

  test('is reported and asked for again after three seconds, while the audio waits [G2]', async () => {
    missing();
    const { clock, push, passed, failed, settled } = door({ kind: 'packets' });
    push(Uint8Array.of(1));
    await vi.waitFor(() => expect(failed).toHaveLength(1), { timeout: 60_000 });
    found();
    clock.advance(2_999);
    expect(passed).toEqual([]);
    clock.advance(1);
    await settled();
    expect([passed, failed.length]).toEqual([[[1]], 1]);
  });

  test('is not requested after the end of the session [G5]', async () => {
    missing();
    try {
      const { clock, intake, failed } = door({ kind: 'packets' });
      await vi.waitFor(() => expect(failed).toHaveLength(1), { timeout: 60_000 });
      intake.close();
      await clock.advanceAsync(60_000);
      expect([failed.length, clock.pendingTimers]).toEqual([1, 0]);
    } finally {
      found();
    }
  });
});
