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
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return malformed('not JSON');
  }
  if (!isRecord(message) || typeof message['type'] !== 'string') return malformed('no type');
  switch (message['type']) {
    case 'Results':
      return isResults(message) ? { kind: 'results', message } : malformed('Results without its fields');
    case 'Metadata':
      return isSeconds(message['duration'])
        ? { kind: 'metadata', message: message as unknown as MetadataMessage }
        : malformed('Metadata without duration');
    case 'UtteranceEnd':
      return isSeconds(message['last_word_end']) && isChannel(message['channel'])
        ? { kind: 'utterance-end', message: message as unknown as UtteranceEndMessage }
        : malformed('UtteranceEnd without its fields');
    case 'Error':
      return { kind: 'error', message: message as unknown as ErrorMessage };
    default:
      return { kind: 'other', message: message as UnknownMessage };
  }
}

function malformed(problem: string): Decoded {
  return { kind: 'malformed', problem };
}

function isResults(message: object): message is ResultsMessage {
  const { start, duration, channel_index, channel } = message as Partial<ResultsMessage>;
  return (
    isSeconds(start) &&
    isSeconds(duration) &&
    isChannel(channel_index) &&
    isRecord(channel) &&
    Array.isArray(channel.alternatives) &&
    (channel.alternatives as unknown[]).every(
      (alternative) =>
        isRecord(alternative) &&
        typeof alternative['transcript'] === 'string' &&
        (alternative['words'] === undefined ||
          (Array.isArray(alternative['words']) && alternative['words'].every(isWord))),
    )
  );
}

function isWord(word: unknown): word is WordMessage {
  return (
    isRecord(word) && typeof word['word'] === 'string' && isSeconds(word['start']) && isSeconds(word['end'])
  );
}

/** Twenty channels is the documented maximum; more than a byte's worth is nonsense that would cost memory. */
function isChannel(value: unknown): value is readonly [number, number] {
  const [channel, count] = Array.isArray(value) ? (value as unknown[]) : [];
  return isIndex(channel) && isIndex(count) && channel < count;
}

function isIndex(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < 256;
}

function isSeconds(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value < Infinity;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
