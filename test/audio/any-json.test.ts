/** A server that says anything at all: nothing is thrown, and nothing public has a wrong type. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Utterance } from '../../src/transcript/utterances.ts';
import type { Transcript } from '../../src/transcript/stitcher.ts';
import type { ServerMessage } from '../../src/protocol/listen-v1/server-messages.ts';
import { final, PlaneBench } from './plane-bench.ts';

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
  const bench = new PlaneBench();
  Object.assign(bench.listener, {
    message: (message: ServerMessage) => expect(isMessage(message)).toBe(true),
    transcript: (transcript: Transcript) => expect(isTranscript(transcript)).toBe(true),
    utterance: (utterance: Utterance) => expect(isUtterance(utterance)).toBe(true),
    notice: (_: string, evidence: object, cause: unknown) => {
      // Anything thrown inside comes out here as the cause.
      expect(cause).toBe(undefined);
      expect(Object.values(evidence).every(maybe((value) => isText(value) || isNumber(value)))).toBe(true);
    },
  });
  fc.assert(
    fc.property(fc.array(spoilt, { minLength: 1, maxLength: 4 }), (messages) => {
      const plane = bench.buildLive(1_000);
      for (const text of messages) plane.receive(text);
      plane.close();
      plane.detach();
      const { accepted, confirmed, pending, dropped } = plane.timeline.snapshot();
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
  const bench = new PlaneBench();
  const plane = bench.buildLive(250);
  let length = 0;
  bench.listener.utterance = (utterance) => (length = utterance.words.length);
  plane.receive(
    final(0.25, { speech_final: true, channel: { alternatives: [{ transcript: 'a …', words }] } }),
  );
  expect(length).toBe(125_000);
});

test.each(['true', 1])('a final whose flag is %j is shown as one before it confirms audio [G2]', (flag) => {
  const bench = new PlaneBench();
  const plane = bench.buildLive(250);
  let isFinal: boolean | undefined;
  bench.listener.transcript = (transcript) => (isFinal = transcript.final);
  plane.receive(final(0.25, { is_final: flag }));
  expect(isFinal).toBe(true);
  expect(plane.timeline.hasPending).toBe(false);
});

test.each(['false', 0, 'no', {}])('a result whose flag is %j confirms nothing [G2]', (flag) => {
  const plane = new PlaneBench().buildLive(250);
  plane.receive(final(0.25, { is_final: flag }));
  expect(plane.timeline.snapshot().confirmed).toBe(0);
});

test('a final with words and an empty transcript shows the words [G3]', () => {
  const bench = new PlaneBench();
  const plane = bench.buildLive(250);
  const words = [
    { word: 'a', start: 0, end: 0.1 },
    { word: 'b', punctuated_word: 'B.', start: 0.15, end: 0.25 },
  ];
  expect(
    bench.during(() =>
      plane.receive(final(0.25, { channel: { alternatives: [{ transcript: '', words }] } })),
    ),
  ).toEqual(["'a B.' 0–0.25", 'confirmed']);
});

test('an error inside while a message is read is reported, and the next message is heard', () => {
  const bench = new PlaneBench();
  const plane = bench.buildLive(250);
  bench.listener.message = () => {
    bench.listener.message = () => undefined;
    throw new Error('a bug');
  };
  expect(bench.during(() => plane.receive(final(0.1)))).toEqual([
    { 'message-malformed': { problem: 'unexpected' } },
  ]);
  expect(bench.causes).toEqual([new Error('a bug')]);
  expect(bench.during(() => plane.receive(final(0.25)))).toContain('confirmed');
});
