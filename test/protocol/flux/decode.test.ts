import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { anything, assert, property } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeTurn } from '../../../src/protocol/flux/decode.ts';

const CAPTURE = join(import.meta.dirname, '../../testing/flux-capture/frames.json');
const { frames } = JSON.parse(readFileSync(CAPTURE, 'utf8')) as { frames: string[] };

const TURN = {
  type: 'TurnInfo',
  event: 'Update',
  turn_index: 1,
  audio_window_start: 2,
  audio_window_end: 4.08,
  transcript: 'Hello there',
  words: [
    { word: 'Hello', confidence: 0.9, start: 2.5, end: 3 },
    { word: 'there', confidence: 0.8, start: 3.1, end: 3.4 },
  ],
  end_of_turn_confidence: 0.3,
  sequence_id: 7,
};

const decode = (change: object) => decodeTurn(JSON.stringify({ ...TURN, ...change }));

test('reads every frame of a capture of the service', () => {
  const kinds = frames.map((frame) => {
    const event = decodeTurn(frame);
    expect(event).not.toHaveProperty('problem');
    return event.kind === 'segment' ? event.turn?.event : event.kind;
  });
  const count = (kind: string) => kinds.filter((each) => each === kind).length;
  expect({ start: count('start'), eager: count('eager-end'), end: count('end') }).toEqual({
    start: 1,
    eager: 1,
    end: 1,
  });
  expect(count('malformed')).toBe(0);
  expect(kinds.length).toBe(105);
});

test('an Update is an interim segment, and an EndOfTurn a final one that ends the utterance', () => {
  expect(decode({})).toMatchObject({
    kind: 'segment',
    start: 2,
    end: 4.08,
    isFinal: false,
    endsUtterance: false,
    text: 'Hello there',
    turn: { event: 'update', index: 1, endConfidence: 0.3 },
  });
  expect(decode({ event: 'EndOfTurn', trigger: 'model' })).toMatchObject({
    end: 4.08,
    isFinal: true,
    endsUtterance: true,
    turn: { event: 'end', trigger: 'model' },
  });
});

test('confirms silence only up to a second before the end of its window, and nothing where there are words', () => {
  const silence = { transcript: '', words: [] };
  expect(decode(silence)).toMatchObject({ confirmedTo: 3.08 });
  expect(decode({ ...silence, audio_window_end: 2.9 })).not.toHaveProperty('confirmedTo');
  expect(decode({})).not.toHaveProperty('confirmedTo');
});

test('an end by order is final up to its last word, or half a second before the end of its window', () => {
  const manual = { event: 'EndOfTurn', trigger: 'manual' };
  expect(decode(manual)).toMatchObject({ end: 3.58, answersFinalize: true });
  const late = [{ word: 'x', confidence: 1, start: 3.5, end: 4 }];
  expect(decode({ ...manual, words: late })).toMatchObject({ end: 4 });
});

describe('a field that is wrong', () => {
  test.each([
    ['event', { event: 5 }],
    ['turn_index', { turn_index: -1 }],
    ['turn_index', { turn_index: 'a' }],
    ['audio_window_start', { audio_window_start: null }],
    ['audio_window_end', { audio_window_end: 1e9 }],
    ['transcript', { transcript: undefined }],
    ['words', { words: {} }],
    ['words', { words: [{ word: 1 }] }],
    ['words', { words: [null] }],
    ['words', { words: ['Hello'] }],
    ['words', { words: [[]] }],
    ['words', { words: [{ word: 'a', start: -1, end: 1 }] }],
    ['words', { words: [{ word: 'a', start: 1, end: 1_000_001 }] }],
    ['audio_window_start', { audio_window_start: '2' }],
    ['words', { words: [{ word: 'a', start: 'b', end: 1 }] }],
  ])('%s, without which there is no turn, makes the message malformed: %j', (name, change) => {
    expect(decode(change)).toEqual({
      kind: 'malformed',
      problem: `TurnInfo: ${name} is missing or wrong`,
    });
  });

  test.each([
    { trigger: 5 },
    { languages: 'en' },
    { languages: ['en', 5] },
    { languages: [5, 'en'] },
    { end_of_turn_confidence: 'high' },
  ])('and optional is left out: %j', (change) => {
    const [name] = Object.keys(change);
    expect(decode(change)).toMatchObject({
      kind: 'segment',
      problem: `TurnInfo: left out ${name}`,
      turn: { trigger: undefined, languages: undefined },
    });
  });

  test('and several are named together', () => {
    expect(decode({ trigger: 5, languages: 'en' })).toMatchObject({
      problem: 'TurnInfo: left out trigger, languages',
    });
  });

  test('is none where an optional field is null or missing', () => {
    const event = decode({ trigger: null, languages: null, end_of_turn_confidence: undefined });
    expect(event).not.toHaveProperty('problem');
    expect(event).toMatchObject({ turn: { trigger: undefined, languages: undefined } });
  });
});

test('words without times follow each other', () => {
  expect(decode({ words: [{ word: 'a' }, { word: 'b', confidence: 1 }] })).toMatchObject({
    words: [
      { start: 2, end: 4.08, confidence: undefined },
      { start: 4.08, end: 4.08 },
    ],
  });
});

test('languages of a turn and of its words are kept', () => {
  const words = [
    { word: 'hola', confidence: 1, language: 'es' },
    { word: 'x', language: 5 },
  ];
  expect(decode({ languages: ['es', 'en'], words })).toMatchObject({
    turn: { languages: ['es', 'en'] },
    words: [{ word: 'hola', text: 'hola', language: 'es' }, { language: undefined }],
  });
});

test('an unknown trigger or event is accepted', () => {
  expect(decode({ event: 'EndOfTurn', trigger: 'hunch' })).toMatchObject({ turn: { trigger: 'hunch' } });
  expect(decode({ event: 'TurnPondered' })).toMatchObject({ kind: 'other' });
});

test('separates errors, warnings and the rest', () => {
  const of = (message: object) => decodeTurn(JSON.stringify(message));
  const error = { code: 'INACTIVE_CLIENT', description: 'too long' };
  expect(of({ type: 'Error', ...error })).toMatchObject({ kind: 'fatal', error });
  expect(of({ type: 'FatalError', error_code: 'X' })).toMatchObject({ kind: 'fatal', error: { code: 'X' } });
  expect(of({ type: 'Warning', code: 'A', description: 'b' })).toMatchObject({
    kind: 'complaint',
    variant: 'A',
    description: 'b',
  });
  expect(of({ type: 'Warning', code: 'FORCE_END_TURN_NO_ACTIVE_TURN' }).kind).toBe('no-turn');
  expect(of({ type: 'Connected' }).kind).toBe('other');
});

test.each([
  ['{', 'not a message'],
  ['[]', 'no type'],
  ['null', 'no type'],
  ['"Error"', 'no type'],
  ['[{"type":"Error"}]', 'no type'],
  ['{}', 'no type'],
  ['{"type":5}', 'no type'],
])('%s is malformed: %s', (text, problem) => {
  expect(decodeTurn(text)).toEqual({ kind: 'malformed', problem });
});

test.each([
  ['StartOfTurn', 'start'],
  ['Update', 'update'],
  ['EagerEndOfTurn', 'eager-end'],
  ['TurnResumed', 'resumed'],
  ['EndOfTurn', 'end'],
])('%s is the event %s, and only the end is final', (event, name) => {
  expect(decode({ event })).toMatchObject({
    turn: { event: name },
    isFinal: name === 'end',
    answersFinalize: false,
  });
});

test('a segment is as sure as its least sure word', () => {
  expect(decode({})).toMatchObject({ confidence: 0.8 });
  expect(decode({ words: [{ word: 'a' }, { word: 'b', confidence: 0.9 }] })).toMatchObject({
    confidence: 0.9,
  });
  expect(decode({ words: [{ word: 'a', confidence: '0.1' }] })).toMatchObject({ confidence: 1 });
  expect(decode({ words: [] })).toMatchObject({ confidence: undefined });
});

test('a segment begins with its window, or with a word before it', () => {
  const at = (start: number) => [{ word: 'a', confidence: 1, start, end: 3 }];
  expect(decode({ words: at(2.5) })).toMatchObject({ start: 2 });
  expect(decode({ words: at(1.5) })).toMatchObject({ start: 1.5 });
  expect(decode({ words: [] })).toMatchObject({ start: 2 });
});

test('only an Update without words confirms silence', () => {
  expect(decode({ event: 'StartOfTurn', transcript: '', words: [] })).not.toHaveProperty('confirmedTo');
  expect(decode({ words: [] })).not.toHaveProperty('confirmedTo');
  expect(decode({ transcript: '', words: [], audio_window_end: 3 })).not.toHaveProperty('confirmedTo');
});

test('never throws, for any input', () => {
  assert(
    property(anything(), (value) => {
      for (const text of [JSON.stringify([value]), JSON.stringify({ ...TURN, ...(value as object) })]) {
        decodeTurn(text);
      }
    }),
  );
});
