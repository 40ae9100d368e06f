import { expect, test } from 'vitest';
import { bytesOf, bytesPerMsOf, capturedAtOf } from '../../src/audio/audio-chunk.ts';

test('audio with a time of capture has it', () => {
  expect(capturedAtOf({ audio: new Uint8Array(2), capturedAt: 1_700_000_000_000 })).toBe(1_700_000_000_000);
  expect(capturedAtOf({ audio: new Uint8Array(2), capturedAt: 0 })).toBe(0);
});

test.each([
  ['a view', Object.assign(new Uint8Array(2), { capturedAt: 5 })],
  ['a buffer', new ArrayBuffer(2)],
  ['a Blob', new Blob(['ab'])],
  ['null', null],
  ['text', 'speech'],
])('%s has no time of capture', (_, input) => {
  expect(capturedAtOf(input)).toBeUndefined();
});

test.each([NaN, Infinity, '5', null, undefined])(
  'capturedAt %s is refused, and the remedy names the unit',
  (value) => {
    expect(() => capturedAtOf({ audio: new Uint8Array(2), capturedAt: value })).toThrow(
      expect.objectContaining({
        reason: 'invalid-audio',
        message: expect.stringContaining(`capturedAt is ${value}.`) as string,
        remedy: expect.stringContaining('milliseconds since 1970') as string,
      }) as Error,
    );
  },
);

test('a view keeps its place in the buffer, and its length', () => {
  const { buffer } = Uint8Array.of(0, 1, 2, 3, 4, 5);
  expect(bytesOf(new DataView(buffer, 2, 3))).toEqual(Uint8Array.of(2, 3, 4));
  expect(bytesOf(new Uint8Array(buffer, 1, 2))).toEqual(Uint8Array.of(1, 2));
  expect(bytesOf(buffer)).toEqual(Uint8Array.of(0, 1, 2, 3, 4, 5));
  expect(bytesOf(new Blob(['ab']))).toBeUndefined();
});

test('the bytes of a millisecond are exact for raw audio, and else an estimate', () => {
  expect(bytesPerMsOf({ kind: 'raw', sampleRate: 16_000, frameBytes: 4, silentByte: 0 })).toBe(64);
  expect(bytesPerMsOf({ kind: 'container' })).toBe(16);
});
