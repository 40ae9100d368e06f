import { expect, test } from 'vitest';
import { durationMsOf, opusPacketMs } from '../../../src/testing/media/codec-timing.ts';
import { UndecodableAudio } from '../../../src/testing/media/undecodable-audio.ts';

test.each([
  ['SILK, 60 ms', [3 << 3], 60],
  ['hybrid, 20 ms', [13 << 3], 20],
  ['CELT, 2.5 ms', [16 << 3], 2.5],
  ['CELT, 20 ms, as browsers record', [31 << 3], 20],
  ['two frames of 20 ms', [(31 << 3) | 1], 40],
  ['a counted number of frames', [(31 << 3) | 3, 6], 120],
])('an Opus packet says how long it lasts: %s', (_, bytes, durationMs) => {
  expect(opusPacketMs(Uint8Array.from(bytes))).toBe(durationMs);
});

test.each([
  ['no frames at all', [3]],
  ['longer than any packet may be', [(31 << 3) | 3, 7]],
])('%s is no Opus packet', (_, bytes) => {
  expect(() => opusPacketMs(Uint8Array.from(bytes))).toThrow(UndecodableAudio);
});

test('AMR frames are counted by their types, with the head of a file or without', () => {
  const frame = (type: number, bytes: number) => [type << 3, ...Array.from({ length: bytes }, () => 0)];
  const narrow = Uint8Array.from([...frame(7, 31), ...frame(8, 5), ...frame(15, 0)]);
  expect(durationMsOf('amr-nb', narrow)).toBe(60);
  const wide = Uint8Array.from([...new TextEncoder().encode('#!AMR-WB\n'), ...frame(8, 60), ...frame(9, 5)]);
  expect(durationMsOf('amr-wb', wide)).toBe(40);
  expect(() => durationMsOf('amr-nb', Uint8Array.from(frame(12, 3)))).toThrow(UndecodableAudio);
});

test('G.729 has ten bytes for ten milliseconds', () => {
  expect(durationMsOf('g729', new Uint8Array(45))).toBe(40);
});
