/** Messages of Flux over several connections, as if one had sent them. */
import { beforeEach, expect, test } from 'vitest';
import { decodeTurn } from '../../src/protocol/flux/decode.ts';
import { type HeardEvent, type RebasedLink, RebasedMessages } from '../../src/transcript/rebased-messages.ts';
import { Stitcher } from '../../src/transcript/stitcher.ts';

const RATE = 1000;

/** A link whose first sample is at `offset` seconds of the session. */
const link = (number: number, offset = 0): RebasedLink => ({
  number,
  rate: RATE,
  position: 1e6,
  hasClock: true,
  positionOf: (seconds) => Math.round((seconds + offset) * RATE),
  wallTimeOf: () => undefined,
});

let rebased: RebasedMessages;
let stitcher: Stitcher;

beforeEach(() => {
  rebased = new RebasedMessages();
  stitcher = new Stitcher();
});

function take(message: object, by = link(1)): Record<string, unknown> | undefined {
  const event = decodeTurn(JSON.stringify(message)) as HeardEvent;
  const transcript = event.kind === 'segment' ? stitcher.receive(event, by).transcript : undefined;
  return rebased.take(event, by, transcript) as Record<string, unknown> | undefined;
}

/** Words of half a second each. */
const turn = (event: string, turn_index: number, text: string, start = 0, more: object = {}) => ({
  type: 'TurnInfo',
  event,
  turn_index,
  audio_window_start: start,
  audio_window_end: start + 2,
  transcript: text,
  words: text
    .split(' ')
    .filter(Boolean)
    .map((word, at) => ({
      word,
      confidence: 0.9,
      start: start + at / 2,
      end: start + at / 2 + 0.4,
    })),
  end_of_turn_confidence: 0.3,
  ...more,
});

test.each(['StartOfTurn', 'Update', 'EagerEndOfTurn', 'TurnResumed', 'EndOfTurn'])(
  'a %s of the first connection is unchanged',
  (event) => {
    const message = turn(event, 0, 'one two');
    expect(take(message)).toEqual(message);
  },
);

test('turns are counted over all connections', () => {
  take(turn('StartOfTurn', 0, 'one'));
  take(turn('EndOfTurn', 0, 'one'));
  take(turn('StartOfTurn', 1, 'two', 2));
  take(turn('EndOfTurn', 1, 'two', 2));
  expect(take(turn('StartOfTurn', 0, 'three'), link(2, 4))).toMatchObject({
    event: 'StartOfTurn',
    turn_index: 2,
  });
  expect(take(turn('EndOfTurn', 0, 'three'), link(2, 4))).toMatchObject({
    event: 'EndOfTurn',
    turn_index: 2,
  });
  expect(take(turn('StartOfTurn', 1, 'four', 2), link(2, 4))).toMatchObject({ turn_index: 3 });
});

test('a turn that a connection left open continues on the next one, and does not start again', () => {
  take(turn('StartOfTurn', 0, 'one'));
  expect(take(turn('StartOfTurn', 0, 'one'), link(2))).toMatchObject({ event: 'Update', turn_index: 0 });
  expect(take(turn('Update', 0, 'one two'), link(2))).toMatchObject({ event: 'Update', turn_index: 0 });
  expect(take(turn('EndOfTurn', 0, 'one two'), link(2))).toMatchObject({ event: 'EndOfTurn', turn_index: 0 });
  expect(take(turn('StartOfTurn', 1, 'three', 2), link(2))).toMatchObject({
    event: 'StartOfTurn',
    turn_index: 1,
  });
});

test('times of a later connection are moved, in windows and words', () => {
  expect(take(turn('Update', 0, 'one'), link(2, 7.3))).toMatchObject({
    audio_window_start: 7.3,
    audio_window_end: 9.3,
    words: [{ word: 'one', start: 7.3, end: 7.7 }],
  });
});

test('words of an ended turn are left out, and a message of nothing else is not passed on', () => {
  take(turn('EndOfTurn', 0, 'one two'));
  expect(take(turn('Update', 0, 'one'), link(2))).toBeUndefined();
  const longer = turn('Update', 0, 'one two or more three four', 0, { audio_window_end: 4 });
  expect(take(longer, link(2))).toMatchObject({
    transcript: 'three four',
    words: [{ word: 'three' }, { word: 'four' }],
  });
});

test('a turn without words is passed on', () => {
  const empty = turn('Update', 0, '');
  expect(take(empty)).toEqual(empty);
});

test('sequence numbers go on over all connections, without holes for what is left out', () => {
  const numbered = (message: object, sequence_id: number, by: RebasedLink) =>
    take({ ...message, sequence_id }, by)?.['sequence_id'];
  const connected = { type: 'Connected', request_id: 'r' };
  expect(numbered(connected, 0, link(1))).toBe(0);
  expect(numbered(turn('Update', 0, 'one'), 1, link(1))).toBe(1);
  expect(numbered(connected, 0, link(2))).toBeUndefined();
  expect(numbered(turn('Update', 0, 'one two'), 1, link(2))).toBe(2);
  expect(take(turn('Update', 0, 'one two'), link(2))).not.toHaveProperty('sequence_id');
});

test('Connected is passed on once', () => {
  const connected = { type: 'Connected', request_id: 'a' };
  expect(take(connected)).toEqual(connected);
  expect(take({ ...connected, request_id: 'b' }, link(2))).toBeUndefined();
});

test('an Error that ends a connection comes at the end of a session that failed, and not after later results', () => {
  const fatal = { type: 'Error', code: 'INTERNAL_SERVER_ERROR', description: 'Gone.' };
  expect(take(fatal)).toBeUndefined();
  expect(rebased.last(3, true)).toEqual([fatal]);
  expect(rebased.last(3, false)).toEqual([]);
  take(turn('Update', 0, 'one'), link(2));
  expect(rebased.last(3, true)).toEqual([]);
});
