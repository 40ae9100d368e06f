/** Transcripts as caption files and as text. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Word } from '../../src/index.ts';
import { type CaptionSource, toSrt, toText, toWebVTT } from '../../src/captions/index.ts';

interface Said {
  at: number;
  text: string;
  channel?: number;
  speaker?: number;
  final?: boolean;
}

/** One transcript, half a second for each word. */
function said({ at, text, channel = 0, speaker, final = true }: Said): CaptionSource {
  const words = text.split(' ').filter(Boolean);
  return {
    final,
    text,
    words: words.map(
      (word, i): Word => ({
        word: word.toLowerCase(),
        text: word,
        start: at + i / 2,
        end: at + (i + 1) / 2,
        confidence: 1,
        speaker,
        language: undefined,
        capturedAt: undefined,
      }),
    ),
    start: at,
    end: at + words.length / 2,
    channel,
  };
}

const CALL = [
  said({ at: 0.25, text: 'Hello, this is Ann.' }),
  said({ at: 1, text: 'Hi Ann', channel: 1, final: false }),
  said({ at: 3, text: 'Hi Ann.', channel: 1 }),
  said({ at: 4.5, text: 'How are you?', channel: 1 }),
  said({ at: 3_723.4567, text: 'Bye.' }),
];
const nameOf = ({ channel }: { channel: number }) => ['Caller', 'Agent'][channel];

describe('toWebVTT', () => {
  test('writes the finals of both channels in order, with voices', () => {
    expect(toWebVTT(CALL, { nameOf })).toBe(
      [
        'WEBVTT\n',
        '00:00:00.250 --> 00:00:02.250\n<v Caller>Hello, this is Ann.\n',
        '00:00:03.000 --> 00:00:06.000\n<v Agent>Hi Ann. How are you?\n',
        '01:02:03.457 --> 01:02:03.957\n<v Caller>Bye.\n',
      ].join('\n'),
    );
  });

  test('lets no text and no name end a cue early or become markup', () => {
    const file = toWebVTT([said({ at: 0, text: 'a <b> & --> c' })], { nameOf: () => 'A\n>B' });
    expect(file).toBe('WEBVTT\n\n00:00:00.000 --> 00:00:02.500\n<v A &gt;B>a &lt;b&gt; &amp; --&gt; c\n');
  });

  test('is a valid file of no cues when nothing was said', () => {
    expect(toWebVTT([])).toBe('WEBVTT\n');
    expect(toWebVTT([said({ at: 0, text: '' })])).toBe('WEBVTT\n');
  });

  test('breaks a cue where the speaker changes, pauses, or says too much to be read', () => {
    const long = Array.from({ length: 12 }, (_, i) => `word${i}`).join(' ');
    const cues = (transcripts: CaptionSource[], options = {}) =>
      toWebVTT(transcripts, options).split('\n\n').slice(1);
    expect(
      cues([said({ at: 0, text: 'one', speaker: 0 }), said({ at: 0.5, text: 'two', speaker: 1 })]),
    ).toEqual([
      '00:00:00.000 --> 00:00:00.500\n<v Speaker 0>one',
      '00:00:00.500 --> 00:00:01.000\n<v Speaker 1>two\n',
    ]);
    expect(cues([said({ at: 0, text: 'one' }), said({ at: 1.4, text: 'two' })])).toHaveLength(1);
    expect(cues([said({ at: 0, text: 'one' }), said({ at: 1.6, text: 'two' })])).toHaveLength(2);
    expect(cues([said({ at: 0, text: long })], { maxCharacters: 40 })).toHaveLength(2);
    expect(cues([said({ at: 0, text: long })], { maxSeconds: 2 })).toHaveLength(3);
    expect(cues([said({ at: 0, text: 'x'.repeat(200) })])).toHaveLength(1);
  });

  test('shows a transcript that came without words, for as long as it took', () => {
    const bare = { ...said({ at: 2, text: 'no words\nhere' }), words: [] };
    expect(toWebVTT([bare])).toBe('WEBVTT\n\n00:00:02.000 --> 00:00:03.000\nno words here\n');
  });

  test('every word is in exactly one cue, and every cue ends after it begins, whatever was said', () => {
    const anything = fc.array(
      fc.record({
        at: fc.double({ min: 0, max: 4_000, noNaN: true }),
        text: fc
          .array(fc.constantFrom('a', 'bc', '<i>', '-->', '&', 'long-word'.repeat(12)))
          .map((w) => w.join(' ')),
        channel: fc.nat(2),
        speaker: fc.option(fc.nat(2), { nil: undefined }),
      }),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(anything, (all) => {
        const blocks = toWebVTT(
          all.map((each) => said(each as Said)),
          { nameOf: () => undefined },
        )
          .split('\n\n')
          .slice(1);
        const words = blocks.flatMap((block) =>
          block.split('\n').slice(1).join(' ').split(' ').filter(Boolean),
        );
        const unescaped = words.map((word) =>
          word.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&'),
        );
        expect(unescaped.toSorted()).toEqual(
          all.flatMap(({ text }) => text.split(' ').filter(Boolean)).sort(),
        );
        for (const block of blocks) {
          const [start = '', end = ''] = block.split('\n')[0]!.split(' --> ');
          expect(end > start).toBe(true);
        }
      }),
      { numRuns: 200 },
    );
  });
});

test('toSrt numbers its cues and writes times with a comma', () => {
  expect(toSrt(CALL, { nameOf })).toBe(
    [
      '1\n00:00:00,250 --> 00:00:02,250\nCaller: Hello, this is Ann.\n',
      '2\n00:00:03,000 --> 00:00:06,000\nAgent: Hi Ann. How are you?\n',
      '3\n01:02:03,457 --> 01:02:03,957\nCaller: Bye.\n',
    ].join('\n'),
  );
});

describe('toText', () => {
  test('is one line for each turn, however long the pauses in it', () => {
    const more = [...CALL.slice(0, 4), said({ at: 9, text: 'Fine?', channel: 1 })];
    expect(toText(more)).toBe('Channel 0: Hello, this is Ann.\nChannel 1: Hi Ann. How are you? Fine?\n');
  });

  test('shows no names with one speaker, and breaks lines at pauses', () => {
    expect(
      toText([
        said({ at: 0, text: 'One.' }),
        said({ at: 0.5, text: 'Two.' }),
        said({ at: 9, text: 'Three.' }),
      ]),
    ).toBe('One. Two.\nThree.\n');
  });
});
