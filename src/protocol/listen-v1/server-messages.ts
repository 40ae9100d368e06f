/**
 * Server messages of `/v1/listen`: their types, and a decoder that checks every field. A message of an unknown type is passed on
 * unchanged. A wrong required field makes the message malformed; a wrong optional field is left out.
 */

/** One word of a result; times in seconds on the connection's audio clock. */
export interface WordMessage {
  word: string;
  start: number;
  end: number;
  confidence?: number;
  punctuated_word?: string;
  speaker?: number;
  language?: string;
}

/** A stretch of transcript, interim or final. */
export interface ResultsMessage {
  type: 'Results';
  /** `[channel, number of channels]`. */
  channel_index: readonly number[];
  /** Seconds since this connection's first sample. */
  start: number;
  /** Seconds; `start + duration` is the transcript cursor. */
  duration: number;
  is_final?: boolean;
  speech_final?: boolean;
  from_finalize?: boolean;
  channel: {
    alternatives: readonly {
      transcript: string;
      confidence?: number;
      languages?: readonly string[];
      /** Documented as always present; a result without them is accepted. */
      words?: readonly WordMessage[];
    }[];
  };
  metadata?: { request_id?: string };
}

/** The last message before a close, requested or not. */
export interface MetadataMessage {
  type: 'Metadata';
  request_id?: string;
  /** Seconds of audio that Deepgram processed on this connection. */
  duration: number;
  channels?: number;
}

/** No new word came for `utterance_end_ms`. May arrive late, after newer words. */
export interface UtteranceEndMessage {
  type: 'UtteranceEnd';
  channel: readonly number[];
  last_word_end: number;
}

/** Speech was detected (`vad_events=true`). */
export interface SpeechStartedMessage {
  type: 'SpeechStarted';
  channel: readonly number[];
  timestamp: number;
}

/** An error that does not end the connection. */
export interface ErrorMessage {
  type: 'Error';
  variant?: string;
  description?: string;
  code?: string;
  message?: string;
}

/** A message of an unknown type. */
export interface UnknownMessage {
  type: string;
  [field: string]: unknown;
}

/** All server messages. */
export type ServerMessage =
  | ResultsMessage
  | MetadataMessage
  | UtteranceEndMessage
  | SpeechStartedMessage
  | ErrorMessage
  | UnknownMessage;

/** A decoded message, or the reason why it cannot be used. */
export type Decoded =
  | ((
      | { kind: 'results'; message: ResultsMessage }
      | { kind: 'metadata'; message: MetadataMessage }
      | { kind: 'utterance-end'; message: UtteranceEndMessage }
      | { kind: 'error'; message: ErrorMessage }
      | { kind: 'other'; message: ServerMessage }
    ) & {
      /** Names the optional fields that had a wrong value and were left out. */
      problem?: string;
    })
  | { kind: 'malformed'; problem: string };

/** Reads one text message: every field that has a type here is checked and normalised, once. Never throws. */
export function decodeServerMessage(text: string): Decoded {
  try {
    const message = JSON.parse(text) as UnknownMessage;
    if (typeof message.type !== 'string') return { kind: 'malformed', problem: 'no type' };
    const [kind, check] = KINDS.get(message.type) ?? ['other', () => message];
    const leftOut = new Set<string>();
    const checked = check(message, leftOut);
    if (checked instanceof Wrong)
      return { kind: 'malformed', problem: `${message.type}: ${checked.path} is missing or wrong` };
    const decoded = { kind, message: checked } as Exclude<Decoded, { kind: 'malformed' }>;
    if (leftOut.size > 0) decoded.problem = `${message.type}: left out ${[...leftOut].join(', ')}`;
    return decoded;
  } catch {
    return { kind: 'malformed', problem: 'not a message' };
  }
}

/** The result of a failed check: the path of the wrong value. */
class Wrong {
  readonly path: string;
  constructor(path: string) {
    this.path = path;
  }
}

/** Returns the value to use, or the path of the wrong value. `leftOut` collects the names of ignored fields. */
type Check = (value: unknown, leftOut: Set<string>) => unknown;

/** Eleven days, longer than any connection. Sums of longer times would lose their milliseconds or become infinite. */
const MAX_SECONDS = 1e6;

const accept =
  (isRight: (value: unknown) => boolean): Check =>
  (value) =>
    isRight(value) ? value : new Wrong('');
const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
const text = accept((value) => typeof value === 'string');
const finite = accept(Number.isFinite);
const count = accept(isCount);
const seconds = accept((value) => typeof value === 'number' && value >= 0 && value <= MAX_SECONDS);
/** The documented maximum is 20 channels. Numbers above 255 are refused: they would cost memory. */
const channelIndex = accept((value) => {
  if (!Array.isArray(value) || !value.every(isCount)) return false;
  const [channel, channels] = value as number[];
  return (channel as number) < (channels as number) && (channels as number) < 256;
});

/** Some proxies and self-hosted servers write flags as text or numbers. */
const FLAGS = new Map<unknown, boolean>([
  [true, true],
  ['true', true],
  [1, true],
  [false, false],
  ['false', false],
  [0, false],
]);
const flag: Check = (value) => FLAGS.get(value) ?? new Wrong('');

/** May be missing; a wrong value fails the check. */
const maybe =
  (check: Check): Check =>
  (value, leftOut) =>
    value === undefined || value === null ? undefined : check(value, leftOut);

/** May be missing, and is left out if it is wrong, so that a wrong detail loses no word. */
const detail =
  (check: Check): Check =>
  (value, leftOut) => {
    const checked = maybe(check)(value, leftOut);
    return checked instanceof Wrong ? undefined : checked;
  };

const listOf =
  (check: Check): Check =>
  (value, leftOut) => {
    if (!Array.isArray(value)) return new Wrong('');
    for (const element of value as unknown[]) {
      const checked = check(element, leftOut);
      if (checked instanceof Wrong) return checked;
    }
    return value as unknown;
  };

/** Other fields stay unchanged. */
const record = (fields: Record<string, Check>): Check => {
  const checks = Object.entries(fields);
  return (value, leftOut) => {
    if (typeof value !== 'object' || value === null) return new Wrong('');
    const object = value as Record<string, unknown>;
    for (const [name, check] of checks) {
      const given = object[name];
      const checked = check(given, leftOut);
      if (checked instanceof Wrong) return new Wrong(checked.path ? `${name}.${checked.path}` : name);
      if (checked === given) continue;
      if (checked === undefined && given !== null) leftOut.add(name);
      object[name] = checked;
    }
    return object;
  };
};

const word = record({
  word: text,
  start: seconds,
  end: seconds,
  confidence: detail(finite),
  punctuated_word: detail(text),
  speaker: detail(count),
  language: detail(text),
});

const alternative = record({
  transcript: text,
  words: maybe(listOf(word)),
  confidence: detail(finite),
  languages: detail(listOf(text)),
});

const KINDS = new Map<string, [Decoded['kind'], Check]>([
  [
    'Results',
    [
      'results',
      record({
        channel_index: channelIndex,
        start: seconds,
        duration: seconds,
        is_final: maybe(flag),
        speech_final: maybe(flag),
        from_finalize: maybe(flag),
        channel: record({ alternatives: listOf(alternative) }),
        metadata: detail(record({ request_id: detail(text) })),
      }),
    ],
  ],
  [
    'Metadata',
    ['metadata', record({ duration: seconds, request_id: detail(text), channels: detail(count) })],
  ],
  ['UtteranceEnd', ['utterance-end', record({ channel: channelIndex, last_word_end: seconds })]],
  ['SpeechStarted', ['other', record({ channel: listOf(count), timestamp: seconds })]],
  [
    'Error',
    [
      'error',
      record({
        variant: detail(text),
        description: detail(text),
        code: detail(text),
        message: detail(text),
      }),
    ],
  ],
]);
