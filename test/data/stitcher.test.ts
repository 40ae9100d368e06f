import { expect, test } from 'vitest';
import { ConnectionClock } from '../../src/data/connection-clock.ts';
import { Stitcher, type ConnectionView } from '../../src/data/stitcher.ts';
import type { ResultsMessage } from '../../src/protocol/server-messages.ts';

const RATE = 1_000;

/** A connection that began at `origin` seconds and has sent ten minutes. */
function connection(number: number, origin = 0): ConnectionView {
  const clock = new ConnectionClock(RATE, origin * RATE, 0);
  clock.send(origin * RATE, (origin + 600) * RATE);
  return { connection: number, rate: RATE, clock, wallTimeOf: (position) => position };
}

/** A result: the words are a second each, from `start` on. */
function result(start: number, words: string, more: Partial<ResultsMessage> = {}): ResultsMessage {
  const list = words === '' ? [] : words.split(' ');
  return {
    type: 'Results',
    channel_index: [0, 1],
    start,
    duration: Math.max(1, list.length),
    is_final: true,
    channel: {
      alternatives: [
        {
          transcript: words,
          confidence: 0.9,
          words: list.map((word, i) => ({ word, start: start + i, end: start + i + 0.9, confidence: 0.9 })),
        },
      ],
    },
    ...more,
  };
}

const interim = { is_final: false };

test('an interim and what replaces it share an id; the next segment has another', () => {
  const stitcher = new Stitcher();
  const view = connection(1);
  const ids = [
    result(0, 'a', interim),
    result(0, 'a b', interim),
    result(0, 'a b c'),
    result(3, 'd', interim),
  ].map((message) => stitcher.receive(message, view).transcript?.id);
  expect(ids[0]).toBe(ids[1]);
  expect(ids[1]).toBe(ids[2]);
  expect(ids[3]).not.toBe(ids[2]);
});

test('words of the second connection are placed on the session clock [G3]', () => {
  const stitcher = new Stitcher();
  stitcher.receive(result(0, 'a b'), connection(1));
  const { transcript } = stitcher.receive(result(0, 'c'), connection(2, 2));
  expect(transcript).toMatchObject({ start: 2, end: 3, connection: 2, words: [{ word: 'c', start: 2 }] });
});

test('a word that a final has covered is not shown again [G3]', () => {
  const stitcher = new Stitcher();
  stitcher.receive(result(0, 'a b c'), connection(1));
  const { transcript } = stitcher.receive(result(0, 'c d e'), connection(2, 2));
  expect(transcript?.text).toBe('d e');
  expect(stitcher.receive(result(0, 'a b c'), connection(1)).transcript).toBe(undefined);
});

test('a final that comes late into a hole is no repeat [G3]', () => {
  const stitcher = new Stitcher();
  const view = connection(1);
  stitcher.receive(result(0, 'a b'), view);
  stitcher.receive(result(4, 'e f'), view);
  expect(stitcher.receive(result(2, 'c d'), view).transcript?.text).toBe('c d');
});

test('an interim text that comes to nothing is taken back; silence says nothing at all', () => {
  const stitcher = new Stitcher();
  const view = connection(1);
  expect(stitcher.receive(result(0, '', interim), view).transcript).toBe(undefined);
  expect(stitcher.receive(result(0, ''), view).transcript).toBe(undefined);
  stitcher.receive(result(1, 'uh', interim), view);
  expect(stitcher.isShowingInterim).toBe(true);
  expect(stitcher.receive(result(1, ''), view).transcript).toMatchObject({ text: '', final: true });
  expect(stitcher.isShowingInterim).toBe(false);
});

test('settled is what every channel has finals for [G2]', () => {
  const stitcher = new Stitcher();
  const view = connection(1);
  const on = (channel: number) => ({ channel_index: [channel, 3] });
  expect(stitcher.receive(result(0, 'a b c', on(0)), view).settledTo).toBe(0);
  expect(stitcher.receive(result(0, 'x', on(2)), view).settledTo).toBe(0);
  expect(stitcher.receive(result(0, 'm n', on(1)), view).settledTo).toBe(1_000);
});

test('each channel forgets its own words only [G3]', () => {
  const stitcher = new Stitcher();
  const view = connection(1);
  stitcher.receive(result(0, 'a b c', { channel_index: [0, 2] }), view);
  expect(stitcher.receive(result(0, 'x y z', { channel_index: [1, 2] }), view).transcript?.text).toBe(
    'x y z',
  );
});

test('a result without words, or without alternatives, is still a result', () => {
  const stitcher = new Stitcher();
  const view = connection(1);
  const bare = { channel: { alternatives: [{ transcript: 'hello there' }] } };
  expect(stitcher.receive(result(0, '', bare), view).transcript).toMatchObject({
    text: 'hello there',
    words: [],
  });
  expect(stitcher.receive(result(1, '', { channel: { alternatives: [] } }), view)).toMatchObject({
    settledTo: 2_000,
  });
  expect(stitcher.receive(result(0, '', bare), view).transcript).toBe(undefined);
});

test('punctuation is shown as written, and the bare word kept', () => {
  const message = result(0, 'hello');
  const [alternative] = message.channel.alternatives;
  Object.assign(alternative!.words![0]!, { punctuated_word: 'Hello,', speaker: 2, language: 'en' });
  const { transcript } = new Stitcher().receive(message, connection(1));
  expect(transcript?.words[0]).toMatchObject({
    word: 'hello',
    text: 'Hello,',
    speaker: 2,
    language: 'en',
    capturedAt: 0,
  });
});
