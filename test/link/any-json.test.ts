/** A server that sends any JSON: nothing throws, and no public value has a wrong type. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ReportFact } from '../../src/facts.ts';
import type { ServerMessage } from '../../src/protocol/server-message.ts';
import { VirtualClock } from '../../src/testing/index.ts';
import type { Transcript } from '../../src/transcript/stitcher.ts';
import { TranscriptAssembly } from '../../src/transcript/transcript-assembly.ts';
import type { Utterance } from '../../src/transcript/utterances.ts';
import { LinkBench } from './link-bench.ts';

interface Listener {
  message(message: ServerMessage): void;
  transcript(transcript: Transcript): void;
  utterance(utterance: Utterance): void;
  report: ReportFact;
}

/** A link with sent audio, and all results of its messages. */
function liveLink(ms: number, listener: Partial<Listener> = {}) {
  const facts: unknown[] = [];
  const transcript = new TranscriptAssembly({
    transcripts: { next: (each) => listener.transcript?.(each) },
    utterances: { next: (each) => listener.utterance?.(each) },
  });
  const report: ReportFact = (code, evidence, cause) => {
    facts.push([code, evidence, cause]);
    listener.report?.(code, evidence, cause);
  };
  const bench = new LinkBench({}, new VirtualClock(), {
    transcript,
    report,
    message: (message) => listener.message?.(message),
  });
  bench.hand(ms);
  bench.open();
  return { bench, transcript, facts, receive: (text: string) => bench.link.receive(text) };
}

/** A final of one word that takes all of it. */
const final = (seconds: number, more: object = {}) =>
  JSON.stringify({
    type: 'Results',
    channel_index: [0, 1],
    start: 0,
    duration: seconds,
    is_final: true,
    channel: { alternatives: [{ transcript: 'a', words: [{ word: 'a', start: 0, end: seconds }] }] },
    ...more,
  });

const isText = (value: unknown) => typeof value === 'string';
const isNumber = (value: unknown) => Number.isFinite(value);
const isFlag = (value: unknown) => typeof value === 'boolean';
const isSpeaker = (value: unknown) => Number.isInteger(value);
const maybe = (check: (value: unknown) => boolean) => (value: unknown) => value === undefined || check(value);
const listOf = (check: (value: unknown) => boolean) => (value: unknown) =>
  Array.isArray(value) && value.every(check);
const shaped =
  (shape: Record<string, (value: unknown) => boolean>) =>
  (value: unknown): boolean =>
    typeof value === 'object' &&
    value !== null &&
    Object.entries(shape).every(([field, check]) => check((value as Record<string, unknown>)[field]));

const isWordMessage = shaped({
  word: isText,
  start: isNumber,
  end: isNumber,
  confidence: maybe(isNumber),
  punctuated_word: maybe(isText),
  speaker: maybe(isSpeaker),
  language: maybe(isText),
});
const MESSAGES: Record<string, (value: unknown) => boolean> = {
  Results: shaped({
    channel_index: listOf(isNumber),
    start: isNumber,
    duration: isNumber,
    is_final: maybe(isFlag),
    speech_final: maybe(isFlag),
    from_finalize: maybe(isFlag),
    channel: shaped({
      alternatives: listOf(
        shaped({
          transcript: isText,
          confidence: maybe(isNumber),
          languages: maybe(listOf(isText)),
          words: maybe(listOf(isWordMessage)),
        }),
      ),
    }),
    metadata: maybe(shaped({ request_id: maybe(isText) })),
  }),
  Metadata: shaped({ request_id: maybe(isText), duration: isNumber, channels: maybe(isNumber) }),
  UtteranceEnd: shaped({ channel: listOf(isNumber), last_word_end: isNumber }),
  SpeechStarted: shaped({ channel: listOf(isNumber), timestamp: isNumber }),
  Error: shaped({
    variant: maybe(isText),
    description: maybe(isText),
    code: maybe(isText),
    message: maybe(isText),
  }),
};
const isMessage = (message: ServerMessage) =>
  isText(message.type) &&
  (!Object.hasOwn(MESSAGES, message.type) || MESSAGES[message.type]?.(message) === true);
const isWord = shaped({
  word: isText,
  text: isText,
  start: isNumber,
  end: isNumber,
  confidence: maybe(isNumber),
  speaker: maybe(isSpeaker),
  language: maybe(isText),
  capturedAt: maybe(isNumber),
});
const isTranscript = shaped({
  id: isText,
  final: isFlag,
  text: isText,
  words: listOf(isWord),
  start: isNumber,
  end: isNumber,
  capturedAt: maybe(isNumber),
  confidence: maybe(isNumber),
  channel: isNumber,
  speechFinal: isFlag,
  fromFinalize: isFlag,
  connection: isNumber,
  raw: (raw) => isMessage(raw as ServerMessage),
});
const isUtterance = shaped({
  id: isText,
  text: isText,
  words: listOf(isWord),
  start: isNumber,
  end: isNumber,
  capturedAt: maybe(isNumber),
  channel: isNumber,
  endedBy: isText,
});

/** A message in which any field may be anything. */
const WHOLE: Record<string, object> = {
  Results: {
    type: 'Results',
    channel_index: [0, 1],
    start: 0,
    duration: 1,
    is_final: true,
    speech_final: true,
    from_finalize: false,
    channel: {
      alternatives: [
        {
          transcript: 'a b',
          confidence: 0.9,
          languages: ['en'],
          words: [
            {
              word: 'a',
              start: 0,
              end: 0.4,
              confidence: 0.9,
              punctuated_word: 'A',
              speaker: 0,
              language: 'en',
            },
            { word: 'b', start: 0.5, end: 0.9, confidence: 0.9, punctuated_word: 'b.', speaker: 1 },
          ],
        },
      ],
    },
    metadata: { request_id: 'x' },
  },
  Metadata: { type: 'Metadata', request_id: 'x', duration: 1, channels: 1 },
  UtteranceEnd: { type: 'UtteranceEnd', channel: [0, 1], last_word_end: 1 },
  SpeechStarted: { type: 'SpeechStarted', channel: [0, 1], timestamp: 1 },
  Error: { type: 'Error', variant: 'x', description: 'x', code: 'x', message: 'x' },
};

type Json = fc.JsonValue;

/** All places in a message, as paths. */
function pathsOf(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, each]) => pathsOf(each, [...path, key]))];
}

function withAt(value: unknown, [key, ...rest]: string[], wrong: Json): unknown {
  if (key === undefined) return wrong;
  const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) }) as Record<
    string,
    unknown
  >;
  copy[key] = withAt(copy[key], rest, wrong);
  return copy;
}

const ODD = fc.oneof(
  fc.constantFrom<Json>(
    'false',
    'true',
    0,
    1,
    -1,
    1e9,
    1e308,
    null,
    [],
    {},
    '',
    { a: 1 },
    [null],
    '__proto__',
  ),
  fc.jsonValue({ maxDepth: 2 }),
);
const spoilt = fc.constantFrom(...Object.values(WHOLE)).chain((message) =>
  fc
    .array(fc.tuple(fc.constantFrom(...pathsOf(message)), ODD), { minLength: 1, maxLength: 3 })
    .map((changes) => {
      let result: unknown = message;
      for (const [path, wrong] of changes) {
        try {
          result = withAt(result, path, wrong);
        } catch {
          // An earlier change has taken the place away.
        }
      }
      return JSON.stringify(result);
    }),
);

test('any JSON in any field, ten thousand times, throws nothing and gives nothing public a wrong type', () => {
  const listener: Listener = {
    message: (message) => expect(isMessage(message)).toBe(true),
    transcript: (transcript) => expect(isTranscript(transcript)).toBe(true),
    utterance: (utterance) => expect(isUtterance(utterance)).toBe(true),
    report: (_, evidence, cause) => {
      // Anything thrown inside comes out here as the cause.
      expect(cause).toBe(undefined);
      expect(Object.values(evidence).every(maybe((value) => isText(value) || isNumber(value)))).toBe(true);
    },
  };
  fc.assert(
    fc.property(fc.array(spoilt, { minLength: 1, maxLength: 4 }), (messages) => {
      const { bench, transcript, receive } = liveLink(1_000, listener);
      for (const text of messages) receive(text);
      transcript.close();
      bench.link.end();
      const { accepted, confirmed, pending, dropped } = bench.timeline.snapshot();
      expect(confirmed + pending + dropped).toBe(accepted);
    }),
    { numRuns: 10_000 },
  );
});

test('a final of 125,000 words is one transcript and one utterance', () => {
  const words = Array.from({ length: 125_000 }, (_, i) => ({
    word: 'a',
    start: i / 125_000,
    end: i / 125_000,
  }));
  let length = 0;
  const { receive } = liveLink(250, { utterance: (utterance) => (length = utterance.words.length) });
  receive(final(0.25, { speech_final: true, channel: { alternatives: [{ transcript: 'a …', words }] } }));
  expect(length).toBe(125_000);
});

test.each(['true', 1])('a final whose flag is %j is shown as one before it confirms audio [G2]', (flag) => {
  let isFinal: boolean | undefined;
  const { bench, receive } = liveLink(250, { transcript: (transcript) => (isFinal = transcript.final) });
  receive(final(0.25, { is_final: flag }));
  expect(isFinal).toBe(true);
  expect(bench.timeline.hasPending).toBe(false);
});

test.each(['false', 0, 'no', {}])('a result whose flag is %j confirms nothing [G2]', (flag) => {
  const { bench, receive } = liveLink(250);
  receive(final(0.25, { is_final: flag }));
  expect(bench.timeline.snapshot().confirmed).toBe(0);
});

test('a final with words and an empty transcript shows the words [G3]', () => {
  const words = [
    { word: 'a', start: 0, end: 0.1 },
    { word: 'b', punctuated_word: 'B.', start: 0.15, end: 0.25 },
  ];
  let shown = '';
  const { bench, receive } = liveLink(250, { transcript: ({ text }) => (shown = text) });
  receive(final(0.25, { channel: { alternatives: [{ transcript: '', words }] } }));
  expect([shown, bench.timeline.hasPending]).toEqual(['a B.', false]);
});

test('reports an internal error while a message is read, and handles the next message', () => {
  let isFirst = true;
  const { bench, facts, receive } = liveLink(250, {
    message: () => {
      if (isFirst) {
        isFirst = false;
        throw new Error('a bug');
      }
    },
  });
  receive(final(0.1));
  expect(facts).toEqual([['message-malformed', { problem: 'unexpected' }, new Error('a bug')]]);
  receive(final(0.25));
  expect(bench.timeline.hasPending).toBe(false);
});
