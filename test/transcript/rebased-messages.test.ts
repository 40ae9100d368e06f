import { describe, expect, test } from 'vitest';
import { decodeEvent } from '../../src/protocol/listen-v1/decode.ts';
import { type HeardEvent, type RebasedLink, RebasedMessages } from '../../src/transcript/rebased-messages.ts';
import { Stitcher } from '../../src/transcript/stitcher.ts';

const RATE = 1000;

/** A link whose first sample is at `offset` seconds of the session. */
function link(number: number, offset: number): RebasedLink {
  return {
    number,
    rate: RATE,
    position: 1e6,
    hasClock: true,
    positionOf: (seconds) => Math.round((seconds + offset) * RATE),
    wallTimeOf: () => undefined,
  };
}

function messages() {
  const stitcher = new Stitcher();
  const rebased = new RebasedMessages();
  return {
    rebased,
    take: (message: object, by: RebasedLink) => {
      const event = decodeEvent(JSON.stringify(message)) as HeardEvent;
      const before = JSON.stringify(event.raw);
      const transcript = event.kind === 'segment' ? stitcher.receive(event, by).transcript : undefined;
      const taken = rebased.take(event, by, transcript);
      expect(JSON.stringify(event.raw), 'what others see stays as it came').toBe(before);
      return taken;
    },
  };
}

const word = (text: string, start: number, extra: object = {}) => ({
  word: text,
  start,
  end: start + 0.4,
  confidence: 0.9,
  punctuated_word: `${text}.`,
  ...extra,
});

const results = (words: object[], { start = 0, duration = 2, ...extra }: Record<string, unknown> = {}) => ({
  type: 'Results',
  channel_index: [0, 1],
  start,
  duration,
  is_final: true,
  channel: { alternatives: [{ transcript: 'as the server wrote it', confidence: 0.9, words }] },
  metadata: { request_id: 'r' },
  ...extra,
});

describe('messages of one connection', () => {
  test('are unchanged in every field', () => {
    const { take } = messages();
    const message = results([word('one', 0.12345678), word('two', 0.9)], {
      speech_final: true,
      some: { new: [1] },
    });
    expect(take(message, link(1, 0))).toEqual(message);
  });

  test('are unchanged where no audio was sent', () => {
    const { take } = messages();
    const message = { type: 'SpeechStarted', channel: [0], timestamp: 1 };
    expect(take(message, { ...link(1, 5), hasClock: false })).toEqual(message);
  });
});

describe('messages of a later connection', () => {
  test('have every time moved, in whatever field', () => {
    const { take } = messages();
    const message = results([word('one', 0.1)]);
    Object.assign(message.channel, {
      search: [{ query: 'one', hits: [{ start: 0.1, end: 0.5, snippet: 'one' }] }],
    });
    expect(take(message, link(2, 7.3))).toMatchObject({
      start: 7.3,
      duration: 2,
      channel: {
        alternatives: [{ words: [{ start: 7.4, end: 7.8, punctuated_word: 'one.' }] }],
        search: [{ hits: [{ start: 7.4, end: 7.8 }] }],
      },
    });
    expect(take({ type: 'UtteranceEnd', channel: [0, 1], last_word_end: 0.5 }, link(2, 7.3))).toMatchObject({
      last_word_end: 7.8,
    });
    expect(take({ type: 'SpeechStarted', channel: [0], timestamp: 0.1 }, link(2, 7.3))).toMatchObject({
      timestamp: 7.4,
    });
  });

  test('lose the words of earlier finals, and keep the rest as written', () => {
    const { take } = messages();
    take(results([word('one', 0.1), word('two', 0.6)], { duration: 1 }), link(1, 0));
    const taken = take(
      results([word('two', 0.1, { language: 'en' }), word('three', 0.6)], { duration: 1.5 }),
      link(2, 0.5),
    );
    expect(taken).toMatchObject({
      start: 0.5,
      channel: { alternatives: [{ transcript: 'three.', words: [{ word: 'three', start: 1.1 }] }] },
    });
  });

  test('are left out where nothing in them is new, but not an end of an utterance', () => {
    const { take } = messages();
    take(results([word('one', 0.1)]), link(1, 0));
    expect(take(results([word('one', 0.1)]), link(2, 0))).toBeUndefined();
    expect(take(results([word('one', 0.1)], { speech_final: true }), link(2, 0))).toMatchObject({
      speech_final: true,
      channel: { alternatives: [{ transcript: '', words: [] }] },
    });
    const end = { type: 'UtteranceEnd', channel: [0, 1], last_word_end: 0.5 };
    expect(take(end, link(1, 0))).toEqual(end);
    expect(take(end, link(2, 0))).toBeUndefined();
    const start = { type: 'SpeechStarted', channel: [0], timestamp: 0.1 };
    expect(take(start, link(1, 0))).toEqual(start);
    expect(take(start, link(2, 0))).toBeUndefined();
    expect(take({ ...start, channel: [1] }, link(2, 0))).toBeDefined();
  });

  test('are left out as repeats even if their words or their text are missing', () => {
    const { take } = messages();
    const withText = (transcript: string, words: object[]) => {
      const message = results(words, { duration: 0.6 });
      (message.channel.alternatives[0] as { transcript: string }).transcript = transcript;
      return message;
    };
    take(withText('one.', [word('one', 0.1)]), link(1, 0));
    expect(take(withText('', [word('one', 0.1)]), link(2, 0))).toBeUndefined();
    expect(take(withText('one.', []), link(2, 0))).toBeUndefined();
    expect(take(withText('', []), link(2, 0))).toBeDefined();
  });

  test.each([
    ['SpeechStarted', (seconds: number) => ({ type: 'SpeechStarted', channel: [0, 1], timestamp: seconds })],
    [
      'UtteranceEnd',
      (seconds: number) => ({ type: 'UtteranceEnd', channel: [0, 1], last_word_end: seconds }),
    ],
  ])('%s is passed on once for each time, however it is rounded', (_, at) => {
    const { take } = messages();
    const passes = [1, 1, 1.011, 1.012, 0.5, 1.02, 3].map(
      (seconds) => take(at(seconds), link(1, 0)) !== undefined,
    );
    expect(passes).toEqual([true, false, false, true, false, false, true]);
  });

  test('results without words are passed on', () => {
    const { take } = messages();
    const empty = results([], { speech_final: true });
    (empty.channel.alternatives[0] as { transcript: string }).transcript = '';
    expect(take(empty, link(2, 3))).toMatchObject({ start: 3, duration: 2, speech_final: true });
  });

  test('have their starts after a gap of the audio, and their ends before it', () => {
    const { take } = messages();
    const gap: RebasedLink = {
      ...link(2, 5),
      positionOf: (seconds, edge) => Math.round((seconds + (edge === 'start' ? 9 : 5)) * RATE),
    };
    expect(take(results([], { start: 0, duration: 6 }), gap)).toMatchObject({ start: 9, duration: 2 });
    expect(take({ type: 'UtteranceEnd', channel: [0, 1], last_word_end: 0.5 }, gap)).toMatchObject({
      last_word_end: 5.5,
    });
    expect(take({ type: 'SpeechStarted', channel: [0], timestamp: 0.1 }, gap)).toMatchObject({
      timestamp: 9.1,
    });
  });

  test('of a kind that nobody knows are passed on, each time', () => {
    const { take } = messages();
    const message = { type: 'Telepathy', timestamp: 1 };
    expect(take(message, link(2, 5))).toEqual(message);
    expect(take(message, link(2, 5))).toEqual(message);
    const noted = { type: 'SpeechStopped', channel: [0], timestamp: 1 };
    expect(take(noted, link(2, 5))).toEqual(noted);
  });

  test('keep other alternatives where all words are new', () => {
    const { take } = messages();
    const message = results([word('one', 0.1)]);
    (message.channel.alternatives as object[]).push({ transcript: 'won', confidence: 0.5, words: [] });
    expect((take(message, link(2, 3)) as ReturnType<typeof results>).channel.alternatives).toMatchObject([
      { transcript: 'as the server wrote it' },
      { transcript: 'won' },
    ]);
  });

  test('keep a field start or end that is no number', () => {
    const { take } = messages();
    const message = results([], { start: 0 });
    Object.assign(message.channel, { search: [{ start: 'now', end: null, hits: 3 }] });
    expect(take(message, link(2, 3))).toMatchObject({
      channel: { search: [{ start: 'now', end: null, hits: 3 }] },
    });
  });

  test('keep the punctuated text only where all words are new', () => {
    const { take } = messages();
    take(results([word('one', 0.1)], { duration: 0.6 }), link(1, 0));
    const message = results([word('one', 0.1), word('two', 0.7)]);
    (message.channel.alternatives as object[]).push({ transcript: 'won too', confidence: 0.5, words: [] });
    expect((take(message, link(2, 0)) as ReturnType<typeof results>).channel.alternatives).toHaveLength(1);
  });
});

test('Metadata comes once, at the end, with the length of the session and the last request id', () => {
  const { take, rebased } = messages();
  expect(take({ type: 'Metadata', request_id: 'a', duration: 3 }, link(1, 0))).toBeUndefined();
  expect(take({ type: 'Metadata', request_id: 'b', duration: 4, channels: 1 }, link(2, 3))).toBeUndefined();
  expect(rebased.last(7, false)).toEqual([{ type: 'Metadata', request_id: 'b', duration: 7, channels: 1 }]);
});

test('reports an Error of the server at once', () => {
  const { take } = messages();
  const complaint = { type: 'Error', description: 'Not so.' };
  expect(take(complaint, link(1, 0))).toEqual(complaint);
});
