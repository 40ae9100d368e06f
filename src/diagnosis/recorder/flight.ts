/**
 * The format of a recording: one JSON object in each line, complete enough for a replay. No line contains a secret.
 */
import { type ConnectionState, type SocketEnd, TranscriptionError } from '../../index.ts';
import {
  type ConnectionContext,
  type ConnectionEvent,
  connectionMachine,
  leafState,
} from '../../connection/index.ts';
import { shown } from '../../errors.ts';

/** Version 1 had the context of the machine without groups. */
export const FLIGHT_VERSION = 2;

/** The first line: version and start time. */
export interface FlightHeader {
  kind: 'flight';
  version: typeof FLIGHT_VERSION;
  /** ISO 8601. */
  startedAt: string;
  /** Number of oldest lines dropped to stay within the limit. */
  dropped: number;
}

/** A line of a recording; `at` is milliseconds since it began. Sockets are counted from 1. */
export type FlightEntry = { at: number } & Recorded;

type Recorded =
  /** An event of the machine, including its own delayed events, such as the end of a backoff. */
  | { kind: 'event'; event: MachineEvent }
  /** The machine entered another state. */
  | { kind: 'state'; state: ConnectionState }
  /** A snapshot of the machine: a replay may begin here. */
  | { kind: 'checkpoint'; value: string | Record<string, string>; context: ConnectionContext }
  /** A socket is requested. */
  | { kind: 'opening'; socket: number; url: string }
  /** Its handshake is done. */
  | { kind: 'opened'; socket: number; requestId?: string }
  /** Audio that was sent: `[milliseconds after at, bytes]` for each message. */
  | { kind: 'frames'; socket: number; frames: [afterMs: number, bytes: number][] }
  /** The same with its bytes, in base64, if requested. */
  | { kind: 'audio'; socket: number; data: string }
  /** A control message of ours. */
  | { kind: 'sent'; socket: number; text: string }
  /** `cut` is the number of characters removed from a long text. */
  | { kind: 'received'; socket: number; text: string; cut?: number }
  /** We closed or abandoned the socket. */
  | { kind: 'released'; socket: number; how: 'close' | 'terminate' }
  /** The socket ended, by either side. */
  | { kind: 'ended'; socket: number; end: SocketEnd };

/** Events of the machine and of its delays, as XState names them. */
export type MachineEvent = ConnectionEvent | { type: `xstate.after.${string}` };

/** A parsed recording. */
export interface Flight {
  header: FlightHeader;
  entries: readonly FlightEntry[];
}

/**
 * Reads a recording. An incomplete last line, as after a crash, is ignored.
 *
 * @throws TranscriptionError `invalid-option` with the line number, for anything that is not a recording.
 */
export function readFlight(ndjson: string): Flight {
  const lines = ndjson.split('\n').filter((line) => line.trim() !== '');
  const objects = lines.map((line, i) => {
    try {
      return JSON.parse(line, reviveInfinity) as { kind?: unknown; version?: unknown };
    } catch (error) {
      if (i > 0 && i === lines.length - 1) return undefined;
      throw noFlight(`line ${i + 1} is not JSON`, error);
    }
  });
  const [header, ...entries] = objects;
  if (header?.kind !== 'flight') throw noFlight('its first line is no header');
  if (header.version !== FLIGHT_VERSION)
    throw noFlight(
      `its version is ${shown(header.version)}, and this release reads version ${FLIGHT_VERSION}`,
    );
  if (!isHeader(header)) throw noFlight('line 1 lacks startedAt or dropped');
  entries.forEach((entry, i) => {
    if (entry !== undefined && !isEntry(entry)) throw noFlight(`line ${i + 2} is not an entry`);
  });
  return {
    header: header as unknown as FlightHeader,
    entries: entries.filter((entry) => entry !== undefined) as unknown as FlightEntry[],
  };
}

/** Required fields of each kind of line, besides `at`. */
const FIELDS: Record<FlightEntry['kind'], Record<string, 'string' | 'number' | 'object'>> = {
  event: { event: 'object' },
  state: { state: 'string' },
  checkpoint: { context: 'object' },
  opening: { socket: 'number', url: 'string' },
  opened: { socket: 'number' },
  frames: { socket: 'number', frames: 'object' },
  audio: { socket: 'number', data: 'string' },
  sent: { socket: 'number', text: 'string' },
  received: { socket: 'number', text: 'string' },
  released: { socket: 'number', how: 'string' },
  ended: { socket: 'number', end: 'object' },
};

const { attached, ...single } = connectionMachine.states;
const STATES: readonly unknown[] = [...Object.keys(single), ...Object.keys(attached?.states ?? {})];

function isHeader(header: object): boolean {
  const { startedAt, dropped } = header as Record<keyof FlightHeader, unknown>;
  return typeof startedAt === 'string' && !Number.isNaN(Date.parse(startedAt)) && Number.isInteger(dropped);
}

type Shape = { readonly [field: string]: 'string' | 'number' | 'boolean' | 'object' | Shape };

/** The fields of the context that the machine reads. Those that are `undefined` are not written. */
const CONTEXT: Shape = {
  settings: {},
  seed: 'number',
  attempts: 'number',
  budget: { failures: 'number', serverSilences: 'number', lastEnd: 'object' },
  outageSince: 'number',
  recovery: { decision: 'string', delayMs: 'number', endedAt: 'number', hadAudio: 'boolean' },
  retryAt: 'number',
  reauthorised: 'boolean',
  hasOpened: 'boolean',
  foreignRefusals: 'number',
  everConfirmed: 'boolean',
  onlines: 'number',
  closing: 'boolean',
  pendingAudio: 'boolean',
  place: 'number',
  outcome: 'string',
} satisfies Record<keyof ConnectionContext, Shape[string]>;

function fits(shape: Shape, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const fields = value as Record<string, unknown>;
  return Object.entries(shape).every(([name, type]) => {
    const field = fields[name];
    if (typeof type === 'object') return fits(type, field);
    return field === undefined || (field !== null && typeof field === type);
  });
}

/** A replay may begin here. */
function isCheckpoint(value: unknown, context: unknown): boolean {
  if (!fits(CONTEXT, context)) return false;
  try {
    connectionMachine.resolveState({ value: value as string, context: context as never });
    return STATES.includes(leafState(value as string));
  } catch {
    return false;
  }
}

/** Thirty years: sums of greater times lose their milliseconds. */
const MAX_MS = 1e12;

function isTime(ms: unknown): boolean {
  return typeof ms === 'number' && ms >= 0 && ms <= MAX_MS;
}

function isFrames(frames: unknown): boolean {
  const isPair = (pair: unknown) => Array.isArray(pair) && pair.length === 2 && pair.every(isTime);
  return Array.isArray(frames) && frames.every(isPair);
}

/** Checks each line here, since people edit recordings; further code relies on it. */
function isEntry(line: unknown): boolean {
  if (typeof line !== 'object' || line === null) return false;
  const fields = line as Record<string, unknown>;
  const { kind, at, event } = fields;
  if (!isTime(at) || typeof kind !== 'string' || !Object.hasOwn(FIELDS, kind)) return false;
  const needed = Object.entries(FIELDS[kind as FlightEntry['kind']]);
  if (needed.some(([name, type]) => typeof fields[name] !== type || fields[name] === null)) return false;
  if (kind === 'state') return STATES.includes(fields['state']);
  if (kind === 'checkpoint') return isCheckpoint(fields['value'], fields['context']);
  if (kind === 'opening') return URL.canParse(fields['url'] as string);
  if (kind === 'frames') return isFrames(fields['frames']);
  if (kind !== 'event') return true;
  const { type, end } = event as Record<string, unknown>;
  const isEnd = type === 'socket.ended' || type === 'socket.stalled';
  return typeof type === 'string' && (!isEnd || (typeof end === 'object' && end !== null));
}

function noFlight(why: string, cause?: unknown): TranscriptionError {
  return new TranscriptionError('invalid-option', `This is not a flight recording: ${why}.`, {
    remedy: 'Pass the unchanged result of toNDJSON() of recordFlight().',
    cause,
  });
}

/** JSON has no infinity, but the machine's settings do. */
const INFINITY = 'Infinity';

/** For `JSON.stringify`. */
export function writeInfinity(value: unknown): unknown {
  return value === Infinity ? INFINITY : value;
}

/** Only in numeric fields: a server's text may be "Infinity". */
function reviveInfinity(key: string, value: unknown): unknown {
  return value === INFINITY && key.endsWith('Ms') ? Infinity : value;
}

/** The leaf state of a checkpoint. */
export function stateAt(checkpoint: Extract<FlightEntry, { kind: 'checkpoint' }>): ConnectionState {
  return leafState(checkpoint.value);
}
