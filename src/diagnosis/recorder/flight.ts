/**
 * What a recording is made of: one JSON object to a line, readable by people, and complete enough for the machine to live it
 * through again. No line ever holds a secret.
 */
import {
  type ConnectionContext,
  type ConnectionEvent,
  type ConnectionState,
  leafState,
  type SocketEnd,
  TranscriptionError,
} from '../../index.ts';

/** The first line: what the rest is, and when it began. */
export interface FlightHeader {
  kind: 'flight';
  version: 1;
  /** ISO 8601. */
  startedAt: string;
  /** Lines given up to stay within the limit; those that follow are the latest. */
  dropped: number;
}

/** A line of a recording; `at` is milliseconds since it began. Sockets are counted from 1. */
export type FlightEntry = { at: number } & Recorded;

type Recorded =
  /** The machine hears something. Its own delayed events, such as the end of a backoff, are among them. */
  | { kind: 'event'; event: MachineEvent }
  /** The machine has come into another state. */
  | { kind: 'state'; state: ConnectionState }
  /** All that the machine remembers: a replay may begin here. */
  | { kind: 'checkpoint'; value: string | Record<string, string>; context: ConnectionContext }
  /** A socket is asked for. */
  | { kind: 'opening'; socket: number; url: string }
  /** Its handshake is done. */
  | { kind: 'opened'; socket: number; requestId?: string }
  /** Audio that was sent: `[milliseconds after at, bytes]` for each message. */
  | { kind: 'frames'; socket: number; frames: [afterMs: number, bytes: number][] }
  /** The same with its bytes, in base64, where that was asked for. */
  | { kind: 'audio'; socket: number; data: string }
  /** A control message of ours. */
  | { kind: 'sent'; socket: number; text: string }
  /** `cut` is how many characters were left out of a text too long to keep. */
  | { kind: 'received'; socket: number; text: string; cut?: number }
  /** We let the socket go, with a close frame or without. */
  | { kind: 'released'; socket: number; how: 'close' | 'terminate' }
  /** It is over, whoever ended it. */
  | { kind: 'ended'; socket: number; end: SocketEnd };

/** What the machine hears, and the ends of its own waits, as XState names them. */
export type MachineEvent = ConnectionEvent | { type: `xstate.after.${string}` };

/** A recording, read. */
export interface Flight {
  header: FlightHeader;
  entries: readonly FlightEntry[];
}

/**
 * Reads a recording. A last line that was cut off, as by a crash, is passed over.
 *
 * @throws TranscriptionError `invalid-option` for anything that is no recording, naming the line.
 */
export function readFlight(ndjson: string): Flight {
  const lines = ndjson.split('\n').filter((line) => line.trim() !== '');
  const objects = lines.map((line, i) => {
    try {
      return JSON.parse(line, reviveInfinity) as { kind?: unknown; version?: unknown };
    } catch (error) {
      if (i > 0 && i === lines.length - 1) return undefined;
      throw noFlight(`line ${i + 1} is no JSON`, error);
    }
  });
  const [header, ...entries] = objects;
  if (header?.kind !== 'flight') throw noFlight('its first line is no header');
  if (header.version !== 1) throw noFlight(`its version is ${String(header.version)}`);
  entries.forEach((entry, i) => {
    if (entry !== undefined && !isEntry(entry)) throw noFlight(`line ${i + 2} is no entry of one`);
  });
  return {
    header: header as unknown as FlightHeader,
    entries: entries.filter((entry) => entry !== undefined) as unknown as FlightEntry[],
  };
}

/** The fields that each kind of line must have, besides `at`. */
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

/** Recordings are mailed, shortened and edited: what reads them further on need not expect everything. */
function isEntry(line: unknown): boolean {
  if (typeof line !== 'object' || line === null) return false;
  const fields = line as Record<string, unknown>;
  const { kind, at, event } = fields;
  if (typeof at !== 'number' || typeof kind !== 'string' || !Object.hasOwn(FIELDS, kind)) return false;
  const needed = Object.entries(FIELDS[kind as FlightEntry['kind']]);
  if (needed.some(([name, type]) => typeof fields[name] !== type || fields[name] === null)) return false;
  if (kind !== 'event') return true;
  const { type, end } = event as Record<string, unknown>;
  return typeof type === 'string' && (type !== 'socket.ended' || (typeof end === 'object' && end !== null));
}

function noFlight(why: string, cause?: unknown): TranscriptionError {
  return new TranscriptionError('invalid-option', `This is no flight recording: ${why}.`, {
    remedy: 'Give what toNDJSON() of recordFlight() returned, unchanged.',
    cause,
  });
}

/** JSON has no word for infinity, and the settings of the machine do. */
const INFINITY = 'Infinity';

/** For `JSON.stringify`. */
export function writeInfinity(value: unknown): unknown {
  return value === Infinity ? INFINITY : value;
}

/** Only where a number belongs: a server may well say "Infinity". */
function reviveInfinity(key: string, value: unknown): unknown {
  return value === INFINITY && key.endsWith('Ms') ? Infinity : value;
}

/** The leaf state of a checkpoint. */
export function stateAt(checkpoint: Extract<FlightEntry, { kind: 'checkpoint' }>): ConnectionState {
  return leafState(checkpoint.value);
}
