/**
 * The messages of each provider. A provider is a row of a table, not a class: the names of its events, and the paths of the
 * fields in a message. Only documented names have an entry.
 */

/** Raw encodings that a call can come in. */
export type CallEncoding = 'mulaw' | 'alaw' | 'linear16';

/** The fields of a message that are read; see {@link Dialect.fields}. */
export type DialectField =
  | 'streamId'
  | 'callId'
  | 'accountId'
  | 'from'
  | 'to'
  | 'parameters'
  | 'tracks'
  | 'encoding'
  | 'sampleRate'
  | 'track'
  | 'timestampMs'
  | 'payload'
  | 'digit'
  | 'digitDurationMs'
  | 'mark'
  | 'error';

/** The kinds of messages; see {@link Dialect.events}. */
export type DialectEvent = 'start' | 'media' | 'dtmf' | 'mark' | 'cleared' | 'stop' | 'error' | 'ignored';

/** The messages of a telephone provider: JSON objects with an `event`. */
export interface Dialect {
  /** The value of `call.provider`. */
  name: string;
  /** The provider's `event` for each kind of message; a list where several mean the same. */
  events: Partial<Record<DialectEvent, string | readonly string[]>>;
  /** The path of each field in its message, such as `start.callSid`; `''` is the message itself. */
  fields: Partial<Record<DialectField, string>>;
  /** Fields that only the start of this provider has. */
  tellsBy: readonly DialectField[];
  /** The provider's names of encodings, in lower case and without `;rate=…`. */
  encodings: Readonly<Record<string, CallEncoding>>;
  /** The format of a call whose start names none. */
  format: { encoding: CallEncoding; sampleRate: number };
  /** Audio comes as binary messages, without a track or a time. */
  binaryAudio?: boolean;
}

const MULAW_8000 = { encoding: 'mulaw', sampleRate: 8_000 } as const;

/** Twilio Media Streams, and its copies: SignalWire, Bandwidth, Fonoster, sipgate. */
export const TWILIO: Dialect = {
  name: 'twilio',
  events: {
    ignored: 'connected',
    start: 'start',
    media: 'media',
    dtmf: 'dtmf',
    mark: 'mark',
    stop: 'stop',
  },
  fields: {
    streamId: 'streamSid',
    callId: 'start.callSid',
    accountId: 'start.accountSid',
    parameters: 'start.customParameters',
    tracks: 'start.tracks',
    encoding: 'start.mediaFormat.encoding',
    sampleRate: 'start.mediaFormat.sampleRate',
    track: 'media.track',
    timestampMs: 'media.timestamp',
    payload: 'media.payload',
    digit: 'dtmf.digit',
    mark: 'mark.name',
  },
  tellsBy: ['streamId', 'callId'],
  encodings: { 'audio/x-mulaw': 'mulaw' },
  format: MULAW_8000,
};

/** Telnyx media streaming. Its start does not list the tracks, and its frames come in any order. */
export const TELNYX: Dialect = {
  name: 'telnyx',
  events: {
    ignored: 'connected',
    start: 'start',
    media: 'media',
    dtmf: 'dtmf',
    mark: 'mark',
    stop: 'stop',
    error: 'error',
  },
  fields: {
    streamId: 'stream_id',
    callId: 'start.call_control_id',
    accountId: 'start.user_id',
    from: 'start.from',
    to: 'start.to',
    parameters: 'start.custom_parameters',
    encoding: 'start.media_format.encoding',
    sampleRate: 'start.media_format.sample_rate',
    track: 'media.track',
    timestampMs: 'media.timestamp',
    payload: 'media.payload',
    digit: 'dtmf.digit',
    mark: 'mark.name',
    error: 'payload',
  },
  tellsBy: ['streamId', 'callId'],
  encodings: { pcmu: 'mulaw', pcma: 'alaw' },
  format: MULAW_8000,
};

/** Vonage's WebSocket endpoint: binary linear16. The headers of the NCCO stand beside the content type. */
export const VONAGE: Dialect = {
  name: 'vonage',
  events: {
    start: 'websocket:connected',
    dtmf: 'websocket:dtmf',
    cleared: 'websocket:cleared',
    ignored: 'websocket:notify',
  },
  fields: { encoding: 'content-type', parameters: '', digit: 'digit', digitDurationMs: 'duration' },
  tellsBy: ['encoding'],
  encodings: { 'audio/l16': 'linear16' },
  format: { encoding: 'linear16', sampleRate: 16_000 },
  binaryAudio: true,
};

/** Plivo audio streams. No event says that the stream ends: the socket closes. */
const PLIVO: Dialect = {
  name: 'plivo',
  events: { start: 'start', media: 'media', dtmf: 'dtmf', mark: 'playedStream', cleared: 'clearedAudio' },
  fields: {
    streamId: 'start.streamId',
    callId: 'start.callId',
    accountId: 'start.accountId',
    parameters: 'extra_headers',
    tracks: 'start.tracks',
    encoding: 'start.mediaFormat.encoding',
    sampleRate: 'start.mediaFormat.sampleRate',
    track: 'media.track',
    timestampMs: 'media.timestamp',
    payload: 'media.payload',
    digit: 'dtmf.digit',
    mark: 'name',
  },
  tellsBy: ['streamId', 'callId'],
  encodings: { 'audio/x-mulaw': 'mulaw', 'audio/x-l16': 'linear16' },
  format: MULAW_8000,
};

/** Exotel's Stream and Voicebot applets: linear16, unless the extended options say otherwise. */
const EXOTEL: Dialect = {
  name: 'exotel',
  events: { ...TWILIO.events, cleared: 'clear' },
  fields: {
    streamId: 'stream_sid',
    callId: 'start.call_sid',
    accountId: 'start.account_sid',
    from: 'start.from',
    to: 'start.to',
    parameters: 'start.custom_parameters',
    sampleRate: 'start.media_format.sample_rate',
    track: 'media.track',
    timestampMs: 'media.timestamp',
    payload: 'media.payload',
    digit: 'dtmf.digit',
    mark: 'mark.name',
  },
  tellsBy: ['streamId', 'callId'],
  encodings: {},
  format: { encoding: 'linear16', sampleRate: 8_000 },
};

/** Those that `fromCall` knows, in the order in which it tries them. */
export const DIALECTS: readonly Dialect[] = [TWILIO, TELNYX, VONAGE, PLIVO, EXOTEL];
