/** The events of a turn, one by one. One position is a second. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { Turn } from '../../src/index.ts';
import type { HeardTurn, Segment } from '../../src/protocol/protocol.ts';
import type { StitchedLink, Transcript, Word } from '../../src/transcript/stitcher.ts';
import { TurnTracker } from '../../src/transcript/turns.ts';

let turns: Turn[];
let wallTime: number;
let tracker: TurnTracker;

beforeEach(() => {
  turns = [];
  wallTime = 10_000;
  tracker = new TurnTracker(
    (turn) => turns.push(turn),
    () => wallTime,
  );
});

/** The sample at position 0 was captured at 1 s. */
const link: StitchedLink = {
  number: 1,
  rate: 1,
  position: 60,
  positionOf: (seconds) => seconds,
  wallTimeOf: (position) => 1_000 + position * 1_000,
};
const secondLink: StitchedLink = { ...link, number: 2 };

interface Message extends Partial<HeardTurn> {
  start?: number;
  end?: number;
  text?: string;
  words?: readonly Word[];
  on?: StitchedLink;
}

/** Words of one second each, from `start`. */
const wordsOf = (text: string, start: number): Word[] =>
  text
    .split(' ')
    .filter(Boolean)
    .map((word, at) => ({
      word,
      text: word,
      start: start + at,
      end: start + at + 1,
      confidence: 1,
      speaker: undefined,
      language: undefined,
      capturedAt: undefined,
    }));

/** The events that follow from one message. */
function hear(
  event: HeardTurn['event'],
  text: string,
  { start = 0, end = 2, words = wordsOf(text, start), on = link, ...more }: Message = {},
): Turn[] {
  turns = [];
  const turn: HeardTurn = {
    event,
    index: 0,
    heardTo: end,
    trigger: undefined,
    languages: undefined,
    endConfidence: undefined,
    ...more,
  };
  tracker.segment({ start, end, turn } as Segment, { text, words } as Transcript, on);
  return turns;
}

const brief = (told: readonly Turn[]) => told.map(({ type, id, text }) => `${type} ${id} '${text}'`);
const told = (...message: Parameters<typeof hear>) => brief(hear(...message));
const during = (action: () => void) => {
  turns = [];
  action();
  return brief(turns);
};

describe('a turn', () => {
  test('starts once, is updated, and ends; the next one has the next number', () => {
    expect(told('start', 'a')).toEqual(["start 1 'a'"]);
    expect(told('update', 'a b')).toEqual(["update 1 'a b'"]);
    expect(told('update', 'a b')).toEqual(["update 1 'a b'"]);
    expect(told('end', 'a b')).toEqual(["end 1 'a b'"]);
    expect(told('start', 'c', { start: 2, end: 4 })).toEqual(["start 2 'c'"]);
  });

  test.each([
    ['update', ["start 1 'a'"]],
    ['resumed', ["start 1 'a'"]],
    ['eager-end', ["start 1 'a'", "eager-end 1 'a'"]],
    ['end', ["start 1 'a'", "end 1 'a'"]],
  ] as const)('whose first message is %s starts with it', (event, events) => {
    expect(told(event, 'a')).toEqual(events);
  });

  test('has the times, confidence, languages and connection of its message', () => {
    hear('start', 'a');
    const more = { endConfidence: 0.9, trigger: 'model', languages: ['en'] };
    expect(
      hear('end', 'a b', { start: 3, end: 5, on: secondLink, words: wordsOf('a b', 0), ...more }),
    ).toEqual([
      {
        type: 'end',
        id: 1,
        text: 'a b',
        words: wordsOf('a b', 0),
        start: 3,
        end: 5,
        ...more,
        behindMs: 4_000,
        connection: 2,
      },
    ]);
  });

  test('has its times in seconds at any rate', () => {
    const on = { ...link, rate: 100, positionOf: (seconds: number) => 1_000 + seconds * 100 };
    expect(hear('start', 'a', { start: 1, end: 2, on })).toMatchObject([{ start: 11, end: 12 }]);
  });

  test('has a trigger only at its end', () => {
    expect(hear('start', 'a', { trigger: 'model' })).toMatchObject([{ trigger: undefined }]);
    expect(hear('update', 'a', { trigger: 'model' })).toMatchObject([{ trigger: undefined }]);
  });

  test('is without words no event, and one that was open stays open', () => {
    expect(told('update', '')).toEqual([]);
    expect(told('start', 'a b')).toEqual(["start 1 'a b'"]);
    expect(told('update', '')).toEqual([]);
    expect(told('update', 'a b')).toEqual(["update 1 'a b'"]);
  });

  test('that ends without words is withdrawn, if it was open', () => {
    expect(told('end', '')).toEqual([]);
    hear('start', 'a b');
    expect(told('end', '')).toEqual(["withdrawn 1 ''"]);
    expect(told('end', '')).toEqual([]);
  });

  test('is told by messages of turns alone', () => {
    tracker.segment({ start: 0, end: 1 } as Segment, { text: 'a', words: wordsOf('a', 0) } as never, link);
    expect(turns).toEqual([]);
    turns = [];
    hear('start', 'a');
    tracker.segment({ start: 0, end: 1, turn: { event: 'update' } } as Segment, undefined, link);
    expect(brief(turns)).toEqual(["start 1 'a'"]);
  });
});

describe('an eager end', () => {
  beforeEach(() => {
    hear('start', 'a');
    expect(told('eager-end', 'a b')).toEqual(["eager-end 1 'a b'"]);
  });

  test('is told once, and stays while the words are the same', () => {
    expect(told('eager-end', 'a b')).toEqual(["update 1 'a b'"]);
    expect(told('update', 'a b')).toEqual(["update 1 'a b'"]);
    expect(during(() => tracker.linkEnded())).toEqual(["resumed 1 'a b'"]);
  });

  test('is resumed by other words, or by a message that says so', () => {
    expect(told('update', 'a b c')).toEqual(["resumed 1 'a b c'"]);
    expect(told('eager-end', 'a b c')).toEqual(["eager-end 1 'a b c'"]);
    expect(told('resumed', 'a b c')).toEqual(["resumed 1 'a b c'"]);
    expect(told('resumed', 'a b c')).toEqual(["update 1 'a b c'"]);
  });

  test('with other words is not resumed by another eager end, nor by the end', () => {
    expect(told('eager-end', 'a b c')).toEqual(["update 1 'a b c'"]);
    expect(told('end', 'a b c d')).toEqual(["end 1 'a b c d'"]);
  });

  test('is resumed when its connection ends, once', () => {
    expect(during(() => tracker.linkEnded())).toEqual(["resumed 1 'a b'"]);
    expect(during(() => tracker.linkEnded())).toEqual([]);
  });
});

test('the end of a connection tells nothing of a turn without an eager end', () => {
  expect(during(() => tracker.linkEnded())).toEqual([]);
  hear('start', 'a');
  expect(during(() => tracker.linkEnded())).toEqual([]);
});

describe('an open turn is withdrawn', () => {
  beforeEach(() => void hear('start', 'a b'));

  test('once, without its words', () => {
    expect(during(() => tracker.withdraw())).toEqual(["withdrawn 1 ''"]);
    expect(turns).toMatchObject([{ words: [], start: 0, end: 2, connection: 1 }]);
    expect(during(() => tracker.withdraw())).toEqual([]);
    expect(told('start', 'c')).toEqual(["start 2 'c'"]);
  });

  test.each([
    ['begins where its words end', { start: 2, end: 2.5 }, true],
    ['begins before that', { start: 1.9, end: 2.5 }, false],
    ['ends a second after its words', { start: 0, end: 3 }, true],
    ['ends less than a second after its words', { start: 0, end: 2.9 }, false],
  ])('by a message without words that %s', (_, times, isWithdrawn) => {
    expect(told('update', '', times)).toEqual(isWithdrawn ? ["withdrawn 1 ''"] : []);
  });

  test.each([
    ['a later connection', 'behind its words', secondLink, 2, ["withdrawn 1 ''", "start 2 'c'"]],
    ['a later connection', 'before that', secondLink, 1.9, ["update 1 'c'"]],
    ['the same connection', 'behind its words', link, 2, ["update 1 'c'"]],
  ])('by words of %s that begin %s', (_connection, _place, on, start, events) => {
    expect(told('update', 'c', { start, end: 4, on })).toEqual(events);
  });

  test('with text alone by what comes behind its end', () => {
    tracker.withdraw();
    hear('start', 'a b', { end: 5, words: [] });
    expect(told('update', '', { start: 4.9, end: 5 })).toEqual([]);
    expect(told('update', '', { start: 5, end: 5.5 })).toEqual(["withdrawn 2 ''"]);
  });
});

describe('a turn is behind', () => {
  test('by the time since its audio was captured, never less than nothing', () => {
    expect(hear('start', 'a')).toMatchObject([{ behindMs: 7_000 }]);
    wallTime = 2_000;
    expect(hear('update', 'a')).toMatchObject([{ behindMs: 0 }]);
  });

  test('by nothing where that time is unknown', () => {
    expect(hear('start', 'a', { on: { ...link, wallTimeOf: () => undefined } })).toMatchObject([
      { behindMs: 0 },
    ]);
  });

  test('by the time up to its withdrawal, or to the end of its connection', () => {
    hear('eager-end', 'a');
    wallTime = 12_000;
    during(() => tracker.linkEnded());
    expect(turns).toMatchObject([{ behindMs: 9_000 }]);
    wallTime = 13_000;
    during(() => tracker.withdraw());
    expect(turns).toMatchObject([{ behindMs: 10_000 }]);
  });
});
