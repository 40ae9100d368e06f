/**
 * What Deepgram says on `/v1/listen`: shapes, and a decoder that believes nothing. A message of an unknown type is
 * passed on as it is; a field that is not what it should be makes the message malformed, never an exception.
 */

/** One word of a result; times in seconds on the connection's own audio clock. */
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
      /** Documented as always there; a result without them is still a result. */
      words?: readonly WordMessage[];
    }[];
  };
  metadata?: { request_id?: string };
}

/** The last message before a close, whether asked for or not. */
export interface MetadataMessage {
  type: 'Metadata';
  request_id?: string;
  /** Seconds of audio that Deepgram processed on this connection. */
  duration: number;
  channels?: number;
}

/** No new word for `utterance_end_ms`; may come late, after newer words. */
export interface UtteranceEndMessage {
  type: 'UtteranceEnd';
  channel: readonly number[];
  last_word_end: number;
}

/** Speech was heard (`vad_events=true`). */
export interface SpeechStartedMessage {
  type: 'SpeechStarted';
  channel: readonly number[];
  timestamp: number;
}

/** A complaint that does not end the connection. */
export interface ErrorMessage {
  type: 'Error';
  variant?: string;
  description?: string;
  code?: string;
  message?: string;
}

/** A message of a type that this version does not know. */
export interface UnknownMessage {
  type: string;
  [field: string]: unknown;
}

/** Everything the server may say. */
export type ServerMessage =
  | ResultsMessage
  | MetadataMessage
  | UtteranceEndMessage
  | SpeechStartedMessage
  | ErrorMessage
  | UnknownMessage;

/** A message sorted by what it is, or the reason why it is none. */
export type Decoded =
  | { kind: 'results'; message: ResultsMessage }
  | { kind: 'metadata'; message: MetadataMessage }
  | { kind: 'utterance-end'; message: UtteranceEndMessage }
  | { kind: 'error'; message: ErrorMessage }
  | { kind: 'other'; message: ServerMessage }
  | { kind: 'malformed'; problem: string };

/** Reads one text message. Never throws. */
export function decodeServerMessage(text: string): Decoded {
  try {
    const message = JSON.parse(text) as UnknownMessage;
    const kind = KINDS.get(message.type) ?? 'other';
    if (isWellFormed(kind, message)) return { kind, message } as Decoded;
    return {
      kind: 'malformed',
      problem: kind === 'other' ? 'no type' : `${message.type} without its fields`,
    };
  } catch {
    return { kind: 'malformed', problem: 'not a message' };
  }
}

const KINDS = new Map<string, Decoded['kind']>([
  ['Results', 'results'],
  ['Metadata', 'metadata'],
  ['UtteranceEnd', 'utterance-end'],
  ['Error', 'error'],
]);

/** Whether everything is there that we rely on. May throw where there is not even an object. */
function isWellFormed(kind: Decoded['kind'], message: Record<string, unknown>): boolean {
  switch (kind) {
    case 'results':
      return (
        hasSeconds(message, 'start', 'duration') && isChannel(message['channel_index']) && hasWords(message)
      );
    case 'metadata':
      return hasSeconds(message, 'duration');
    case 'utterance-end':
      return hasSeconds(message, 'last_word_end') && isChannel(message['channel']);
    case 'error':
    case 'other':
      return typeof message['type'] === 'string';
    case 'malformed':
      return false;
    default:
      return kind satisfies never;
  }
}

function hasWords({ channel }: Record<string, unknown>): boolean {
  const { alternatives } = (channel ?? {}) as Partial<ResultsMessage['channel']>;
  return (
    Array.isArray(alternatives) &&
    (alternatives as Record<string, unknown>[]).every(
      ({ transcript, words = [] }) =>
        typeof transcript === 'string' &&
        Array.isArray(words) &&
        (words as Record<string, unknown>[]).every(
          (word) => typeof word['word'] === 'string' && hasSeconds(word, 'start', 'end'),
        ),
    )
  );
}

/** Twenty channels is the documented maximum; more than a byte's worth is nonsense that would cost memory. */
function isChannel(value: unknown): boolean {
  const [channel, count] = Array.isArray(value) ? (value as number[]) : [];
  return (
    Number.isInteger(channel) &&
    (channel as number) >= 0 &&
    (count as number) > (channel as number) &&
    (count as number) < 256
  );
}

function hasSeconds(message: Record<string, unknown>, ...names: string[]): boolean {
  return names.every((name) => Number.isFinite(message[name]) && (message[name] as number) >= 0);
}
