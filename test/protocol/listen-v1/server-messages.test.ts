import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeServerMessage } from '../../../src/protocol/listen-v1/server-messages.ts';
import { MALFORMED_MESSAGES } from '../../../src/testing/emulator/faults.ts';

const RESULTS = {
  type: 'Results',
  channel_index: [0, 1],
  start: 1,
  duration: 2,
  is_final: true,
  channel: { alternatives: [{ transcript: 'hi', words: [{ word: 'hi', start: 1, end: 2 }] }] },
};

const decode = (message: unknown) => decodeServerMessage(JSON.stringify(message));

test('never throws, for any text', () => {
  fc.assert(fc.property(fc.string(), (text) => void decodeServerMessage(text)));
  fc.assert(fc.property(fc.json(), (text) => void decodeServerMessage(text)));
  fc.assert(
    fc.property(
      fc.record({
        type: fc.constantFrom(
          'Results',
          'Metadata',
          'UtteranceEnd',
          'SpeechStarted',
          'Error',
          'constructor',
          '__proto__',
        ),
        channel_index: fc.jsonValue(),
        channel: fc.oneof(fc.jsonValue(), fc.record({ alternatives: fc.jsonValue() })),
        start: fc.jsonValue(),
        duration: fc.jsonValue(),
        last_word_end: fc.jsonValue(),
      }),
      (message) => void decode(message),
    ),
    { numRuns: 2_000 },
  );
});

test('accepts only complete results: detects any replaced part', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('channel_index', 'start', 'duration', 'channel'),
      fc.jsonValue(),
      (field, value) => {
        const decoded = decode({ ...RESULTS, [field]: value });
        if (decoded.kind !== 'results') return;
        const { channel_index, start, duration, channel } = decoded.message;
        expect(Number.isInteger(channel_index[0])).toBe(true);
        expect(start + duration).toBeGreaterThanOrEqual(0);
        for (const { transcript, words = [] } of channel.alternatives) {
          expect(typeof transcript).toBe('string');
          for (const { start: from } of words) expect(typeof from).toBe('number');
        }
      },
    ),
    { numRuns: 2_000 },
  );
});

test.each([
  ['a result', RESULTS, 'results'],
  ['a result without words', { ...RESULTS, channel: { alternatives: [{ transcript: '' }] } }, 'results'],
  ['a result without alternatives', { ...RESULTS, channel: { alternatives: [] } }, 'results'],
  ['Metadata', { type: 'Metadata', duration: 3.5, request_id: 'x' }, 'metadata'],
  ['UtteranceEnd', { type: 'UtteranceEnd', channel: [0, 1], last_word_end: 2 }, 'utterance-end'],
  ['SpeechStarted', { type: 'SpeechStarted', channel: [0, 1], timestamp: 2 }, 'other'],
  ['Error', { type: 'Error', variant: 'SchemaError', description: 'x' }, 'error'],
  ['a type of tomorrow', { type: 'Tomorrow', anything: [1] }, 'other'],
  ['an object without a type', {}, 'malformed'],
  ['null', null, 'malformed'],
])('%s is recognised', (_, message, kind) => {
  expect(decode(message).kind).toBe(kind);
});

test('unknown fields are kept', () => {
  const decoded = decode({ ...RESULTS, tomorrow: { more: 1 } });
  expect(decoded).toMatchObject({ message: { tomorrow: { more: 1 } } });
});

test('takes no malformed message for a result', () => {
  for (const text of MALFORMED_MESSAGES)
    expect(['malformed', 'other']).toContain(decodeServerMessage(text).kind);
});

test.each([
  [
    'a transcript that is no text',
    { channel: { alternatives: [{ transcript: 1 }] } },
    'channel.alternatives.transcript',
  ],
  ['a word that is no text', withWord({ word: 1, start: 0, end: 1 }), 'channel.alternatives.words.word'],
  ['a word without its end', withWord({ word: 'hi', start: 0 }), 'channel.alternatives.words.end'],
  [
    'a word before the beginning',
    withWord({ word: 'hi', start: -1, end: 1 }),
    'channel.alternatives.words.start',
  ],
  [
    'a word without its time',
    { channel: { alternatives: [{ transcript: 'x', words: [{ word: 'x' }] }] } },
    'channel.alternatives.words.start',
  ],
  [
    'words that are no list',
    { channel: { alternatives: [{ transcript: 'x', words: 'x' }] } },
    'channel.alternatives.words',
  ],
  ['null for an alternative', { channel: { alternatives: [null] } }, 'channel.alternatives'],
  ['a negative start', { start: -1 }, 'start'],
  ['a duration of null', { duration: null }, 'duration'],
  ['a channel that is not there', { channel_index: [1, 1] }, 'channel_index'],
  ['half a channel', { channel_index: [0.5, 1] }, 'channel_index'],
  ['no channel index', { channel_index: undefined }, 'channel_index'],
  ['no number of channels', { channel_index: [0] }, 'channel_index'],
  ['a channel below none', { channel_index: [-1, 1] }, 'channel_index'],
  ['one channel more than a byte can count', { channel_index: [0, 256] }, 'channel_index'],
  ['a negative duration', { duration: -1 }, 'duration'],
  ['a duration of 30 years', { duration: 1e9 }, 'duration'],
  ['a flag that is no flag', { is_final: 'yes' }, 'is_final'],
  ['an object for a flag', { speech_final: {} }, 'speech_final'],
])('a result with %s is malformed, and the field is named', (_, wrong, path) => {
  expect(decode({ ...RESULTS, ...wrong })).toEqual({
    kind: 'malformed',
    problem: `Results: ${path} is missing or wrong`,
  });
});

test.each([
  ['true', true],
  ['false', false],
  [1, true],
  [0, false],
  [null, undefined],
])('the flag %j is read as %s, in a final and wherever there are flags', (written, read) => {
  expect(decode({ ...RESULTS, is_final: written, speech_final: written, from_finalize: written })).toEqual({
    kind: 'results',
    message: { ...RESULTS, is_final: read, speech_final: read, from_finalize: read },
  });
});

test.each([
  ['punctuated_word', { a: 1 }],
  ['confidence', 'high'],
  ['speaker', 1.5],
  ['language', ['en']],
])('no word is lost for a wrong %s: that is left out, and named', (name, wrong) => {
  const word = { word: 'hi', start: 0, end: 1 };
  expect(decode({ ...RESULTS, ...withWord({ ...word, [name]: wrong }) })).toEqual({
    kind: 'results',
    message: { ...RESULTS, ...withWord(word) },
    problem: `Results: left out ${name}`,
  });
});

test('an Error whose texts are objects is passed on without them', () => {
  expect(decode({ type: 'Error', description: { a: 1 }, variant: 'X' })).toEqual({
    kind: 'error',
    message: { type: 'Error', variant: 'X' },
    problem: 'Error: left out description',
  });
});

test.each([
  ['as many channels as a byte can count', { channel_index: [254, 255] }],
  ['no length, at the very beginning', { start: 0, duration: 0 }],
])('a result with %s is valid', (_, right) => {
  expect(decode({ ...RESULTS, ...right }).kind).toBe('results');
});

test.each([
  ['Metadata without duration', { type: 'Metadata' }],
  ['UtteranceEnd without channel', { type: 'UtteranceEnd', last_word_end: 1 }],
  ['UtteranceEnd without its time', { type: 'UtteranceEnd', channel: [0, 1] }],
  ['SpeechStarted without its time', { type: 'SpeechStarted', channel: [0, 1] }],
])('%s is malformed', (_, message) => {
  expect(decode(message).kind).toBe('malformed');
});

test.each([
  ['no type', {}],
  ['a type that is no text', { type: 1 }],
])('a message with %s is malformed', (_, message) => {
  expect(decode(message)).toEqual({ kind: 'malformed', problem: 'no type' });
});

test('refuses a message that is not JSON', () => {
  expect(decodeServerMessage('{')).toEqual({ kind: 'malformed', problem: 'not a message' });
});

function withWord(word: object): object {
  return { channel: { alternatives: [{ transcript: 'hi', words: [word] }] } };
}

const WORD = { word: 'hi', start: 1, end: 2 };
const withAlternative = (change: object) => ({
  ...RESULTS,
  channel: { alternatives: [{ transcript: 'hi', words: [WORD], ...change }] },
});

test.each([
  [{ ...RESULTS, channel_index: 0 }, 'Results: channel_index'],
  [{ ...RESULTS, channel_index: [1] }, 'Results: channel_index'],
  [{ ...RESULTS, channel_index: [1, 1] }, 'Results: channel_index'],
  [{ ...RESULTS, channel_index: [0, 256] }, 'Results: channel_index'],
  [{ ...RESULTS, channel_index: [0, 2, 'x'] }, 'Results: channel_index'],
  [{ ...RESULTS, start: -1 }, 'Results: start'],
  [{ ...RESULTS, duration: 1_000_001 }, 'Results: duration'],
  [{ ...RESULTS, is_final: 'yes' }, 'Results: is_final'],
  [{ ...RESULTS, speech_final: 2 }, 'Results: speech_final'],
  [{ ...RESULTS, from_finalize: {} }, 'Results: from_finalize'],
  [{ ...RESULTS, channel: null }, 'Results: channel'],
  [{ ...RESULTS, channel: 'x' }, 'Results: channel'],
  [{ ...RESULTS, channel: {} }, 'Results: channel.alternatives'],
  [{ ...RESULTS, channel: { alternatives: [null] } }, 'Results: channel.alternatives'],
  [withAlternative({ transcript: null }), 'Results: channel.alternatives.transcript'],
  [withAlternative({ words: 'hi' }), 'Results: channel.alternatives.words'],
  [withAlternative({ words: ['hi'] }), 'Results: channel.alternatives.words'],
  [withAlternative({ words: [null] }), 'Results: channel.alternatives.words'],
  [withAlternative({ words: [{ ...WORD, word: 5 }] }), 'Results: channel.alternatives.words.word'],
  [withAlternative({ words: [{ ...WORD, start: '1' }] }), 'Results: channel.alternatives.words.start'],
  [withAlternative({ words: [WORD, { ...WORD, end: null }] }), 'Results: channel.alternatives.words.end'],
  [{ type: 'Metadata' }, 'Metadata: duration'],
  [{ type: 'UtteranceEnd', channel: [2, 1], last_word_end: 1 }, 'UtteranceEnd: channel'],
  [{ type: 'UtteranceEnd', channel: [0, 1] }, 'UtteranceEnd: last_word_end'],
  [{ type: 'SpeechStarted', channel: ['a'], timestamp: 1 }, 'SpeechStarted: channel'],
  [{ type: 'SpeechStarted', channel: [0], timestamp: -1 }, 'SpeechStarted: timestamp'],
])('a message without a required field names it: %j', (message, field) => {
  expect(decode(message)).toEqual({ kind: 'malformed', problem: `${field} is missing or wrong` });
});

test.each([
  [{ ...RESULTS, metadata: 'x' }, 'Results: left out metadata'],
  [{ ...RESULTS, metadata: { request_id: 5 } }, 'Results: left out request_id'],
  [withAlternative({ confidence: 'high' }), 'Results: left out confidence'],
  [withAlternative({ languages: 'en' }), 'Results: left out languages'],
  [withAlternative({ languages: ['en', 5] }), 'Results: left out languages'],
  [withAlternative({ words: [{ ...WORD, confidence: 'x' }] }), 'Results: left out confidence'],
  [withAlternative({ words: [{ ...WORD, punctuated_word: {} }] }), 'Results: left out punctuated_word'],
  [withAlternative({ words: [{ ...WORD, speaker: -1 }] }), 'Results: left out speaker'],
  [withAlternative({ words: [{ ...WORD, language: 5 }] }), 'Results: left out language'],
  [
    withAlternative({
      confidence: 'x',
      words: [
        { ...WORD, speaker: 'a' },
        { ...WORD, speaker: 'b' },
      ],
    }),
    'Results: left out speaker, confidence',
  ],
  [{ type: 'Metadata', duration: 1, request_id: 5 }, 'Metadata: left out request_id'],
  [{ type: 'Metadata', duration: 1, channels: 1.5 }, 'Metadata: left out channels'],
  [{ type: 'Error', variant: 5 }, 'Error: left out variant'],
  [{ type: 'Error', description: {}, code: 1, message: [] }, 'Error: left out description, code, message'],
])('a wrong optional field is left out, and named: %j', (message, problem) => {
  const decoded = decode(message);
  expect(decoded).toMatchObject({ problem });
  const kept = JSON.stringify('message' in decoded && decoded.message);
  for (const name of problem.split('left out ')[1]?.split(', ') ?? [])
    expect(kept).not.toContain(`"${name}":`);
});

test.each([
  { ...RESULTS, is_final: null, speech_final: null, metadata: null },
  withAlternative({ words: null, confidence: null, languages: null }),
  withAlternative({
    words: [{ ...WORD, confidence: null, punctuated_word: null, speaker: null, language: null }],
  }),
  { ...RESULTS, metadata: { request_id: null } },
  { type: 'Metadata', duration: 1, request_id: null, channels: null },
])('null is no value, and no problem: %j', (message) => {
  const decoded = decode(message);
  expect(decoded).not.toHaveProperty('problem');
  expect(decoded.kind).not.toBe('malformed');
  expect(JSON.stringify(decoded)).not.toContain('null');
});
