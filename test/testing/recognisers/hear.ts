import type {
  HeardWord,
  RecogniserFactory,
  RecogniserFormat,
} from '../../../src/testing/recognisers/recogniser.ts';

export interface Heard {
  words: string[];
  timed: HeardWord[];
  finals: { words: string[]; until: number; endpoint: boolean }[];
  interims: { words: string[]; until: number }[];
}

/** Lets a recogniser hear a whole recording in chunks of a given size, and flushes it. */
export function hear(
  recogniser: RecogniserFactory,
  audio: Int16Array,
  format: RecogniserFormat,
  chunkSamples = Math.round(format.sampleRate / 50),
): Heard {
  const heard: Heard = { words: [], timed: [], finals: [], interims: [] };
  const instance = recogniser(format, {
    interim: (words, until) => heard.interims.push({ words: words.map((w) => w.word), until }),
    final: (words, until, endpoint) => {
      heard.timed.push(...words);
      heard.words.push(...words.map((w) => w.word));
      heard.finals.push({ words: words.map((w) => w.word), until, endpoint });
    },
  });
  for (let i = 0; i < audio.length; i += chunkSamples) instance.accept(audio.subarray(i, i + chunkSamples));
  instance.flush(() => undefined);
  return heard;
}
