/** The speaker of the stories: 0001, 0002, 0003 … without end. */
import { speakNumbered } from '../../src/testing/index.ts';

/** A low rate makes an hour cheap; the numbered recogniser still hears every single sample. */
export const RATE = 1_000;
/** Half a second of word, and a tenth of silence. */
export const WORD_SAMPLES = 500;
const GAP_MS = 100;
export const CYCLE_SAMPLES = 600;

const words = new Map<number, Int16Array>();

/** The sample that the speaker utters at a position. */
export function sampleOf(position: number): number {
  const word = Math.floor(position / CYCLE_SAMPLES) + 1;
  let audio = words.get(word);
  if (!audio) words.set(word, (audio = speakNumbered([word], { sampleRate: RATE, gapMs: GAP_MS })));
  return audio[position % CYCLE_SAMPLES] as number;
}

export function bytesOf(audio: Int16Array): Uint8Array {
  return new Uint8Array(audio.buffer, audio.byteOffset, audio.byteLength);
}
