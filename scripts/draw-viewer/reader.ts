/** A recogniser with the known words of the bundled recording: it gives each word at its time, the same in every run. */
import type { HeardWord, RecogniserFactory } from '../../src/testing/recognisers/recogniser.ts';

/** Seconds of each recording and what is said in it, as recordings/README.md has it. */
const SENTENCES: [seconds: number, text: string][] = [
  [
    7.1,
    'And Mister John Dashwood had then leisure to consider how much there might be prudently in his power to do for them.',
  ],
  [2.99, 'He was not an ill-disposed young man,'],
  [5.3, 'unless to be rather cold-hearted and rather selfish is to be ill-disposed.'],
  [6.05, 'Had he married a more amiable woman, he might have been made still more respectable than he was:'],
  [3.29, 'he might even have been made amiable himself.'],
];

/** As in `src/tools/cli/demo/recording.ts`. */
const BREATH_SECONDS = 0.5;

interface Sentence {
  words: HeardWord[];
  /** With the breath after it. */
  end: number;
}

function sentences(): Sentence[] {
  let at = 0;
  return SENTENCES.map(([seconds, text]) => {
    const words = text.split(' ');
    const each = seconds / words.length;
    const start = at;
    at += seconds + BREATH_SECONDS;
    return {
      words: words.map((word, i) => ({
        word,
        start: start + i * each + 0.02,
        end: start + (i + 0.9) * each,
        confidence: 0.98,
      })),
      end: at,
    };
  });
}

/** @param replayedFrom Where in the recording a new connection begins, in seconds. */
export function reader(replayedFrom: () => number): RecogniserFactory {
  return ({ sampleRate }, listener) => {
    const base = replayedFrom();
    const ahead = sentences().filter(({ end }) => end > base);
    let heard = base;
    const onOwnClock = (words: readonly HeardWord[]): HeardWord[] =>
      words
        .filter(({ start, end }) => start >= base && end <= heard)
        .map((word) => ({ ...word, start: word.start - base, end: word.end - base }));
    const decide = (until: number, isPause: boolean) => {
      const [sentence] = ahead;
      listener.final(onOwnClock(sentence?.words ?? []), until - base, isPause);
    };
    return {
      accept: (samples) => {
        heard += samples.length / sampleRate;
        const [sentence] = ahead;
        if (!sentence) return;
        if (heard < sentence.end) listener.interim(onOwnClock(sentence.words), heard - base);
        else {
          decide(sentence.end, true);
          ahead.shift();
        }
      },
      flush: (flushed) => {
        decide(heard, false);
        flushed();
      },
      close: () => undefined,
    };
  };
}
