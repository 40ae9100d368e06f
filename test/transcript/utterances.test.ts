import { expect, test } from 'vitest';
import type { Transcript } from '../../src/transcript/stitcher.ts';
import { type Utterance, UtteranceBuilder } from '../../src/transcript/utterances.ts';

function build() {
  const said: Utterance[] = [];
  const builder = new UtteranceBuilder({ next: (utterance) => said.push(utterance) });
  const hear = (text: string, start: number, final = true, channel = 0) =>
    builder.transcript({
      id: `${channel}-${start}`,
      final,
      text,
      words: text === '' ? [] : [{ word: text, text, start, end: start + 1 }],
      start,
      end: start + 1,
      channel,
    } as unknown as Transcript);
  const texts = () => said.map(({ text, endedBy }) => `${text}: ${endedBy}`);
  return { builder, hear, said, texts };
}

test('finals are joined until speech_final', () => {
  const { builder, hear, said } = build();
  hear('one', 0);
  hear('two', 1);
  builder.speechFinal(0);
  hear('three', 5);
  builder.speechFinal(0);
  expect(said.map(({ id, text, start, end }) => ({ id, text, start, end }))).toEqual([
    { id: '0-0', text: 'one two', start: 0, end: 2 },
    { id: '0-5', text: 'three', start: 5, end: 6 },
  ]);
});

test('an answered Finalize ends an utterance, unless its last words are interim', () => {
  const { builder, hear, texts } = build();
  hear('one', 0);
  hear('two', 1, false);
  builder.finalized(0);
  expect(texts()).toEqual([]);
  hear('', 1, false);
  builder.finalized(0);
  expect(texts()).toEqual(['one: finalize']);
  hear('three', 2, false);
  hear('three', 2);
  builder.finalized();
  expect(texts()).toEqual(['one: finalize', 'three: finalize']);
});

test('an UtteranceEnd ends an utterance only without speech_final', () => {
  const { builder, hear, texts } = build();
  hear('one', 0);
  builder.utteranceEnd(0, 1);
  builder.utteranceEnd(0, 1);
  hear('two', 4);
  builder.speechFinal(0);
  builder.utteranceEnd(0, 5);
  expect(texts()).toEqual(['one: utterance-end', 'two: speech-final']);
});

test('ignores an UtteranceEnd after newer words', () => {
  const { builder, hear, texts } = build();
  hear('one', 0);
  hear('two', 1, false);
  builder.utteranceEnd(0, 1);
  expect(texts()).toEqual([]);
  hear('two', 1);
  builder.utteranceEnd(0, 2.004);
  expect(texts()).toEqual(['one two: utterance-end']);
});

test('an answered Finalize ends what is final, on one channel or on all', () => {
  const { builder, hear, texts } = build();
  for (const channel of [0, 1, 2]) hear(`on ${channel}`, 0, true, channel);
  builder.finalized(1);
  expect(texts()).toEqual(['on 1: finalize']);
  builder.finalized();
  expect(texts()).toEqual(['on 1: finalize', 'on 0: finalize', 'on 2: finalize']);
});

test('an utterance whose last words are interim is not over, Finalize or not', () => {
  const { builder, hear, texts } = build();
  hear('one', 0);
  hear('two', 1, false);
  builder.finalized();
  expect(texts()).toEqual([]);
  hear('two', 1);
  builder.finalized();
  expect(texts()).toEqual(['one two: finalize']);
});

test('the end of an utterance on one channel ends none on another', () => {
  const { builder, hear, texts } = build();
  hear('left', 0, true, 0);
  hear('right', 0, true, 1);
  builder.speechFinal(1);
  expect(texts()).toEqual(['right: speech-final']);
  builder.close();
  expect(texts()).toEqual(['right: speech-final', 'left: close']);
});

test('silence is no utterance', () => {
  const { builder, hear, texts } = build();
  hear('', 0);
  builder.speechFinal(0);
  builder.utteranceEnd(3, 9);
  builder.close();
  expect(texts()).toEqual([]);
});

test('speech without a detected pause is emitted in pieces, with all of its words [G6]', () => {
  const { builder, hear, said } = build();
  for (let i = 0; i < 101; i += 1) {
    hear(`w${i}`, i);
    builder.limitLength(0);
  }
  expect(said).toHaveLength(1);
  builder.close();
  expect(said.map(({ endedBy, words }) => [endedBy, words.length])).toEqual([
    ['length', 100],
    ['close', 1],
  ]);
  expect(said.flatMap(({ words }) => words.map(({ word }) => word))).toEqual(
    Array.from({ length: 101 }, (_, i) => `w${i}`),
  );
});
