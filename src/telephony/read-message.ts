/** Reads a provider's message field by field, by its dialect. No field is trusted, and this code never throws. */
import type { CallDetails, CallTrack } from './phone-call.ts';
import type { CallEncoding, Dialect, DialectEvent, DialectField } from './dialect.ts';

type Json = Readonly<Record<string, unknown>>;

/** A start message. */
export interface CallStart {
  dialect: Dialect;
  details: CallDetails;
  /** Empty if the start names none. */
  tracks: readonly CallTrack[];
  /** `undefined` for an encoding that the dialect does not know. */
  encoding: CallEncoding | undefined;
  /** The provider's name of the encoding. */
  encodingName: string;
  sampleRate: number;
}

/** A message after the start. */
export type CallMessage =
  | { kind: 'media'; track: string; timestampMs: number | undefined; bytes: Uint8Array }
  | { kind: 'dtmf'; digit: string; durationMs: number | undefined }
  | { kind: 'mark'; name: string }
  | { kind: 'cleared' }
  | { kind: 'stop' }
  | { kind: 'ignored' }
  | { kind: 'error'; text: string }
  | { kind: 'bad'; problem: string };

/** Longer texts in a notice do not help. */
const MAX_QUOTE = 80;

/** The object in a text message, or `undefined`. */
export function parseObject(text: string): Json | undefined {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** The start of a call in one of these dialects, or `undefined`. */
export function readStart(message: Json, dialects: readonly Dialect[]): CallStart | undefined {
  const dialect = dialects.find(
    (each) => eventOf(message, each) === 'start' && each.tellsBy.every((name) => textAt(message, each, name)),
  );
  if (!dialect) return undefined;
  const text = (name: DialectField) => textAt(message, dialect, name);
  const [encodingName = '', ...rest] = (text('encoding') ?? '').toLowerCase().split(';');
  const rateInName = /rate=(\d+)/.exec(rest.join(';'))?.[1];
  return {
    dialect,
    details: {
      provider: dialect.name,
      streamId: text('streamId'),
      callId: text('callId'),
      accountId: text('accountId'),
      from: text('from'),
      to: text('to'),
      parameters: parametersOf(message, dialect),
      start: message,
    },
    tracks: tracksOf(valueAt(message, dialect, 'tracks')),
    encoding: encodingName === '' ? dialect.format.encoding : ownOf(dialect.encodings, encodingName.trim()),
    encodingName,
    sampleRate:
      numberOf(valueAt(message, dialect, 'sampleRate')) ?? numberOf(rateInName) ?? dialect.format.sampleRate,
  };
}

/** Reads a text message. */
export function readMessage(text: string, dialect: Dialect): CallMessage {
  const message = parseObject(text);
  if (!message) return bad(`a message that is no JSON object: ${quote(text)}`);
  const kind = eventOf(message, dialect);
  switch (kind) {
    case 'media':
      return readMedia(message, dialect);
    case 'dtmf': {
      const digit = textAt(message, dialect, 'digit');
      if (digit === undefined) return bad('a dtmf message without a digit');
      return {
        kind,
        digit,
        durationMs: numberOf(valueAt(message, dialect, 'digitDurationMs')),
      };
    }
    case 'mark':
      return { kind, name: textAt(message, dialect, 'mark') ?? '' };
    case 'error':
      return { kind, text: quote(JSON.stringify(valueAt(message, dialect, 'error') ?? message)) };
    case 'cleared':
    case 'stop':
    case 'ignored':
      return { kind };
    case 'start':
      return bad('a second start on one socket');
    case undefined:
      return bad(`a message of an unknown event: ${quote(String(message['event']))}`);
    default:
      return kind satisfies never;
  }
}

function readMedia(message: Json, dialect: Dialect): CallMessage {
  const payload = textAt(message, dialect, 'payload');
  const bytes = payload === undefined ? undefined : decodeBase64(payload);
  if (bytes === undefined) return bad('a media message without audio in base64');
  const timestamp = valueAt(message, dialect, 'timestampMs');
  const timestampMs = numberOf(timestamp);
  if (timestamp !== undefined && timestampMs === undefined) {
    return bad(`a media message with the timestamp ${quote(JSON.stringify(timestamp))}`);
  }
  const track = textAt(message, dialect, 'track') ?? '';
  return { kind: 'media', track: trackName(track), timestampMs, bytes };
}

function bad(problem: string): CallMessage {
  return { kind: 'bad', problem };
}

function eventOf(message: Json, { events }: Dialect): DialectEvent | undefined {
  const { event } = message;
  if (typeof event !== 'string') return undefined;
  const kinds = Object.entries(events) as [DialectEvent, string | readonly string[]][];
  return kinds.find(([, names]) =>
    typeof names === 'string' ? names === event : names.includes(event),
  )?.[0];
}

function valueAt(message: Json, { fields }: Dialect, name: DialectField): unknown {
  const path = fields[name];
  if (path === undefined) return undefined;
  if (path === '') return message;
  return path.split('.').reduce<unknown>((value, key) => asObject(value)?.[key], message);
}

/** Own properties only: every object inherits names such as `constructor`. */
function ownOf<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

/** Numbers are texts with some providers and numbers with others. */
function textAt(message: Json, dialect: Dialect, name: DialectField): string | undefined {
  const value = valueAt(message, dialect, name);
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Finite, and not below zero. */
function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) && number >= 0 ? number : undefined;
}

/** An object's texts; a single text under the last name of its path. */
function parametersOf(message: Json, dialect: Dialect): Record<string, string> {
  const path = dialect.fields.parameters;
  const value = valueAt(message, dialect, 'parameters');
  if (typeof value === 'string') return { [path?.split('.').at(-1) ?? '']: value };
  const own = path === '' ? ['event', dialect.fields.encoding] : [];
  const entries = Object.entries(asObject(value) ?? {});
  return Object.fromEntries(
    entries.flatMap(([name, each]) =>
      typeof each === 'string' && !own.includes(name) ? [[name, each]] : [],
    ),
  );
}

function tracksOf(value: unknown): CallTrack[] {
  const names: unknown[] = Array.isArray(value) ? value : [];
  const known = names.map((name) => trackName(String(name)));
  return (['inbound', 'outbound'] as const).filter((track) => known.includes(track));
}

function trackName(name: string): string {
  return name.replace(/_track$/, '');
}

function asObject(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
}

function decodeBase64(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

function quote(text: string): string {
  return text.length > MAX_QUOTE ? `${text.slice(0, MAX_QUOTE)}…` : text;
}
