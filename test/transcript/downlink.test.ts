/** What the downlink makes of messages, one by one: what is shown, what is confirmed, and when the server has said its last. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { ConnectionEnd } from '../../src/protocol/connection-end.ts';
import { AudioTimeline } from '../../src/audio/audio-timeline.ts';
import { CaptureClock } from '../../src/audio/capture-clock.ts';
import { ConnectionClock } from '../../src/link/connection-clock.ts';
import { Downlink } from '../../src/transcript/downlink.ts';
import type { Finalizer } from '../../src/transcript/finalizer.ts';
import type { Uplink } from '../../src/link/uplink.ts';
import { VirtualClock } from '../../src/testing/index.ts';

const RATE = 1_000;

let clock: VirtualClock;
let timeline: AudioTimeline;
let uplink: {
  connectionClock: ConnectionClock | undefined;
  hasSentCloseStream: boolean;
  heard(): void;
  advanced(): void;
};
let downlink: Downlink;
/** All that it has said, in order. */
let said: string[];

beforeEach(() => {
  clock = new VirtualClock();
  said = [];
  const say = (what: string) => () => void said.push(what);
  timeline = new AudioTimeline({
    rate: RATE,
    frameBytes: 2,
    maxBytes: 1e6,
    maxSeconds: 60,
    onDrop: say('drop'),
  });
  uplink = {
    connectionClock: undefined,
    hasSentCloseStream: false,
    heard: say('heard'),
    advanced: say('advanced'),
  };
  const finalizer = {
    finalized: (channel: number, count: number) => said.push(`finalized ${channel} of ${count}`),
  };
  downlink = new Downlink(
    timeline,
    uplink as unknown as Uplink,
    finalizer as unknown as Finalizer,
    new CaptureClock(clock),
    {
      message: ({ type }) => said.push(`message ${type}`),
      transcript: ({ text, final, connection }) =>
        said.push(`${final ? 'final' : 'interim'} '${text}' of ${connection}`),
      utterance: ({ text, endedBy }) => said.push(`utterance '${text}' by ${endedBy}`),
      audioConfirmed: say('confirmed'),
      drained: say('drained'),
      notice: (code, evidence) => said.push(`${code} ${JSON.stringify(evidence)}`),
    },
  );
  timeline.append(new Uint8Array(20_000), 10_000);
  connect();
});

/** A connection to which everything that waits is sent. */
function connect(isExact = true): void {
  timeline.connect();
  const connection = new ConnectionClock(RATE, timeline.frontier, 0, isExact);
  for (let { next } = timeline; next; { next } = timeline) {
    connection.send(next.start, next.end);
    timeline.advance();
  }
  uplink.connectionClock = connection;
  downlink.attach(isExact);
}

function lose(): void {
  timeline.disconnect();
  uplink.connectionClock = undefined;
}

/** What is said to one message, besides that it was heard. */
function receive(message: object | string): string[] {
  said = [];
  downlink.receive(typeof message === 'string' ? message : JSON.stringify(message));
  expect(said.shift()).toBe('heard');
  return said;
}

/** A result of words that are a second each. */
const result = (start: number, text: string, more: object = {}) => ({
  type: 'Results',
  channel_index: [0, 1],
  start,
  duration: Math.max(1, text.split(' ').length),
  is_final: true,
  channel: {
    alternatives: [
      {
        transcript: text,
        words: text
          .split(' ')
          .filter(Boolean)
          .map((word, i) => ({ word, start: start + i, end: start + i + 0.9 })),
      },
    ],
  },
  ...more,
});
const metadata = (duration: number) => ({ type: 'Metadata', duration });
const end = (code?: number): ConnectionEnd => ({ kind: 'normal', ...(code === undefined ? {} : { code }) });

test('a final is shown, and confirms; that it did is said once for each connection [G2]', () => {
  expect(receive(result(0, 'a b'))).toEqual(['message Results', 'advanced', "final 'a b' of 1", 'confirmed']);
  expect(timeline.snapshot().confirmed).toBe(2_000);
  expect(receive(result(2, 'c'))).toEqual(['message Results', 'advanced', "final 'c' of 1"]);
  lose();
  connect();
  expect(downlink.connection).toBe(2);
  expect(receive(result(0, 'd'))).toEqual(['message Results', 'advanced', "final 'd' of 2", 'confirmed']);
  expect(timeline.snapshot().confirmed).toBe(4_000);
});

test('an interim is shown, and confirms nothing; only one that reaches further is progress [G2 G11]', () => {
  const interim = { is_final: false };
  expect(receive(result(0, 'a b', interim))).toEqual(['message Results', 'advanced', "interim 'a b' of 1"]);
  expect(receive(result(0, 'a c', interim))).toEqual(['message Results', "interim 'a c' of 1"]);
  expect(timeline.snapshot().confirmed).toBe(0);
});

test('on a further connection progress is what reaches further there: a replay is not taken for a standstill [G11]', () => {
  const interim = { is_final: false };
  receive(result(0, 'a b c', interim));
  lose();
  connect();
  expect(receive(result(0, 'a', interim))).toContain('advanced');
  expect(receive(result(0, 'a', interim))).not.toContain('advanced');
  expect(receive(result(0, 'a b', interim))).toContain('advanced');
});

test('an estimate confirms no more than was sent [G2]', () => {
  lose();
  connect(false);
  receive(result(0, 'a', { duration: 3_600 }));
  timeline.append(new Uint8Array(2_000), 1_000);
  expect(timeline.snapshot()).toMatchObject({ confirmed: 10_000, pending: 1_000 });
});

test('on an exact timeline the same position is a repeat [G3]', () => {
  receive(result(0, 'a b'));
  lose();
  connect();
  uplink.connectionClock = new ConnectionClock(RATE, 0, 0, false);
  expect(receive(result(0, 'a b')).join()).not.toContain('final');
});

test('on an estimated timeline the same position may be heard anew', () => {
  receive(result(0, 'a b'));
  lose();
  connect(false);
  uplink.connectionClock = new ConnectionClock(RATE, 0, 0, false);
  expect(receive(result(0, 'a b'))).toContain("final 'a b' of 2");
});

test('speech_final and UtteranceEnd end an utterance, the end of the session what was begun', () => {
  expect(receive(result(0, 'a', { speech_final: true })).at(-1)).toBe("utterance 'a' by speech-final");
  receive(result(1, 'b'));
  receive(result(2, 'c', { is_final: false }));
  const ended = (channel: number[], seconds: number) =>
    receive({ type: 'UtteranceEnd', channel, last_word_end: seconds });
  expect(ended([0, 1], 1.9)).toEqual(['message UtteranceEnd']);
  expect(ended([1, 2], 2.9)).toEqual(['message UtteranceEnd']);
  expect(ended([0, 1], 2.9)).toEqual(['message UtteranceEnd', "utterance 'b' by utterance-end"]);
  receive(result(2, 'c'));
  lose();
  expect(ended([0, 1], 9)).toEqual(['message UtteranceEnd']);
  said = [];
  downlink.close();
  expect(said).toEqual(["utterance 'c' by close"]);
});

test('an answer to finalize() is handed on with its channel, audio or not', () => {
  expect(receive(result(0, '', { from_finalize: true, channel_index: [1, 3] })).at(-1)).toBe(
    'finalized 1 of 3',
  );
  uplink.connectionClock = undefined;
  expect(receive(result(0, 'x', { from_finalize: true }))).toEqual(['message Results', 'finalized 0 of 1']);
});

test('what makes no sense, what the server complains of, and what is new to us', () => {
  expect(receive('{')).toEqual([expect.stringMatching(/^message-malformed \{"problem":".+"\}$/)]);
  expect(receive({ type: 'Error', description: 'too fast', variant: 'PACE' })).toEqual([
    'message Error',
    'server-complaint {"description":"too fast","variant":"PACE"}',
  ]);
  expect(receive({ type: 'Telepathy' })).toEqual(['message Telepathy']);
});

test('labels of speakers that begin anew are told of once on each later connection', () => {
  const labelled = (start: number) => {
    const message = result(start, 'a b');
    Object.assign(message.channel.alternatives[0]!.words[0]!, { speaker: 0 });
    return message;
  };
  const isTold = (message: object) =>
    receive(message).includes(`speakers-restarted {"connection":${downlink.connection}}`);
  expect(receive(labelled(0)).join()).not.toContain('speakers-restarted');
  lose();
  connect();
  expect(isTold(result(0, 'b'))).toBe(false);
  expect(isTold(labelled(1))).toBe(true);
  expect(isTold(labelled(3))).toBe(false);
  lose();
  connect();
  expect(isTold(labelled(0))).toBe(true);
  expect(isTold(labelled(2))).toBe(false);
});

describe('Metadata', () => {
  test('that nobody asked for is no answer [G2]', () => {
    expect(receive(metadata(10))).toEqual(['message Metadata']);
    clock.advance(60_000);
    expect(said).toEqual(['message Metadata']);
    downlink.detach(end(1000));
    expect(timeline.hasPending).toBe(true);
  });

  test('where nothing waits for a final, is the last word', () => {
    receive(result(0, 'a', { duration: 10 }));
    uplink.hasSentCloseStream = true;
    expect(receive(metadata(10))).toEqual(['message Metadata', 'drained']);
  });

  test.each([1000, 1005])('settles a tail in which nothing was heard, if %i follows [G9]', (code) => {
    uplink.hasSentCloseStream = true;
    expect(receive(metadata(10))).toEqual(['message Metadata']);
    downlink.detach(end(code));
    expect(said).toEqual(['message Metadata', 'confirmed', 'drained']);
    expect(timeline.hasPending).toBe(false);
    clock.advance(60_000);
    expect(said).toHaveLength(3);
    downlink.detach(end(code));
    expect(said).toHaveLength(3);
  });

  test.each([1006, 1011, undefined])('settles nothing if %s follows: more might have come [G3]', (code) => {
    uplink.hasSentCloseStream = true;
    receive(metadata(10));
    downlink.detach(code === undefined ? undefined : end(code));
    clock.advance(60_000);
    expect(said).toEqual(['message Metadata']);
    expect(timeline.hasPending).toBe(true);
  });

  test('settles the tail if neither a close nor a result follows until the server falls silent [G9]', () => {
    expect(downlink.fellSilent()).toBe(false);
    uplink.hasSentCloseStream = true;
    receive(metadata(10));
    clock.advance(60_000);
    expect(said).toEqual(['message Metadata']);
    expect(downlink.fellSilent()).toBe(true);
    expect(said).toEqual(['message Metadata', 'confirmed', 'drained']);
    expect(downlink.fellSilent()).toBe(false);
  });

  test('keeps the last words when it comes before their final, which ends the drain [G9]', () => {
    uplink.hasSentCloseStream = true;
    expect(receive(metadata(10))).toEqual(['message Metadata']);
    receive(result(0, 'a', { duration: 9 }));
    expect(said).not.toContain('drained');
    expect(receive(result(9, 'b')).slice(-2)).toEqual(["final 'b' of 1", 'drained']);
  });

  test('of less than was sent settles nothing, and says so, but for rounding [G3]', () => {
    uplink.hasSentCloseStream = true;
    const concluded = (duration: number) => {
      receive(metadata(duration));
      downlink.fellSilent();
      return said.slice(1);
    };
    expect(concluded(9.94)).toEqual([
      'audio-unprocessed {"processedSeconds":9.94,"sentSeconds":10}',
      'drained',
    ]);
    expect(timeline.hasPending).toBe(true);
    expect(concluded(9.96)).toEqual(['confirmed', 'drained']);
  });

  test('of more than was sent settles all, and says so', () => {
    uplink.hasSentCloseStream = true;
    receive(metadata(10.06));
    downlink.fellSilent();
    expect(said.slice(1)).toEqual([
      'confirmed',
      'audio-unprocessed {"processedSeconds":10.06,"sentSeconds":10}',
      'drained',
    ]);
  });

  test('is not held against an estimate', () => {
    lose();
    connect(false);
    uplink.hasSentCloseStream = true;
    receive(metadata(5));
    downlink.fellSilent();
    expect(said).toEqual(['message Metadata', 'drained']);
  });

  test('settles nothing while an interim text is on show: it was heard, and not decided [G3]', () => {
    receive(result(0, 'a', { is_final: false }));
    uplink.hasSentCloseStream = true;
    receive(metadata(10));
    downlink.detach(end(1000));
    expect(said).toEqual(['message Metadata', 'drained']);
    expect(timeline.hasPending).toBe(true);
  });

  test('of a connection that carried no audio is the last word, too', () => {
    uplink.connectionClock = undefined;
    uplink.hasSentCloseStream = true;
    receive(metadata(0));
    downlink.detach(end(1000));
    expect(said).toEqual(['message Metadata', 'drained']);
  });
});
