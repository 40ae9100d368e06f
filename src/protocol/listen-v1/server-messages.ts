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
  let message: Fields;
  try {
    message = JSON.parse(text) as Fields;
  } catch {
    return { kind: 'malformed', problem: 'not a message' };
  }
  if (!isObject(message)) return { kind: 'malformed', problem: 'not a message' };
  const { type } = message;
  if (typeof type !== 'string') return { kind: 'malformed', problem: 'no type' };
  const leftOut: string[] = [];
  try {
    const decoded = { kind: check(type, message, leftOut), message } as unknown as Exclude<
      Decoded,
      { kind: 'malformed' }
    >;
    if (leftOut.length > 0) decoded.problem = `${type}: left out ${[...new Set(leftOut)].join(', ')}`;
    return decoded;
  } catch (error) {
    return { kind: 'malformed', problem: `${type}: ${(error as WrongField).path} is missing or wrong` };
  }
}

type Fields = Record<string, unknown>;

/** Thrown for a wrong required field. */
class WrongField {
  readonly path: string;
  constructor(path: string) {
    this.path = path;
  }
}

/**
 * Checks the fields of a message and normalises them in place. `leftOut` collects the names of wrong optional fields. The checks
 * are written out, not a table: messages are so rare that the code is not in the processor's caches, and a table then costs 2.5
 * times as much.
 */
function check(type: string, message: Fields, leftOut: string[]): Exclude<Decoded['kind'], 'malformed'> {
  switch (type) {
    case 'Results':
      checkResults(message, leftOut);
      return 'results';
    case 'Metadata':
      if (!isSeconds(message['duration'])) throw new WrongField('duration');
      if (!isMaybe(message['request_id'], isText)) leaveOut(message, 'request_id', leftOut);
      if (!isMaybe(message['channels'], isCount)) leaveOut(message, 'channels', leftOut);
      return 'metadata';
    case 'UtteranceEnd':
      if (!isChannelIndex(message['channel'])) throw new WrongField('channel');
      if (!isSeconds(message['last_word_end'])) throw new WrongField('last_word_end');
      return 'utterance-end';
    case 'SpeechStarted':
      if (!isListOf(message['channel'], isCount)) throw new WrongField('channel');
      if (!isSeconds(message['timestamp'])) throw new WrongField('timestamp');
      return 'other';
    case 'Error':
      for (const name of ['variant', 'description', 'code', 'message'])
        if (!isMaybe(message[name], isText)) leaveOut(message, name, leftOut);
      return 'error';
    default:
      return 'other';
  }
}

function checkResults(message: Fields, leftOut: string[]): void {
  if (!isChannelIndex(message['channel_index'])) throw new WrongField('channel_index');
  if (!isSeconds(message['start'])) throw new WrongField('start');
  if (!isSeconds(message['duration'])) throw new WrongField('duration');
  if (typeof message['is_final'] !== 'boolean') normaliseFlag(message, 'is_final');
  if (typeof message['speech_final'] !== 'boolean') normaliseFlag(message, 'speech_final');
  if (typeof message['from_finalize'] !== 'boolean') normaliseFlag(message, 'from_finalize');
  const { channel, metadata } = message;
  if (!isObject(channel)) throw new WrongField('channel');
  const { alternatives } = channel;
  if (!Array.isArray(alternatives)) throw new WrongField('channel.alternatives');
  for (const alternative of alternatives as unknown[]) checkAlternative(alternative, leftOut);
  if (metadata === undefined) return;
  if (!isObject(metadata)) leaveOut(message, 'metadata', leftOut);
  else if (!isMaybe(metadata['request_id'], isText)) leaveOut(metadata, 'request_id', leftOut);
}

function checkAlternative(alternative: unknown, leftOut: string[]): void {
  if (!isObject(alternative)) throw new WrongField('channel.alternatives');
  const { words, confidence, languages } = alternative;
  if (typeof alternative['transcript'] !== 'string') throw new WrongField('channel.alternatives.transcript');
  if (Array.isArray(words)) for (const word of words as unknown[]) checkWord(word, leftOut);
  else if (words === null) alternative['words'] = undefined;
  else if (words !== undefined) throw new WrongField('channel.alternatives.words');
  if (confidence !== undefined && !Number.isFinite(confidence)) leaveOut(alternative, 'confidence', leftOut);
  if (languages !== undefined && !isListOf(languages, isText)) leaveOut(alternative, 'languages', leftOut);
}

function checkWord(word: unknown, leftOut: string[]): void {
  if (!isObject(word)) throw new WrongField('channel.alternatives.words');
  const { confidence, punctuated_word, speaker, language } = word;
  if (typeof word['word'] !== 'string') throw new WrongField('channel.alternatives.words.word');
  if (!isSeconds(word['start'])) throw new WrongField('channel.alternatives.words.start');
  if (!isSeconds(word['end'])) throw new WrongField('channel.alternatives.words.end');
  if (confidence !== undefined && !Number.isFinite(confidence)) leaveOut(word, 'confidence', leftOut);
  if (punctuated_word !== undefined && !isText(punctuated_word)) leaveOut(word, 'punctuated_word', leftOut);
  if (speaker !== undefined && !isCount(speaker)) leaveOut(word, 'speaker', leftOut);
  if (language !== undefined && !isText(language)) leaveOut(word, 'language', leftOut);
}

/** Leaves out an optional field, so that a wrong detail loses no word; `null` counts as missing. */
function leaveOut(object: Fields, name: string, leftOut: string[]): void {
  if (object[name] !== null) leftOut.push(name);
  object[name] = undefined;
}

/** Some proxies and self-hosted servers write flags as text or numbers. */
const FLAGS = new Map<unknown, boolean | undefined>([
  ['true', true],
  [1, true],
  ['false', false],
  [0, false],
  [null, undefined],
]);

function normaliseFlag(message: Fields, name: string): void {
  const value = message[name];
  if (value === undefined) return;
  if (!FLAGS.has(value)) throw new WrongField(name);
  message[name] = FLAGS.get(value);
}

/** Eleven days, longer than any connection. Sums of longer times would lose their milliseconds or become infinite. */
const MAX_SECONDS = 1e6;

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
const isText = (value: unknown) => typeof value === 'string';
const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
const isSeconds = (value: unknown) => typeof value === 'number' && value >= 0 && value <= MAX_SECONDS;
const isMaybe = (value: unknown, isRight: (value: unknown) => boolean) =>
  value === undefined || isRight(value);
const isListOf = (value: unknown, isRight: (value: unknown) => boolean) =>
  Array.isArray(value) && value.every(isRight);

/** The documented maximum is 20 channels. Numbers above 255 are refused: they would cost memory. */
function isChannelIndex(value: unknown): boolean {
  if (!isListOf(value, isCount)) return false;
  const { 0: channel = 0, 1: channels = 0 } = value as readonly number[];
  return channel < channels && channels < 256;
}
