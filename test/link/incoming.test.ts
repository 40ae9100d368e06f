/** The effect of each message: what it shows and confirms, and when it completes a drain. */
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { ConnectionEnd } from '../../src/protocol/connection-end.ts';
import { VirtualClock } from '../../src/testing/index.ts';
import { TranscriptAssembly } from '../../src/transcript/transcript-assembly.ts';
import { DRAIN_MS, LinkBench } from './link-bench.ts';

let bench: LinkBench;
let transcript: TranscriptAssembly;
/** Whether the positions of the next link are counted, not estimated. */
let framing: { isExact: boolean; headerAt(): undefined };

beforeEach(() => {
  const say = (what: string) => void bench.log.push(what);
  transcript = new TranscriptAssembly({
    transcripts: {
      next: ({ text, final, connection }) => say(`${final ? 'final' : 'interim'} '${text}' of ${connection}`),
    },
    utterances: { next: ({ text, endedBy }) => say(`utterance '${text}' by ${endedBy}`) },
  });
  framing = { isExact: true, headerAt: () => undefined };
  bench = new LinkBench({}, new VirtualClock(), {
    transcript,
    framing,
    message: ({ type }) => say(`message ${type}`),
  });
  bench.hand(10_000);
  connect();
});

/** A link on which all audio was sent that waits. */
function connect(isExact = true): void {
  framing.isExact = isExact;
  if (!isExact) transcript.forgetCoverage();
  bench.open();
  bench.clock.advance(100);
  bench.log = [];
}

const lose = () => bench.link.end();
const snapshot = () => bench.timeline.snapshot();

/** The effects of one message. */
function receive(message: object | string): string[] {
  return bench.during(() =>
    bench.link.receive(typeof message === 'string' ? message : JSON.stringify(message)),
  );
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

test('a final is shown and confirms; the first on each link is reported [G2]', () => {
  expect(receive(result(0, 'a b'))).toEqual(['message Results', "final 'a b' of 1", 'audio.confirmed']);
  expect(snapshot().confirmed).toBe(2_000);
  expect(receive(result(2, 'c'))).toEqual(['message Results', "final 'c' of 1"]);
  lose();
  connect();
  expect(receive(result(0, 'd'))).toEqual(['message Results', "final 'd' of 2", 'audio.confirmed']);
  expect(snapshot().confirmed).toBe(4_000);
});

test('an interim is shown and confirms nothing [G2]', () => {
  const interim = { is_final: false };
  expect(receive(result(0, 'a b', interim))).toEqual(['message Results', "interim 'a b' of 1"]);
  expect(snapshot().confirmed).toBe(0);
});

test('a result that reaches further is progress, counted anew on each link [G11]', () => {
  const interim = { is_final: false };
  const advances = (message: object) => {
    const { link } = bench;
    Object.assign(link, { advanceSince: bench.clock.now() });
    receive(message);
    return link.advanceSince === undefined;
  };
  expect(advances(result(0, 'a b', interim))).toBe(true);
  expect(advances(result(0, 'a c', interim))).toBe(false);
  lose();
  connect();
  expect(advances(result(0, 'a', interim))).toBe(true);
  expect(advances(result(0, 'a', interim))).toBe(false);
  expect(advances(result(0, 'a b', interim))).toBe(true);
});

test('an interim confirms nothing, whatever is final behind it [G2]', () => {
  const own = new LinkBench();
  own.hand(1_000);
  own.open();
  own.settledTo = 500;
  own.link.receive(JSON.stringify(result(0, 'a', { is_final: false })));
  expect(own.timeline.snapshot().confirmed).toBe(0);
  own.link.receive(JSON.stringify(result(0, 'a')));
  expect(own.timeline.snapshot().confirmed).toBe(500);
});

test('on an estimated timeline a result that overshoots does not hide the progress of the next [G11]', () => {
  lose();
  connect(false);
  const overshoots = result(0, 'a', { is_final: false, duration: 500 });
  receive(overshoots);
  bench.clock.advance(10_000);
  bench.hand(100);
  bench.link.advanceSince = bench.clock.now();
  receive(overshoots);
  expect(bench.link.advanceSince).toBe(undefined);
});

test('emits each event after its transcript', () => {
  bench = new LinkBench({}, bench.clock, {
    heard: ({ kind }, { number }) => void bench.log.push(`heard ${kind} of ${number}`),
  });
  bench.open();
  expect(receive(result(0, 'a'))).toEqual(['heard segment of 1']);
  bench.hand(1_000);
  expect(receive(result(0, 'a'))).toEqual(["final 'a'", 'heard segment of 1']);
  expect(receive({ type: 'UtteranceEnd', channel: [0, 1], last_word_end: 1 })).toEqual([
    'heard utterance-end of 1',
    'utterance-end on 0 at 1',
  ]);
  expect(receive('{').join()).not.toContain('heard');
});

test('an estimate confirms no more than was sent [G2]', () => {
  lose();
  connect(false);
  receive(result(0, 'a', { duration: 500 }));
  bench.hand(1_000);
  expect(snapshot()).toMatchObject({ confirmed: 10_000, pending: 1_000 });
});

test('on an estimated timeline a later connection may transcribe the same position', () => {
  receive(result(0, 'a b'));
  lose();
  connect(false);
  expect(receive(result(0, 'a b'))).toContain("final 'a b' of 2");
});

test('speech_final and UtteranceEnd end an utterance, and the end of the session ends the last one', () => {
  expect(receive(result(0, 'a', { speech_final: true }))).toContain("utterance 'a' by speech-final");
  receive(result(1, 'b'));
  receive(result(2, 'c', { is_final: false }));
  const ended = (channel: number[], seconds: number) =>
    receive({ type: 'UtteranceEnd', channel, last_word_end: seconds });
  expect(ended([0, 1], 1.9)).toEqual(['message UtteranceEnd']);
  expect(ended([1, 2], 2.9)).toEqual(['message UtteranceEnd']);
  expect(ended([0, 1], 2.9)).toEqual(['message UtteranceEnd', "utterance 'b' by utterance-end"]);
  receive(result(2, 'c'));
  expect(bench.during(() => transcript.close())).toEqual(["utterance 'c' by close"]);
});

describe('an answer to finalize()', () => {
  test('is handed on with its channel, audio or not', () => {
    const answer = result(0, '', { from_finalize: true, channel_index: [1, 3] });
    expect(receive(answer).at(-1)).toBe('answer of 1 in 3');
    bench.timeline.confirm(10_000);
    lose();
    connect();
    expect(bench.link.hasClock).toBe(false);
    expect(receive(result(0, 'x', { from_finalize: true }))).toEqual(['message Results', 'answer of 0 in 1']);
  });

  test('ends the utterance where no audio has come since', () => {
    bench.answeredAt = 10_000;
    receive(result(0, 'a'));
    expect(receive(result(1, 'b', { from_finalize: true }))).toContain("utterance 'a b' by finalize");
    bench.hand(100);
    bench.answeredAt = 10_100;
    bench.hand(100);
    receive(result(2, 'c'));
    expect(receive(result(3, 'd', { from_finalize: true })).join()).not.toContain('utterance');
  });

  test('ends the utterance where none came for a second, though the answer is late', () => {
    bench.clock.advance(1_000);
    bench.hand(100);
    bench.answeredAt = 10_000;
    expect(receive(result(0, 'a', { from_finalize: true }))).toContain("utterance 'a' by finalize");
  });
});

test('malformed messages, complaints and unknown types are reported or passed on', () => {
  expect(receive('{')).toEqual([expect.stringMatching(/^message-malformed \{"problem":".+"\}$/)]);
  expect(receive({ type: 'Error', description: 'too\nfast', variant: 'PACE' })).toEqual([
    'message Error',
    'server-complaint {"description":"too\\\\u000afast","variant":"PACE"}',
  ]);
  expect(receive({ type: 'Telepathy' })).toEqual(['message Telepathy']);
});

test('a field that was left out is reported, and the rest of its message taken', () => {
  const message = result(0, 'a');
  Object.assign(message.channel.alternatives[0]!.words[0]!, { speaker: 'x' });
  expect(receive(message)).toEqual([
    expect.stringMatching(/^message-malformed .*speaker/),
    'message Results',
    "final 'a' of 1",
    'audio.confirmed',
  ]);
});

describe('a result that ends beyond the audio sent is reported, its words are shown, and it confirms', () => {
  const tooLong = 'message-malformed {"problem":"a result ends beyond the audio sent"}';

  test('audio up to its last possible word [G2]', () => {
    const message = result(1, 'a b c', { duration: 500 });
    message.channel.alternatives[0]!.words[2]!.end = 500;
    expect(receive(message)).toEqual(['message Results', tooLong, "final 'a b c' of 1", 'audio.confirmed']);
    expect(snapshot().confirmed).toBe(2_900);
  });

  test('nothing if it has no words [G2]', () => {
    receive(result(0, 'a'));
    expect(receive(result(2, '', { duration: 500 }))).toEqual(['message Results', tooLong]);
    expect(snapshot().confirmed).toBe(1_000);
  });

  test('all of it if it overshoots by rounding', () => {
    expect(receive(result(0, 'a', { duration: bench.link.sentSeconds + 0.01 })).join()).not.toContain(
      tooLong,
    );
    expect(snapshot().confirmed).toBe(bench.link.position);
  });
});

test('an exception is a malformed message, and the link goes on', () => {
  const broken = vi.spyOn(transcript, 'segment').mockImplementation(() => {
    throw new Error('unforeseen');
  });
  expect(receive(result(0, 'a'))).toEqual(['message Results', 'message-malformed {"problem":"unexpected"}']);
  broken.mockRestore();
  expect(receive(result(0, 'a'))).toContain("final 'a' of 1");
});

test('speaker labels that begin anew are reported once on each later link', () => {
  const labelled = (start: number) => {
    const message = result(start, 'a b');
    Object.assign(message.channel.alternatives[0]!.words[0]!, { speaker: 0 });
    return message;
  };
  const isReported = (message: object) =>
    receive(message).includes(`speakers-restarted {"connection":${bench.link.number}}`);
  expect(receive(labelled(0)).join()).not.toContain('speakers-restarted');
  lose();
  connect();
  expect(isReported(result(0, 'b'))).toBe(false);
  expect(isReported(labelled(1))).toBe(true);
  expect(isReported(labelled(3))).toBe(false);
  lose();
  connect();
  expect(isReported(labelled(0))).toBe(true);
  expect(isReported(labelled(2))).toBe(false);
});

describe('Metadata', () => {
  const drain = () => {
    bench.link.drain();
    bench.log = [];
  };
  const DRAINED = 'drain.completed';

  test('without a request confirms nothing [G2]', () => {
    expect(receive(metadata(10))).toEqual(['message Metadata']);
    bench.link.end(end(1000));
    expect(bench.timeline.hasPending).toBe(true);
  });

  test('completes the drain where nothing waits for a final', () => {
    receive(result(0, 'a', { duration: 10 }));
    drain();
    expect(receive(metadata(10))).toEqual(['message Metadata', DRAINED]);
  });

  test.each([1000, 1005])('confirms a tail without words if %i follows [G9]', (code) => {
    drain();
    expect(receive(metadata(10))).toEqual(['message Metadata']);
    expect(bench.during(() => bench.link.end(end(code)))).toEqual(['audio.confirmed', DRAINED]);
    expect(bench.timeline.hasPending).toBe(false);
    expect(bench.pass(60_000)).toEqual([]);
  });

  test.each([1006, 1011, undefined])('confirms nothing if %s follows: more might have come [G3]', (code) => {
    drain();
    receive(metadata(10));
    expect(bench.during(() => bench.link.end(code === undefined ? undefined : end(code)))).toEqual([]);
    expect(bench.timeline.hasPending).toBe(true);
  });

  test('confirms the tail if neither a close nor a result follows before the server is silent too long [G9]', () => {
    drain();
    receive(metadata(10));
    expect(bench.pass(DRAIN_MS - 1)).toEqual([]);
    expect(bench.pass(1)).toEqual(['audio.confirmed', DRAINED]);
  });

  test('keeps the last words when it comes before their final, which completes the drain [G9]', () => {
    drain();
    expect(receive(metadata(10))).toEqual(['message Metadata']);
    expect(receive(result(0, 'a', { duration: 9 }))).not.toContain(DRAINED);
    expect(receive(result(9, 'b')).slice(-2)).toEqual(["final 'b' of 1", DRAINED]);
  });

  const concluded = (duration: number) => {
    drain();
    receive(metadata(duration));
    return bench.during(() => bench.link.end(end(1000)));
  };

  test('of less than was sent confirms nothing, and is reported [G3]', () => {
    expect(concluded(9.94)).toEqual([
      'audio-unprocessed {"processedSeconds":9.94,"sentSeconds":10}',
      DRAINED,
    ]);
    expect(bench.timeline.hasPending).toBe(true);
  });

  test('of less by rounding confirms all', () => {
    expect(concluded(9.96)).toEqual(['audio.confirmed', DRAINED]);
  });

  test('of more than was sent confirms all, and is reported', () => {
    expect(concluded(10.06)).toEqual([
      'audio.confirmed',
      'audio-unprocessed {"processedSeconds":10.06,"sentSeconds":10}',
      DRAINED,
    ]);
  });

  test('is not compared with an estimate', () => {
    lose();
    connect(false);
    expect(concluded(5)).toEqual([DRAINED]);
  });

  test('confirms nothing while an interim text is shown, which is not final [G3]', () => {
    receive(result(0, 'a', { is_final: false }));
    expect(concluded(10)).toEqual([DRAINED]);
    expect(bench.timeline.hasPending).toBe(true);
  });

  test('completes the drain once, for any later messages', () => {
    receive(result(0, 'a', { duration: 10 }));
    drain();
    expect(receive(metadata(10))).toContain(DRAINED);
    expect(receive(result(0, 'a', { duration: 10 }))).not.toContain(DRAINED);
    expect(bench.during(() => bench.link.end(end(1000)))).toEqual([]);
  });

  test.each([
    ['all is confirmed', true, 10, true],
    ['some is not', true, 5, false],
    ['positions are estimates', false, 5, true],
  ])('tells whether the drain is complete: %s', (_, isExact, seconds, isWhole) => {
    const wholes: boolean[] = [];
    bench.session.tell = (fact) => {
      if (fact.type === 'drain.completed') wholes.push(fact.isWhole);
    };
    lose();
    connect(isExact);
    concluded(seconds);
    expect(wholes).toEqual([isWhole]);
  });

  test('completes the drain of a link that carried no audio', () => {
    bench.timeline.confirm(10_000);
    lose();
    connect();
    drain();
    expect(receive(metadata(0))).toEqual(['message Metadata', DRAINED]);
  });
});
