/** Each message of `/v1/listen` as a neutral event of the client. */
import { describe, expect, test } from 'vitest';
import { decodeEvent } from '../../../src/protocol/listen-v1/decode.ts';

const decode = (message: object) => decodeEvent(JSON.stringify(message));

const RESULTS = {
  type: 'Results',
  channel_index: [1, 2],
  start: 1,
  duration: 2.5,
  is_final: true,
  speech_final: true,
  from_finalize: true,
  channel: {
    alternatives: [
      {
        transcript: 'Hi you.',
        confidence: 0.9,
        words: [
          {
            word: 'hi',
            punctuated_word: 'Hi',
            start: 1,
            end: 1.5,
            confidence: 0.8,
            speaker: 0,
            language: 'en',
          },
          { word: 'you', start: 2, end: 2.5 },
        ],
      },
      { transcript: 'High ewe.', words: [] },
    ],
  },
};

describe('a result', () => {
  test('is a segment of its channel, from its start to its end, as its first alternative heard it', () => {
    expect(decode(RESULTS)).toEqual({
      kind: 'segment',
      channel: 1,
      channelCount: 2,
      start: 1,
      end: 3.5,
      isFinal: true,
      endsUtterance: true,
      answersFinalize: true,
      text: 'Hi you.',
      confidence: 0.9,
      words: [
        {
          word: 'hi',
          text: 'Hi',
          start: 1,
          end: 1.5,
          confidence: 0.8,
          speaker: 0,
          language: 'en',
        },
        {
          word: 'you',
          text: 'you',
          start: 2,
          end: 2.5,
          confidence: undefined,
          speaker: undefined,
          language: undefined,
        },
      ],
      raw: RESULTS,
    });
  });

  test.each([
    ['is_final', 'isFinal'],
    ['speech_final', 'endsUtterance'],
    ['from_finalize', 'answersFinalize'],
  ])('without %s, or with false, is not %s', (flag, name) => {
    expect(decode({ ...RESULTS, [flag]: undefined })).toMatchObject({ [name]: false });
    expect(decode({ ...RESULTS, [flag]: false })).toMatchObject({ [name]: false });
  });

  test.each([
    ['alternatives', { alternatives: [] }],
    ['words', { alternatives: [{ transcript: '' }] }],
  ])('without %s is a segment in which nothing was heard', (_, channel) => {
    expect(decode({ ...RESULTS, channel })).toMatchObject({
      kind: 'segment',
      text: '',
      words: [],
      confidence: undefined,
    });
  });
});

test('UtteranceEnd shows on which channel the last word ended, and when', () => {
  const message = { type: 'UtteranceEnd', channel: [1, 2], last_word_end: 2.4 };
  expect(decode(message)).toEqual({ kind: 'utterance-end', channel: 1, lastWordEnd: 2.4, raw: message });
});

test('Metadata has the seconds that the server has processed', () => {
  const message = { type: 'Metadata', duration: 12.5, request_id: 'x' };
  expect(decode(message)).toEqual({ kind: 'processed', seconds: 12.5, raw: message });
});

test('an Error does not end the connection', () => {
  const message = { type: 'Error', description: 'too fast', variant: 'PACE' };
  expect(decode(message)).toEqual({
    kind: 'complaint',
    description: 'too fast',
    variant: 'PACE',
    raw: message,
  });
});

test.each(['SpeechStarted', 'Tomorrow'])('%s is handed on as it is', (type) => {
  const message = { type, channel: [0, 1], timestamp: 1 };
  expect(decode(message)).toEqual({ kind: 'other', raw: message });
});

test('a message that cannot be used reports the reason', () => {
  expect(decodeEvent('{')).toEqual({ kind: 'malformed', problem: 'not a message' });
  expect(decode({ ...RESULTS, start: -1 })).toMatchObject({ kind: 'malformed' });
});

test('a field that was left out is named, whatever the message is', () => {
  expect(decode({ type: 'Metadata', duration: 1, request_id: 5 })).toMatchObject({
    kind: 'processed',
    problem: 'Metadata: left out request_id',
  });
  expect(decode(RESULTS)).not.toHaveProperty('problem');
});
