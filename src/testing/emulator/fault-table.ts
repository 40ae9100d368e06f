/**
 * The table of all faults. The functions in TypeScript, the command line, the control API and the control page take names,
 * parameters and limits from it, so a fault works the same everywhere.
 *
 * To add a fault: a row here, a variant in `faults.ts`, and its effect in `connection.ts` or, for handshakes, `emulator.ts`.
 */

import { LONGEST_REASON_BYTES } from './close-reasons.ts';

/** A parameter of a fault. */
export type FaultParameter = { says: string } & (
  | { type: 'duration'; least: number; most: number; default?: number }
  | { type: 'number'; least: number; most: number; default?: number }
  | { type: 'integer'; least: number; most: number; default?: number }
  | { type: 'closeCode'; default?: number }
  | { type: 'text'; longestBytes: number; default?: string }
  | { type: 'choice'; choices: readonly string[]; default?: string }
);

/** A row of the table. */
export interface FaultRow {
  /** Handshake faults apply to later connections; others to open ones, too. */
  hits: 'handshake' | 'connection';
  /** The effect, as the end of a sentence that begins with "The emulator …". */
  says: string;
  /** In the order in which the grammar takes them. A parameter without a default must be given. */
  takes: Readonly<Record<string, FaultParameter>>;
  /** It can end after a time: `for TIME` in orders, `forMs` elsewhere. */
  lasts?: true;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const code: FaultParameter = { type: 'closeCode', default: 1011, says: 'a WebSocket close code' };
const reason: FaultParameter = {
  type: 'text',
  longestBytes: LONGEST_REASON_BYTES,
  default: '',
  says: 'close reason',
};

/** All faults by name. */
export const FAULTS = {
  cut: {
    hits: 'connection',
    says: 'breaks the TCP connection, without a close frame',
    takes: {},
  },
  close: {
    hits: 'connection',
    says: 'closes the WebSocket',
    takes: { code, reason },
  },
  halfOpen: {
    hits: 'connection',
    says: 'leaves the connection half-open: nothing on it is read or answered again, new connections are served',
    takes: {},
  },
  blackhole: {
    hits: 'connection',
    says: 'is out of reach: nothing passes in either direction, on any connection or in a handshake; what TCP kept arrives afterwards',
    takes: {},
    lasts: true,
  },
  slow: {
    hits: 'connection',
    says: 'says everything late, in order',
    takes: {
      byMs: { type: 'duration', least: 0, most: DAY_MS, default: 1_000, says: 'delay of every message' },
    },
    lasts: true,
  },
  throttle: {
    hits: 'connection',
    says: 'processes audio at this pace at most, and stops reading when too much waits',
    takes: {
      factor: {
        type: 'number',
        least: 0.001,
        most: 1_000,
        default: 0.5,
        says: 'multiples of real time',
      },
    },
    lasts: true,
  },
  stallResults: {
    hits: 'connection',
    says: 'takes audio and sends no results; what waits is sent afterwards',
    takes: {},
    lasts: true,
  },
  mute: {
    hits: 'connection',
    says: 'says nothing more, no message and no close, and still reads and answers pings; from the opening on, Flux sends no Connected',
    takes: {},
  },
  loseMessages: {
    hits: 'connection',
    says: 'loses its next messages: on Flux, a hole in sequence_id',
    takes: {
      count: { type: 'integer', least: 0, most: 1_000, default: 1, says: 'how many messages' },
    },
  },
  duplicateResults: {
    hits: 'connection',
    says: 'sends every Results or TurnInfo message twice',
    takes: {},
    lasts: true,
  },
  reorderResults: {
    hits: 'connection',
    says: 'sends every two Results or TurnInfo messages in the wrong order',
    takes: {},
    lasts: true,
  },
  malformed: {
    hits: 'connection',
    says: 'sends broken JSON, unknown types, missing fields and a binary message',
    takes: {},
  },
  dropOnCloseStream: {
    hits: 'connection',
    says: 'breaks the connection while it drains',
    takes: {
      before: {
        type: 'choice',
        choices: ['results', 'metadata'],
        default: 'results',
        says: 'what is still to come then',
      },
    },
  },
  refuse: {
    hits: 'handshake',
    says: 'refuses the handshake with an HTTP status',
    takes: {
      status: { type: 'integer', least: 300, most: 599, default: 503, says: 'HTTP status' },
      dgError: { type: 'text', longestBytes: 1_000, default: '', says: 'text of the dg-error header' },
    },
  },
  hang: {
    hits: 'handshake',
    says: 'never answers the handshake',
    takes: {},
  },
  drop: {
    hits: 'handshake',
    says: 'resets the TCP connection in its handshake, without an answer',
    takes: {},
  },
  flap: {
    hits: 'handshake',
    says: 'accepts the connection and closes it at once',
    takes: { code, reason },
  },
} as const satisfies Record<string, FaultRow>;

/** The name of a fault, the same everywhere. */
export type FaultName = keyof typeof FAULTS;

export const FAULT_NAMES = Object.keys(FAULTS) as readonly FaultName[];

/** The same table, with the general type of its rows. */
export function rowOf(name: FaultName): FaultRow {
  return FAULTS[name];
}
