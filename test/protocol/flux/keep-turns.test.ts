/** The keeper of one connection to Flux, alone: what it sends, when the stream may end, and what it takes for processed. */
import { describe, expect, test } from 'vitest';
import { keepTurns } from '../../../src/protocol/flux/keep-turns.ts';
import type { HeardTurn, KeptLink, Segment } from '../../../src/protocol/protocol.ts';
import { VirtualClock } from '../../../src/testing/index.ts';

interface Setting {
  forceEndTurn?: boolean;
  canPing?: boolean;
  eotTimeoutMs?: number;
}

/** A keeper on a connection that only counts. */
function keep({ forceEndTurn = true, canPing = true, eotTimeoutMs }: Setting = {}) {
  const clock = new VirtualClock();
  const done: string[] = [];
  const taken: Segment[] = [];
  const link = {
    sentSeconds: 0,
    isBehind: false,
    sendSilence: (seconds: number) => {
      link.sentSeconds += seconds;
      done.push(`silence ${Number(seconds.toFixed(3))}`);
      return true;
    },
    ping: () => {
      if (canPing) done.push('ping');
      return canPing;
    },
    sendText: (text: string) => void done.push(text),
    take: (segment: Segment) => void taken.push(segment),
    goOn: () => void done.push('go on'),
    withdrawTurn: () => void done.push('withdraw'),
    giveUp: () => void done.push('give up'),
    setTimeout: (callback: () => void, delayMs: number) => clock.setTimeout(callback, delayMs),
    clearTimeout: (timer: unknown) => clock.clearTimeout(timer),
    report: (code: string, evidence: object) => void done.push(`${code} ${JSON.stringify(evidence)}`),
  };
  const parameters = eotTimeoutMs === undefined ? {} : { eot_timeout_ms: eotTimeoutMs };
  const keeper = keepTurns(link as KeptLink, parameters, { forceEndTurn });
  const hear = (text: string, turn: Partial<HeardTurn> = {}, isFinal = turn.event === 'end') =>
    keeper.message(segmentOf(text, turn, isFinal));
  /** The actions since the last call. */
  const since = () => done.splice(0);
  return { clock, link, keeper, hear, since, taken };
}

function segmentOf(text: string, turn: Partial<HeardTurn>, isFinal: boolean): Segment {
  return {
    kind: 'segment',
    channel: 0,
    channelCount: 1,
    start: 0,
    end: 1,
    isFinal,
    endsUtterance: isFinal,
    answersFinalize: false,
    text,
    words: [],
    confidence: undefined,
    raw: { type: 'TurnInfo' },
    turn: {
      event: 'update',
      index: 0,
      heardTo: 0,
      trigger: undefined,
      languages: undefined,
      endConfidence: undefined,
      ...turn,
    },
  };
}

const FORCE_END_TURN = '{"type":"ForceEndTurn"}';

describe('an idle connection is held', () => {
  test('by a ping', () => {
    const { keeper, since } = keep();
    keeper.hold();
    expect(since()).toEqual(['ping']);
  });

  test('by a step of silence where the platform has no ping', () => {
    const { keeper, since } = keep({ canPing: false });
    keeper.hold();
    expect(since()).toEqual(['silence 0.08']);
  });

  test('by the audio that waits: silence before it would cut a word in two', () => {
    const { keeper, link, since } = keep({ canPing: false });
    link.isBehind = true;
    keeper.hold();
    expect(since()).toEqual(['go on']);
  });
});

describe('a hole in the numbers of the messages is reported', () => {
  const numbered = (...numbers: unknown[]) => {
    const { keeper, since } = keep();
    for (const sequence_id of numbers) keeper.message({ kind: 'other', raw: { sequence_id } as never });
    return since();
  };

  test.each([
    [[0, 1, 2], []],
    [[0, 3], ['messages-missing {"count":2}']],
    [[2, 3], ['messages-missing {"count":2}']],
    [[0, 1, 1, 0, 1], []],
    [[0, '5', null, 1.5, undefined, 1], []],
  ])('%j: %j', (numbers, reports) => {
    expect(numbered(...numbers)).toEqual(reports);
  });

  test('but not for a malformed message', () => {
    const { keeper, since } = keep();
    keeper.message({ kind: 'malformed', problem: 'type' });
    expect(since()).toEqual([]);
  });
});

describe('a turn whose end did not come', () => {
  test.each([
    [
      'the next turn after an end',
      [
        ['a', 0, true],
        ['b', 1, false],
      ],
      [],
    ],
    [
      'the next turn without an end',
      [
        ['a', 0, false],
        ['b', 1, false],
      ],
      ['give up'],
    ],
    [
      'a later turn than the next',
      [
        ['a', 0, true],
        ['b', 2, false],
      ],
      ['give up'],
    ],
    ['a first turn that is not turn 0', [['a', 1, false]], ['give up']],
    [
      'the same turn',
      [
        ['a', 0, false],
        ['a b', 0, true],
      ],
      [],
    ],
  ] as const)('%s', (_, segments, actions) => {
    const { hear, since } = keep();
    for (const [text, index, isFinal] of segments) hear(text, { index, event: isFinal ? 'end' : 'update' });
    expect(since()).toEqual(actions);
  });
});

describe('while the source pauses in a turn', () => {
  test('silence is sent in real time, from a second on', () => {
    const { clock, hear, since } = keep();
    hear('one');
    clock.advance(999);
    expect(since()).toEqual([]);
    clock.advance(1);
    expect(since()).toEqual(['silence 0.08']);
    clock.advance(240);
    expect(since()).toEqual(['silence 0.08', 'silence 0.08', 'silence 0.08']);
  });

  test('no silence is sent while audio flows or waits', () => {
    const { clock, link, hear, since } = keep();
    hear('one');
    for (let second = 0; second < 5; second += 1) {
      clock.advance(900);
      link.sentSeconds += 0.9;
      clock.advance(100);
    }
    link.isBehind = true;
    clock.advance(3_000);
    expect(since()).toEqual([]);
    link.isBehind = false;
    clock.advance(1_000);
    expect(since()).toEqual(['silence 0.08']);
  });

  test('the end of the turn ends the silence', () => {
    const { clock, hear, since } = keep();
    hear('one');
    clock.advance(1_080);
    expect(since()).toHaveLength(2);
    hear('one', { event: 'end' });
    clock.advance(60_000);
    expect(since()).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  test.each([
    [undefined, 7_000],
    [1_000, 3_000],
  ])('the turn is withdrawn after its timeout (%s) and two seconds', (eotTimeoutMs, mostMs) => {
    const { clock, hear, since } = keep(eotTimeoutMs === undefined ? {} : { eotTimeoutMs });
    hear('one');
    clock.advance(60_000);
    const sent = since();
    expect(sent.at(-1)).toBe('withdraw');
    expect(sent.filter((each) => each.startsWith('silence'))).toHaveLength(Math.ceil(mostMs / 80));
    expect(sent.filter((each) => each === 'withdraw')).toHaveLength(1);
  });

  test('each turn has its own silence', () => {
    const { clock, hear, since } = keep({ eotTimeoutMs: 1_000 });
    hear('one');
    clock.advance(3_000);
    hear('one', { event: 'end' });
    since();
    hear('two', { index: 1 });
    clock.advance(60_000);
    expect(since().filter((each) => each.startsWith('silence'))).toHaveLength(Math.ceil(3_000 / 80));
  });

  test('an Update without words opens no turn, and a start of one does', () => {
    const { clock, hear, since } = keep();
    hear('', { event: 'update' });
    clock.advance(5_000);
    expect(since()).toEqual([]);
    hear('one', { event: 'start' });
    hear('', { event: 'eager-end' });
    clock.advance(1_000);
    expect(since()).toEqual(['silence 0.08']);
    hear('', { event: 'update' });
    clock.advance(5_000);
    expect(since()).toEqual([]);
  });
});

describe('before the end of the stream', () => {
  test('nothing is due where no audio was sent', () => {
    const { keeper, since } = keep();
    expect(keeper.mayEndStream()).toBe(true);
    expect(since()).toEqual([]);
  });

  test('half a second of silence follows the audio, to a whole step', () => {
    const { keeper, link, since } = keep();
    link.sentSeconds = 1.01;
    expect(keeper.mayEndStream()).toBe(false);
    expect(since()).toEqual(['silence 0.51']);
    expect(link.sentSeconds).toBeCloseTo(1.52, 6);
    expect(keeper.mayEndStream()).toBe(false);
    expect(since()).toEqual([]);
  });

  test('the server must have heard all of it, but for one Update', () => {
    const { keeper, link, hear, since } = keep();
    link.sentSeconds = 1;
    keeper.mayEndStream();
    since();
    hear('', { heardTo: link.sentSeconds - 0.31 });
    expect(keeper.mayEndStream()).toBe(false);
    hear('', { heardTo: link.sentSeconds - 0.29 });
    expect(keeper.mayEndStream()).toBe(true);
    expect(since()).toEqual([]);
  });

  test('an open turn is ended by order, once, and its end is awaited', () => {
    const { keeper, link, hear, since } = keep();
    link.sentSeconds = 1;
    hear('one');
    keeper.mayEndStream();
    since();
    hear('one two', { heardTo: link.sentSeconds });
    expect([keeper.mayEndStream(), keeper.mayEndStream()]).toEqual([false, false]);
    expect(since()).toEqual([FORCE_END_TURN]);
    hear('one two', { event: 'update', heardTo: link.sentSeconds });
    expect(keeper.mayEndStream()).toBe(false);
    hear('one two', { event: 'end', heardTo: link.sentSeconds });
    expect(keeper.mayEndStream()).toBe(true);
    expect(since()).toEqual([]);
  });

  test('“no turn” is an answer, too', () => {
    const { keeper, link, hear, since } = keep();
    link.sentSeconds = 1;
    keeper.mayEndStream();
    hear('one', { heardTo: link.sentSeconds });
    expect(keeper.mayEndStream()).toBe(false);
    keeper.message({ kind: 'other', raw: { type: 'Other' } });
    expect(keeper.mayEndStream()).toBe(false);
    keeper.message({ kind: 'no-turn', raw: { type: 'Other' } });
    expect(keeper.mayEndStream()).toBe(true);
    expect(since().at(-1)).toBe(FORCE_END_TURN);
  });

  test('“no turn” before the order is not its answer', () => {
    const { keeper, link, hear } = keep();
    link.sentSeconds = 1;
    keeper.message({ kind: 'no-turn', raw: { type: 'Other' } });
    hear('one', { heardTo: 2 });
    expect(keeper.mayEndStream()).toBe(false);
  });

  test('the answer is awaited for two seconds', () => {
    const { clock, keeper, link, hear, since } = keep();
    link.sentSeconds = 1;
    keeper.mayEndStream();
    hear('one', { heardTo: link.sentSeconds });
    keeper.mayEndStream();
    since();
    clock.advance(1_999);
    expect(since()).toEqual([]);
    clock.advance(1);
    expect(since()).toEqual(['go on']);
    expect(keeper.mayEndStream()).toBe(true);
  });

  test('a server that does not know the order gets the silence only', () => {
    const { keeper, link, hear, since } = keep({ forceEndTurn: false });
    link.sentSeconds = 1;
    hear('one');
    expect(keeper.mayEndStream()).toBe(true);
    expect(since()).toEqual(['silence 0.52']);
  });

  test('the silence for a pause ends', () => {
    const { clock, keeper, link, hear, since } = keep();
    link.sentSeconds = 1;
    hear('one');
    keeper.mayEndStream();
    since();
    clock.advance(60_000);
    hear('one two', { heardTo: 1 });
    clock.advance(60_000);
    expect(since()).toEqual([]);
  });
});

describe('a clean close', () => {
  test('says that everything was processed, if the server heard it', () => {
    const { keeper, link, hear } = keep();
    expect(keeper.closed()).toBe(0);
    link.sentSeconds = 2;
    expect(keeper.closed()).toBeUndefined();
    hear('', { heardTo: 1.75 });
    expect(keeper.closed()).toBe(2);
  });

  test('makes the last Update of an open turn its end', () => {
    const { keeper, link, hear, taken } = keep();
    link.sentSeconds = 2;
    hear('one two', { heardTo: 2 });
    expect(keeper.closed()).toBe(2);
    expect(taken).toEqual([
      expect.objectContaining({
        text: 'one two',
        isFinal: true,
        endsUtterance: true,
        turn: expect.objectContaining({ event: 'end', trigger: 'close', heardTo: 2 }) as HeardTurn,
      }),
    ]);
  });

  test('ends no turn that has ended', () => {
    const { keeper, link, hear, taken } = keep();
    link.sentSeconds = 2;
    hear('one two', { heardTo: 2, event: 'end' });
    expect(keeper.closed()).toBe(2);
    expect(taken).toEqual([]);
  });
});

test('the end of the connection stops its timers', () => {
  const { clock, keeper, hear, since } = keep();
  hear('one');
  keeper.end();
  expect(clock.pendingTimers).toBe(0);
  clock.advance(60_000);
  expect(since()).toEqual([]);
});
