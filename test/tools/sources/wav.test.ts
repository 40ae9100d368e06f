import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { readWav } from '../../../src/tools/sources/wav.ts';
import { muxWav } from '../../../src/testing/index.ts';

const recording = new URL('../../../recordings/austen-0880.wav', import.meta.url);

/** A WAV file of these chunks; its size fields say what they are. */
function wav(...chunks: readonly (readonly [name: string, body: readonly number[]])[]): Uint8Array {
  const u32 = (value: number) => [...new Uint8Array(Uint32Array.of(value).buffer)];
  const text = (value: string) => [...new TextEncoder().encode(value)];
  const bodies = chunks.flatMap(([name, body]) => [
    ...text(name),
    ...u32(body.length),
    ...body,
    ...(body.length % 2 ? [0] : []),
  ]);
  return Uint8Array.from([...text('RIFF'), ...u32(4 + bodies.length), ...text('WAVE'), ...bodies]);
}

const format = (tag: number, bits: number, rest: number[] = []) =>
  ['fmt ', [tag & 255, tag >> 8, 1, 0, 0x80, 0x3e, 0, 0, 0, 0, 0, 0, 2, 0, bits, 0, ...rest]] as const;

test('a recording has the format of its description', async () => {
  const { data, ...audio } = readWav(await readFile(recording));
  expect(audio).toEqual({
    encoding: 'linear16',
    sampleRate: 16_000,
    channels: 1,
    bytesPerSecond: 32_000,
    seconds: 2.99,
  });
  expect(data.byteLength).toBe(95_680);
});

test('skips chunks that are not audio, also with odd lengths', () => {
  const file = wav(['LIST', [1, 2, 3]], format(1, 16), ['cue ', [9]], ['data', [5, 6, 7, 8]], ['LIST', [1]]);
  expect([...readWav(file).data]).toEqual([5, 6, 7, 8]);
});

test('finds the format in the extension', () => {
  const extension = [22, 0, 16, 0, 4, 0, 0, 0, 1, 0, ...Array<number>(14).fill(0)];
  expect(readWav(wav(format(0xfffe, 16, extension), ['data', [0, 0]])).encoding).toBe('linear16');
});

test('an unknown length in the header means the whole rest of the file', () => {
  const { header, chunks } = muxWav(Int16Array.of(1, 2, 3), { sampleRate: 8_000 });
  const file = new Uint8Array(Buffer.concat([header, ...chunks]));
  expect(readWav(file).data.byteLength).toBe(6);
});

test('a truncated file gives the audio that it has', () => {
  const file = wav(format(1, 16), ['data', [1, 2, 3, 4]]);
  expect([...readWav(file.subarray(0, file.length - 2)).data]).toEqual([1, 2]);
});

test.each([
  ['nothing', new Uint8Array(0), 'not a WAV file'],
  ['something else', new TextEncoder().encode('OggS and so on'), 'not a WAV file'],
  ['no format', wav(['data', [1, 2]]), 'does not say'],
  ['no samples', wav(format(1, 16)), 'holds no samples'],
  ['compressed samples', wav(format(2, 4), ['data', [1]]), 'unusual'],
  ['a header cut off', wav(format(1, 16)).subarray(0, 30), 'broken'],
])('%s is refused with advice', (_, file, problem) => {
  expect(() => readWav(file)).toThrow(problem);
  expect(() => readWav(file)).toThrow('ffmpeg');
});
