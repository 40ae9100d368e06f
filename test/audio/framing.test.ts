import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Framing, RawFraming } from '../../src/audio/framing.ts';
import { sizeOf } from '../../src/audio/audio-chunk.ts';

function frame(frameBytes: number) {
  const frames: { bytes: Uint8Array; samples: number }[] = [];
  const framing: Framing = new RawFraming(
    {
      append: (bytes, samples) => void frames.push({ bytes: bytes.slice(), samples }),
      setFormat: () => undefined,
      capturedAt: undefined,
    },
    1_000,
    frameBytes,
  );
  return { frames, framing };
}

test('whatever the cuts, the bytes come out in order, in whole samples, none longer than 400 ms [G3]', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 8 }),
      fc.array(fc.nat(5_000), { maxLength: 12 }),
      (frameBytes, lengths) => {
        const { frames, framing } = frame(frameBytes);
        let counter = 0;
        const pushed: number[] = [];
        for (const length of lengths) {
          const bytes = Uint8Array.from({ length }, () => (counter = (counter + 1) % 251));
          pushed.push(...bytes);
          framing.push(bytes, 0);
        }
        const whole = pushed.length - (pushed.length % frameBytes);
        expect(frames.flatMap(({ bytes }) => [...bytes])).toEqual(pushed.slice(0, whole));
        for (const { bytes, samples } of frames.filter(({ samples }) => samples > 0)) {
          expect(bytes.length).toBe(samples * frameBytes);
          expect(samples).toBeLessThanOrEqual(400);
        }
      },
    ),
    { numRuns: 300 },
  );
});

test('no frame is empty, not even for an empty chunk [G4]', () => {
  const { frames, framing } = frame(2);
  for (const length of [0, 1, 0, 1, 2, 3, 0]) framing.push(new Uint8Array(length), 0);
  expect(frames.filter(({ samples }) => samples === 0)).toEqual([]);
});

test('half a sample at the end is no audio', () => {
  const { frames, framing } = frame(2);
  framing.push(Uint8Array.of(1, 2, 3), 0);
  framing.finish(0);
  framing.push(Uint8Array.of(4, 5), 0);
  expect(frames.map(({ bytes }) => [...bytes])).toEqual([
    [1, 2],
    [4, 5],
  ]);
});

test.each([
  [800, [400]],
  [802, [201, 200]],
  [1_600, [400, 400]],
  [1_602, [267, 267, 267]],
])('a chunk of %i bytes is cut into equal parts of whole samples: %j', (length, parts) => {
  const { frames, framing } = frame(2);
  framing.push(new Uint8Array(length), 0);
  expect(frames.map(({ samples }) => samples)).toEqual(parts);
});

test('a chunk of whole samples is passed on as it is, without a view', () => {
  const passed: Uint8Array[] = [];
  const append = (bytes: Uint8Array) => void passed.push(bytes);
  const framing = new RawFraming({ append, setFormat: () => undefined, capturedAt: undefined }, 1_000, 2);
  const chunks = [new Uint8Array(40), new Uint8Array(500)];
  for (const chunk of chunks) framing.push(chunk, 0);
  expect(passed[0]).toBe(chunks[0]);
  expect(passed[1]).toBe(chunks[1]);
  expect([framing.isExact, framing.header]).toEqual([true, undefined]);
});

test('measures every type that it accepts, and accepts no other', () => {
  const bytes = new Uint8Array(10);
  expect(
    [bytes, bytes.buffer, bytes.subarray(3), new DataView(bytes.buffer, 2), new Blob([bytes])].map(sizeOf),
  ).toEqual([10, 10, 7, 8, 10]);
  for (const nothing of [null, undefined, 'x', 4, [1], {}])
    expect(() => sizeOf(nothing as never)).toThrow(/invalid-audio/);
});

test('half a sample of a Buffer, whose slices are views, is copied while it waits for the rest', () => {
  const { frames, framing } = frame(2);
  const odd = Buffer.from([1, 2, 3]);
  framing.push(odd, 0);
  odd.fill(9);
  framing.push(Buffer.from([4]), 0);
  expect([...(frames[1]?.bytes ?? [])]).toEqual([3, 4]);
});
