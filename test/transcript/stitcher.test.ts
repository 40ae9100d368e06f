import { expect, test } from 'vitest';
import { countSent, type LinkClock, positionOf } from '../../src/link/link-clock.ts';
import { decodeEvent } from '../../src/protocol/listen-v1/decode.ts';
import type { ResultsMessage } from '../../src/protocol/listen-v1/server-messages.ts';
import type { Segment } from '../../src/protocol/protocol.ts';
import { type StitchedLink, Stitcher } from '../../src/transcript/stitcher.ts';

const RATE = 1_000;

/** A link's clock that began at `origin` seconds. */
function clockAt(origin: number, isExact = true): LinkClock {
  return { rate: RATE, isExact, sentSamples: 0, position: origin * RATE, segments: [] };
}

function linkOf(number: number, clock: LinkClock): StitchedLink {
  return {
    number,
    rate: RATE,
    get position() {
      return clock.position;
    },
    positionOf: (seconds, edge) => positionOf(clock, seconds, edge),
    wallTimeOf: (position) => position,
  };
}

/** A link that began at `origin` seconds and has sent ten minutes. */
function connection(number: number, origin = 0): StitchedLink {
  const clock = clockAt(origin);
  countSent(clock, origin * RATE, (origin + 600) * RATE);
  return linkOf(number, clock);
}

/** A stitcher of results as the server sends them. */
class ResultStitcher {
  readonly #stitcher = new Stitcher();

  receive(message: ResultsMessage, link: StitchedLink) {
    return this.#stitcher.receive(decodeEvent(JSON.stringify(message)) as Segment, link);
  }

  forget(): void {
    this.#stitcher.forget();
  }

  get isShowingInterim(): boolean {
    return this.#stitcher.isShowingInterim;
  }
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
  const stitcher = new ResultStitcher();
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
  const stitcher = new ResultStitcher();
  stitcher.receive(result(0, 'a b'), connection(1));
  const { transcript } = stitcher.receive(result(0, 'c'), connection(2, 2));
  expect(transcript).toMatchObject({ start: 2, end: 3, connection: 2, words: [{ word: 'c', start: 2 }] });
});

test('a word that a final has covered is not shown again [G3]', () => {
  const stitcher = new ResultStitcher();
  stitcher.receive(result(0, 'a b c'), connection(1));
  const { transcript } = stitcher.receive(result(0, 'c d e'), connection(2, 2));
  expect(transcript?.text).toBe('d e');
  expect(stitcher.receive(result(0, 'a b c'), connection(1)).transcript).toBe(undefined);
});

test('a final that comes late into a hole is no repeat [G3]', () => {
  const stitcher = new ResultStitcher();
  const view = connection(1);
  stitcher.receive(result(0, 'a b'), view);
  stitcher.receive(result(4, 'e f'), view);
  expect(stitcher.receive(result(2, 'c d'), view).transcript?.text).toBe('c d');
});

test('withdraws an interim text without a final; silence gives no transcript', () => {
  const stitcher = new ResultStitcher();
  const view = connection(1);
  expect(stitcher.receive(result(0, '', interim), view).transcript).toBe(undefined);
  expect(stitcher.receive(result(0, ''), view).transcript).toBe(undefined);
  stitcher.receive(result(1, 'uh', interim), view);
  expect(stitcher.isShowingInterim).toBe(true);
  expect(stitcher.receive(result(1, ''), view).transcript).toMatchObject({ text: '', final: true });
  expect(stitcher.isShowingInterim).toBe(false);
});

test('audio is settled where every channel has finals [G2]', () => {
  const stitcher = new ResultStitcher();
  const view = connection(1);
  const on = (channel: number) => ({ channel_index: [channel, 3] });
  expect(stitcher.receive(result(0, 'a b c', on(0)), view).settledTo).toBe(0);
  expect(stitcher.receive(result(0, 'x', on(2)), view).settledTo).toBe(0);
  expect(stitcher.receive(result(0, 'm n', on(1)), view).settledTo).toBe(1_000);
});

test('each channel drops its own repeats only [G3]', () => {
  const stitcher = new ResultStitcher();
  const view = connection(1);
  stitcher.receive(result(0, 'a b c', { channel_index: [0, 2] }), view);
  expect(stitcher.receive(result(0, 'x y z', { channel_index: [1, 2] }), view).transcript?.text).toBe(
    'x y z',
  );
});

test('a result without words, or without alternatives, is still a result', () => {
  const stitcher = new ResultStitcher();
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
  const { transcript } = new ResultStitcher().receive(message, connection(1));
  expect(transcript?.words[0]).toMatchObject({
    word: 'hello',
    text: 'Hello,',
    speaker: 2,
    language: 'en',
    capturedAt: 0,
  });
});

test('a transcript has all known fields', () => {
  const stitcher = new ResultStitcher();
  const view = { ...connection(2, 10), wallTimeOf: (position: number) => 1e9 + position };
  const first = result(0, 'a b', { speech_final: true, from_finalize: true });
  const word = { speaker: undefined, language: undefined, confidence: 0.9 };
  expect(stitcher.receive(first, view)).toEqual({
    settledTo: 12_000,
    transcript: {
      id: '0-0',
      final: true,
      text: 'a b',
      words: [
        { word: 'a', text: 'a', start: 10, end: 10.9, capturedAt: 1e9 + 10_000, ...word },
        { word: 'b', text: 'b', start: 11, end: 11.9, capturedAt: 1e9 + 11_000, ...word },
      ],
      start: 10,
      end: 12,
      capturedAt: 1e9 + 10_000,
      confidence: 0.9,
      channel: 0,
      speechFinal: true,
      fromFinalize: true,
      connection: 2,
      raw: first,
    },
  });
  const bare = { channel: { alternatives: [{ transcript: 'c' }] } };
  const second = stitcher.receive(result(2, '', { ...bare, ...interim }), view).transcript;
  expect(second).toMatchObject({ id: '0-1', final: false, speechFinal: false, fromFinalize: false });
  expect(second).toMatchObject({ capturedAt: 1e9 + 12_000, confidence: undefined });
});

test('an interim covers nothing: what replaces it is shown, and not settled before [G3]', () => {
  const stitcher = new ResultStitcher();
  const view = connection(1);
  expect(stitcher.receive(result(0, 'a b', interim), view).settledTo).toBe(0);
  expect(stitcher.receive(result(0, 'a b'), view)).toMatchObject({
    settledTo: 2_000,
    transcript: { text: 'a b' },
  });
});

test('an empty interim withdraws the interim before it', () => {
  const stitcher = new ResultStitcher();
  const view = connection(1);
  stitcher.receive(result(0, 'uh', { ...interim, channel_index: [0, 2] }), view);
  expect(stitcher.isShowingInterim).toBe(true);
  const silence = { ...interim, channel_index: [0, 2], channel: { alternatives: [] } };
  expect(stitcher.receive(result(0, '', silence), view).transcript).toMatchObject({ text: '', words: [] });
  expect(stitcher.isShowingInterim).toBe(false);
  expect(stitcher.receive(result(0, ''), view).transcript).toBe(undefined);
});

test('does not take a frame for a repeat after its range was dropped', () => {
  const stitcher = new ResultStitcher();
  stitcher.receive(result(0, 'a b'), connection(1));
  stitcher.forget();
  expect(stitcher.receive(result(0, 'a'), connection(2))).toMatchObject({
    settledTo: 1_000,
    transcript: { text: 'a' },
  });
});

/** A result of one word, which lies anywhere in it. */
function single(start: number, duration: number, word: { start: number; end: number }): ResultsMessage {
  const message = result(start, 'x', { duration });
  Object.assign(message.channel.alternatives[0]!.words![0]!, word);
  return message;
}

test('a word at a seam belongs to the side where its middle is [G3]', () => {
  const before = new ResultStitcher();
  before.receive(result(0, 'a b'), connection(1));
  const astride = single(1, 3, { start: 1.5, end: 2.5 });
  expect(before.receive(astride, connection(1)).transcript?.text).toBe('x');
  const behind = new ResultStitcher();
  behind.receive(result(2, 'c'), connection(1));
  expect(behind.receive(astride, connection(1)).transcript).toBe(undefined);
});

test('text that was written for all of the words is kept while all of them are new', () => {
  const stitcher = new ResultStitcher();
  stitcher.receive(result(2, 'c d'), connection(1));
  const message = single(0, 3, { start: 0, end: 0.9 });
  message.channel.alternatives[0]!.transcript = 'X.';
  expect(stitcher.receive(message, connection(1)).transcript?.text).toBe('X.');
  const bare = { channel: { alternatives: [{ transcript: 'before' }] } };
  expect(stitcher.receive(result(1, '', bare), connection(1)).transcript).toBe(undefined);
  const other = new ResultStitcher();
  other.receive(result(2, 'c d'), connection(1));
  expect(other.receive(result(1, '', bare), connection(1)).transcript?.text).toBe('before');
});

test('where audio is missing between two words, each stands on its own side of it [G3]', () => {
  const clock = clockAt(0);
  countSent(clock, 0, 1_000);
  countSent(clock, 5_000, 6_000);
  const view = linkOf(1, clock);
  const stitcher = new ResultStitcher();
  const first = stitcher.receive(single(0, 1, { start: 0, end: 1 }), view);
  expect(first).toMatchObject({ transcript: { end: 1, words: [{ end: 1 }] } });
  const second = stitcher.receive(single(1, 1, { start: 1, end: 1.5 }), view);
  expect(second.transcript).toMatchObject({ start: 5, end: 6, words: [{ start: 5, end: 5.5 }] });
});

test('a result of no length settles nothing', () => {
  expect(new ResultStitcher().receive(result(5, '', { duration: 0 }), connection(1)).settledTo).toBe(0);
});

test('channels of an earlier connection delay no later ones', () => {
  const stitcher = new ResultStitcher();
  stitcher.receive(result(0, 'a', { channel_index: [0, 2] }), connection(1));
  expect(stitcher.receive(result(1, 'b'), connection(2)).settledTo).toBe(2_000);
});

test('sixteen holes are remembered, and of more the oldest is given up', () => {
  const stitcher = new ResultStitcher();
  const view = connection(1);
  for (let i = 0; i < 16; i += 1) stitcher.receive(result(2 * i, 'x'), view);
  expect(stitcher.receive(result(1, 'late', interim), view).transcript?.text).toBe('late');
  stitcher.receive(result(40, 'x'), view);
  expect(stitcher.receive(result(1, 'late', interim), view).transcript).toBe(undefined);
  expect(stitcher.receive(result(3, 'late', interim), view).transcript?.text).toBe('late');
});

test.each([
  ['exact', true],
  ['estimates', false],
])(
  'a final that ends beyond the sent audio hides no later word, with positions that are %s [G3]',
  (_, isExact) => {
    const stitcher = new ResultStitcher();
    const clock = clockAt(0, isExact);
    const view = linkOf(1, clock);
    countSent(clock, 0, 2 * RATE);
    expect(stitcher.receive({ ...result(0, 'a b'), duration: 9e5 }, view)).toMatchObject({
      settledTo: 2 * RATE,
    });
    countSent(clock, 2 * RATE, 4 * RATE);
    expect(stitcher.receive(result(2, 'c d'), view)).toMatchObject({
      transcript: { text: 'c d' },
      settledTo: 4 * RATE,
    });
  },
);

test('has a channel for each that results name, and no more', () => {
  const stitcher = new Stitcher();
  const result = (channel: number, channels: number) =>
    decodeEvent(
      JSON.stringify({
        type: 'Results',
        channel_index: [channel, channels],
        start: 0,
        duration: 1,
        channel: { alternatives: [] },
      }),
    ) as Segment;
  stitcher.receive(result(0, 1), connection(1));
  expect(stitcher.channels).toHaveLength(1);
  stitcher.receive(result(1, 2), connection(1));
  expect(stitcher.channels).toHaveLength(2);
});
