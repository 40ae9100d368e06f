/** The recordings of people, joined to speeches, with their words. */
import { readFileSync } from 'node:fs';
import { readWav } from '../../src/tools/sources/wav.ts';

/** Audio in one piece, and the words in it: linear16, mono, 16 kHz. */
export interface Speech {
  name: string;
  audio: Uint8Array;
  /** The spoken words. */
  spoken: readonly string[];
  /** The vocabulary; none for free speech. */
  vocabulary?: readonly string[];
  /** The share of words that may differ when a recogniser starts anew in mid-speech, since it adapts to free speech. */
  mayDiffer: number;
}

export const SAMPLE_RATE = 16_000;
export const BYTES_PER_SECOND = 2 * SAMPLE_RATE;

const FOLDER = new URL('../../recordings/', import.meta.url);

const NUMBERS =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred';
const CARDS = 'of clubs hearts diamonds spades ace jack queen king';

/** Somebody reads a novel aloud: free speech. */
export function reading(): Speech {
  const files = ['austen-0870', 'austen-0880', 'austen-0890', 'austen-0920', 'austen-0930'];
  return { name: 'Free speech: a novel, read aloud', ...joined(files, 0.5), mayDiffer: 0.08 };
}

/** Three people say numbers and name playing cards. */
export function numbers(): Speech {
  const files = ['digits', 'numbers', 'cards-005', 'cards-004', 'cards-003', 'cards-002', 'cards-001'];
  const order = [...files, 'numbers', 'digits'].map((file) => `numbers/${file}`);
  return {
    name: 'Digits, numbers and playing cards, by a grammar',
    ...joined(order, 0.3),
    vocabulary: [...NUMBERS.split(' '), ...CARDS.split(' ')],
    mayDiffer: 0,
  };
}

/** A breath after each, without which a recogniser would take them all for one. */
function joined(files: readonly string[], breathSeconds: number): Pick<Speech, 'audio' | 'spoken'> {
  const breath = new Uint8Array(breathSeconds * BYTES_PER_SECOND);
  const parts = files.map((file) => readWav(readFileSync(new URL(`${file}.wav`, FOLDER))).data);
  return {
    audio: new Uint8Array(Buffer.concat(parts.flatMap((part) => [part, breath]))),
    spoken: files.flatMap(wordsIn),
  };
}

/** As the table beside the recordings has it: `| file | seconds | words |`. */
export function wordsIn(file: string): string[] {
  const row = readFileSync(new URL('README.md', FOLDER), 'utf8')
    .split('\n')
    .find((line) => line.startsWith(`| ${file}.wav |`));
  const words = row?.split('|')[3]?.trim();
  if (!words) throw new Error(`recordings/README.md does not say what is spoken in ${file}.wav.`);
  return words.split(' ');
}
