/** The audio of the demonstration: five sentences of one reader, or as many seconds of test tones. */
import { readFile } from 'node:fs/promises';
import { readWav } from '../../sources/wav.ts';
import { count, encodePcm, speak } from '../../../testing/index.ts';

/** Audio in one piece: linear16, mono. */
export interface Recording {
  /** For titles: “27 s of …”. */
  sound: 'human speech' | 'test tones';
  samples: Uint8Array;
  sampleRate: number;
  bytesPerSecond: number;
  seconds: number;
}

const FOLDER = new URL('../../../../recordings/', import.meta.url);

const FILES = ['austen-0870.wav', 'austen-0880.wav', 'austen-0890.wav', 'austen-0920.wav', 'austen-0930.wav'];

/** Pause between the recordings; without it a recogniser would hear one sentence. */
const BREATH_SECONDS = 0.5;

/** The bundled recordings, joined, with a pause after each. */
export async function loadRecording(): Promise<Recording> {
  const parts = await Promise.all(FILES.map(async (file) => readWav(await readFile(new URL(file, FOLDER)))));
  const [first] = parts;
  if (!first || parts.some((part) => part.bytesPerSecond !== first.bytesPerSecond)) {
    throw new Error('The files in recordings/ differ in format: install the package again.');
  }
  const { sampleRate, bytesPerSecond } = first;
  const breath = new Uint8Array(BREATH_SECONDS * bytesPerSecond);
  const samples = new Uint8Array(Buffer.concat(parts.flatMap((part) => [part.data, breath])));
  const seconds = samples.byteLength / bytesPerSecond;
  return { sound: 'human speech', samples, sampleRate, bytesPerSecond, seconds };
}

const TONE_RATE = 16_000;

/** Of the recordings' length, and recognised by any emulator. */
const TONE_WORDS = 53;

/** Numbers in test tones, for use without a speech recogniser. */
export function toneRecording(): Recording {
  const samples = encodePcm(speak(count(1, TONE_WORDS), { sampleRate: TONE_RATE }), 'linear16');
  const bytesPerSecond = 2 * TONE_RATE;
  const seconds = samples.byteLength / bytesPerSecond;
  return { sound: 'test tones', samples, sampleRate: TONE_RATE, bytesPerSecond, seconds };
}
