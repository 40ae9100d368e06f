/** The bundled recordings, joined: five sentences, read aloud by one person, with a breath after each. */
import { readFile } from 'node:fs/promises';
import { readWav } from '../../sources/wav.ts';

/** Audio in one piece: linear16, mono. */
export interface Recording {
  samples: Uint8Array;
  sampleRate: number;
  bytesPerSecond: number;
  seconds: number;
}

const FOLDER = new URL('../../../recordings/', import.meta.url);

const FILES = ['austen-0870.wav', 'austen-0880.wav', 'austen-0890.wav', 'austen-0920.wav', 'austen-0930.wav'];

/** The cuts leave no room between sentences; without it a recogniser would take all five for one. */
const BREATH_SECONDS = 0.5;

export async function loadRecording(): Promise<Recording> {
  const parts = await Promise.all(FILES.map(async (file) => readWav(await readFile(new URL(file, FOLDER)))));
  const [first] = parts;
  if (!first || parts.some((part) => part.bytesPerSecond !== first.bytesPerSecond)) {
    throw new Error(
      'The recordings in the folder recordings/ are not of one format: install the package anew.',
    );
  }
  const { sampleRate, bytesPerSecond } = first;
  const breath = new Uint8Array(BREATH_SECONDS * bytesPerSecond);
  const samples = new Uint8Array(Buffer.concat(parts.flatMap((part) => [part.data, breath])));
  return { samples, sampleRate, bytesPerSecond, seconds: samples.byteLength / bytesPerSecond };
}
