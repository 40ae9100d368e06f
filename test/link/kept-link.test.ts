/** The calls of a protocol to its connection: silence, pings, text, and a delayed end of the stream. */
import { beforeEach, describe, expect, test } from 'vitest';
import { listenV1 } from '../../src/protocol/listen-v1/listen-v1.ts';
import type { KeptLink, LinkKeeper, Protocol, Segment, ServerEvent } from '../../src/protocol/protocol.ts';
import { VirtualClock } from '../../src/testing/index.ts';
import { ANSWER_MS, audio, DRAIN_MS, KEEP_ALIVE_MS, LinkBench } from './link-bench.ts';

let bench: LinkBench;
/** The link as its keeper sees it. */
let kept: KeptLink;
let mayEnd: boolean;
/** Seconds that the server has processed, as the keeper finds them at the end. */
let closedAt: number | undefined;
/** The kind of the next message. */
let event: ServerEvent;

const other: ServerEvent = { kind: 'other', raw: { type: 'Other' } };
const end = (code: number) => ({ kind: 'no-status', code }) as const;
const segment = (more: Partial<Segment>): Segment => ({
  kind: 'segment',
  channel: 0,
  channelCount: 1,
  start: 0,
  end: 1,
  isFinal: false,
  endsUtterance: false,
  answersFinalize: false,
  text: 'a',
  words: [],
  confidence: undefined,
  raw: { type: 'Turn' },
  ...more,
});

beforeEach(() => {
  mayEnd = true;
  closedAt = undefined;
  event = other;
  const say = (what: string) => void bench.log.push(what);
  const keeper: LinkKeeper = {
    message: ({ kind }) => kind !== 'other' && say(`keeper hears ${kind}`),
    hold: () => say('hold'),
    mayEndStream: () => mayEnd,
    closed: () => closedAt,
    end: () => say('keeper ends'),
  };
  const protocol: Protocol = {
    ...listenV1,
    decode: () => event,
    keep: (link) => {
      kept = link;
      return keeper;
    },
  };
  bench = new LinkBench({}, new VirtualClock(), {
    protocol,
    silence: { frameBytes: 2, silentByte: 0x7f, sampleRate: 1_000 },
  });
});

const receive = (received: ServerEvent) =>
  bench.during(() => {
    event = received;
    bench.link.receive('{}');
    event = other;
  });

test('an idle connection is held by its keeper, and by no KeepAlive [G1]', () => {
  expect(bench.during(() => bench.open())).toEqual(['hold']);
  expect(bench.pass(KEEP_ALIVE_MS)).toEqual(['hold']);
});

describe('silence sent by the client', () => {
  test('is sent in the encoding, counted, and takes no time on the session clock [G3]', () => {
    bench.flow();
    expect(bench.during(() => expect(kept.sendSilence(0.1)).toBe(true))).toEqual(['100 ms']);
    expect(bench.socket.messages.at(-1)).toEqual(new Uint8Array(200).fill(0x7f));
    expect(bench.session.counts.silenceSeconds).toBeCloseTo(0.1);
    expect(kept.sentSeconds).toBeCloseTo(0.12);
    bench.hand(20);
    expect(bench.link.positionOf(0.13, 'end')).toBe(30);
  });

  test('is paced as audio is: what follows waits for it [G10]', () => {
    bench.flow();
    kept.sendSilence(1);
    expect(bench.during(() => bench.hand(20))).toEqual([]);
    expect(kept.isBehind).toBe(true);
    bench.clock.advance(1_000);
    expect(kept.isBehind).toBe(false);
  });

  test('expects answers as audio does [G11]', () => {
    bench.open();
    for (let sent = 0; sent < ANSWER_MS; sent += 100) {
      kept.sendSilence(0.1);
      bench.clock.advance(100);
    }
    expect(bench.log).toContain('socket.stalled');
  });

  test('is not sent where the encoding has none', () => {
    bench = new LinkBench({}, new VirtualClock(), { protocol: bench.session.protocol });
    bench.open();
    expect(bench.during(() => expect(kept.sendSilence(0.1)).toBe(false))).toEqual([]);
    expect(bench.session.counts.silenceSeconds).toBe(0);
  });
});

test('a ping breaks the silence as a frame does, where the platform can [G1]', () => {
  bench.open();
  expect(kept.ping()).toBe(false);
  let pings = 0;
  Object.assign(bench.socket, { ping: () => (pings += 1) });
  bench.clock.advance(2_000);
  expect(kept.ping()).toBe(true);
  expect(pings).toBe(1);
  bench.clock.advance(2_500);
  bench.link.end();
  expect(bench.session.counts.longestSilenceMs).toBe(2_500);
});

test('a run of live audio ends before silence and pings, and counts as sent [G3]', () => {
  Object.assign(bench.socket, { ping: () => undefined });
  bench.flow();
  bench.run(5);
  expect(kept.sentSeconds).toBeCloseTo(0.14);
  kept.ping();
  expect(bench.timeline.run?.take(audio(20))).toBe(false);
  bench.run(5);
  kept.sendSilence(0.1);
  expect(bench.timeline.run?.take(audio(20))).toBe(false);
  expect(kept.sentSeconds).toBeCloseTo(0.36);
  bench.link.end();
  expect(bench.session.counts.longestSilenceMs).toBe(20);
});

test('text goes out at once, and a link that is given up is stalled', () => {
  bench.flow();
  expect(bench.during(() => kept.sendText('{"type":"Nudge"}'))).toEqual(['Nudge']);
  expect(bench.during(() => kept.giveUp())).toEqual(['socket.stalled']);
});

describe('the end of the stream', () => {
  test('waits until its keeper allows it, after a message or at its request [G9]', () => {
    bench.flow();
    mayEnd = false;
    expect(bench.during(() => bench.link.drain())).toEqual([]);
    expect(receive(other)).toEqual([]);
    mayEnd = true;
    expect(receive(other)).toEqual(['CloseStream']);
    expect(receive(other)).toEqual([]);
  });

  test('is not sent with a message where nothing drains', () => {
    bench.flow();
    expect(receive(other)).toEqual([]);
    expect(bench.link.hasEndedStream).toBe(false);
  });

  test('is sent without a message when its keeper allows it', () => {
    bench.flow();
    mayEnd = false;
    bench.link.drain();
    mayEnd = true;
    expect(bench.during(() => kept.goOn())).toEqual(['CloseStream']);
  });

  test('is a stall within drainMs when its keeper never allows it [G9]', () => {
    bench.open();
    mayEnd = false;
    bench.link.drain();
    expect(bench.pass(DRAIN_MS)).toContain('socket.stalled');
  });

  test('confirms the tail as far as its keeper knows it processed, and only if it was requested [G2 G9]', () => {
    bench.flow();
    closedAt = 0.02;
    expect(bench.during(() => bench.link.end(end(1005)))).toEqual(['keeper ends']);
    expect(bench.timeline.hasPending).toBe(true);
    bench.open();
    bench.link.drain();
    expect(bench.during(() => bench.link.end(end(1005)))).toEqual([
      'keeper ends',
      'audio.confirmed',
      'drain.completed',
    ]);
    expect(bench.timeline.hasPending).toBe(false);
  });
});

describe('a message', () => {
  beforeEach(() => {
    bench.hand(2_000);
    bench.open();
    bench.clock.advance(100);
  });

  test('is processed by the keeper first, and goes no further where that gives the link up [G3]', () => {
    expect(receive(segment({ isFinal: true }))).toEqual(['keeper hears segment', "final 'a'"]);
    kept.giveUp();
    expect(receive(segment({ isFinal: true }))).toEqual(['keeper hears segment']);
  });

  test('that is not final confirms audio up to where no word can begin, and no more than was sent [G2]', () => {
    receive(segment({ confirmedTo: 0.5 }));
    expect(bench.timeline.snapshot().confirmed).toBe(500);
    bench.link.isExact = false;
    bench.hand(100);
    receive(segment({ confirmedTo: 60 }));
    expect(bench.timeline.snapshot()).toMatchObject({ confirmed: 2_000, pending: 100 });
  });

  test('with the reason of the close is kept for the end', () => {
    const error = { code: 'X', description: 'y' };
    receive({ kind: 'fatal', error, raw: { type: 'Error' } });
    expect(bench.link.serverError).toEqual(error);
  });

  test('that there was no turn to end answers the request', () => {
    expect(receive({ kind: 'no-turn', raw: { type: 'Warning' } })).toEqual([
      'keeper hears no-turn',
      'answer of 0 in 1',
    ]);
  });

  test('of the keeper itself is taken as if it had come', () => {
    expect(bench.during(() => kept.take(segment({ text: 'b', isFinal: true })))).toEqual(["final 'b'"]);
  });
});
