/** Sound files for Chromium's fake microphone, which plays a WAV again and again. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { muxWav } from '../../../src/testing/index.ts';

/** Chromium plays any rate; this is the one that most microphones have. */
export const RECORDING_RATE = 48_000;

export interface SoundFile extends Disposable {
  path: string;
}

/** Writes samples between −1 and 1, or whole ones, into a file of its own. */
export function soundFile(samples: Float32Array | Int16Array, rate = RECORDING_RATE): SoundFile {
  const pcm =
    samples instanceof Int16Array
      ? samples
      : Int16Array.from(samples, (sample) => Math.round(sample * 0x7fff));
  const { header, chunks } = muxWav(pcm, { sampleRate: rate });
  const file = Buffer.concat([header, ...chunks]);
  // The kit writes an unknown length; Chromium needs the true one.
  file.writeUInt32LE(file.length - 8, 4);
  file.writeUInt32LE(file.length - header.length, header.length - 4);
  const folder = mkdtempSync(join(tmpdir(), 'rx-deepgram-sound-'));
  const path = join(folder, 'sound.wav');
  writeFileSync(path, file);
  return { path, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

/** A microphone that is there, is allowed, and plays this file. */
export function fakeMicrophone(path: string): string[] {
  return [
    '--use-fake-device-for-media-stream',
    '--use-fake-ui-for-media-stream',
    `--use-file-for-fake-audio-capture=${path}`,
  ];
}
