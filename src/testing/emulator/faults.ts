/**
 * What can go wrong, by name. Faults are values, so that they can be planned for a connection that does not exist yet,
 * drawn from a seed, and printed in the report of a failing test. Their names and limits stand in `fault-table.ts`.
 */
import { FAULTS, type FaultName } from './fault-table.ts';

/** When a fault strikes, counted from the opening of its connection, or from now on an open one; at once if nothing is said. */
export interface When {
  /** After so many milliseconds. */
  afterMs?: number;
  /** As soon as so many milliseconds of audio have been received. */
  afterAudioMs?: number;
}

/** When a fault strikes, and for how long; for good if nothing is said. */
export interface Span extends When {
  forMs?: number;
}

/** A fault that hits the handshake. */
export type HandshakeFault =
  | { kind: 'refuse'; status: number; dgError: string }
  | { kind: 'hang' }
  | { kind: 'drop' }
  | { kind: 'flap'; code: number; reason: string };

/** A fault that hits an open connection. */
export type ConnectionFault =
  | (When &
      (
        | { kind: 'cut' }
        | { kind: 'close'; code: number; reason: string }
        | { kind: 'halfOpen' }
        | { kind: 'malformed' }
        | { kind: 'mute' }
        | { kind: 'loseMessages'; count: number }
        | { kind: 'dropOnCloseStream'; before: 'results' | 'metadata' }
      ))
  | (Span &
      (
        | { kind: 'blackhole' }
        | { kind: 'slow'; byMs: number }
        | { kind: 'throttle'; factor: number }
        | { kind: 'stallResults' }
        | { kind: 'duplicateResults' }
        | { kind: 'reorderResults' }
      ));

/** Anything that can be planned for a connection. */
export type Fault = HandshakeFault | ConnectionFault;

/** The handshake is refused with an HTTP status. */
export function refuse(status: number, dgError = `Refused with ${status}`): HandshakeFault {
  return { kind: 'refuse', status, dgError };
}

/** The handshake is never answered. */
export function hang(): HandshakeFault {
  return { kind: 'hang' };
}

/** The TCP connection is reset in its handshake, without an answer. */
export function drop(): HandshakeFault {
  return { kind: 'drop' };
}

/** The connection is accepted and closed at once. */
export function flap(code = 1011, reason = ''): HandshakeFault {
  return { kind: 'flap', code, reason };
}

/** The network breaks: no close frame, and what was under way is lost. */
export function cut(when: When = {}): ConnectionFault {
  return { kind: 'cut', ...when };
}

/** The server closes, of its own accord. */
export function close(code: number, reason = '', when: When = {}): ConnectionFault {
  return { kind: 'close', code, reason, ...when };
}

/** Half-open: the socket stays, nothing is read and nothing is answered, ever again. New connections are served. */
export function halfOpen(when: When = {}): ConnectionFault {
  return { kind: 'halfOpen', ...when };
}

/**
 * The server is out of reach: nothing passes in either direction, on any connection or in a handshake, for a time or for
 * good. What TCP kept arrives afterwards.
 */
export function blackhole(span: Span = {}): ConnectionFault {
  return { kind: 'blackhole', ...span };
}

/** Every message of the server comes `byMs` late. */
export function slow(byMs: number, span: Span = {}): ConnectionFault {
  return { kind: 'slow', byMs, ...span };
}

/** Audio is processed at `factor` times real time at most. */
export function throttle(factor: number, span: Span = {}): ConnectionFault {
  return { kind: 'throttle', factor, ...span };
}

/** Audio is taken, and no result comes, for a time or for good. */
export function stallResults(span: Span = {}): ConnectionFault {
  return { kind: 'stallResults', ...span };
}

/**
 * From then on nothing is said, no message and no close, while the server reads and answers pings. Planned for a connection without
 * a time, it holds from the start: Flux then never sends Connected.
 */
export function mute(when: When = {}): ConnectionFault {
  return { kind: 'mute', ...when };
}

/** The next `count` messages never arrive: on Flux, a hole in `sequence_id`. */
export function loseMessages(count = 1, when: When = {}): ConnectionFault {
  return { kind: 'loseMessages', count, ...when };
}

/** From then on every result is sent twice. */
export function duplicateResults(span: Span = {}): ConnectionFault {
  return { kind: 'duplicateResults', ...span };
}

/** From then on every two results change places. One that finds no other to change with is sent after five seconds. */
export function reorderResults(span: Span = {}): ConnectionFault {
  return { kind: 'reorderResults', ...span };
}

/** Broken JSON, unknown types, missing fields and a binary message. */
export function malformed(when: When = {}): ConnectionFault {
  return { kind: 'malformed', ...when };
}

/**
 * The connection is cut during the drain: before its last results, or between those and Metadata; on
 * Flux, which sends no Metadata, before the close.
 */
export function dropOnCloseStream(before: 'results' | 'metadata' = 'results'): ConnectionFault {
  return { kind: 'dropOnCloseStream', before };
}

export function isHandshakeFault(fault: Fault): fault is HandshakeFault {
  return FAULTS[fault.kind].hits === 'handshake';
}

/** Every variant has a row in the table, and every row a variant: this line does not compile otherwise. */
true satisfies [FaultName, Fault['kind']] extends [Fault['kind'], FaultName] ? true : never;

/** What a server that has lost its mind sends; none of it may hurt a client. */
export const MALFORMED_MESSAGES: readonly string[] = [
  '',
  'upstream connect error',
  '{"type":"Results","channel":',
  'null',
  '[]',
  '"Results"',
  '{}',
  '{"type":42}',
  '{"type":"SomethingNew","payload":{"deep":[1,2,3]}}',
  '{"type":"Results"}',
  '{"type":"Results","channel_index":[0,1],"start":"0","duration":null,"is_final":true,"channel":{"alternatives":[]}}',
  '{"type":"Results","channel_index":[7,1],"start":-1,"duration":1e308,"is_final":false,"channel":{}}',
  '{"type":"Results","channel_index":[0,1],"start":0,"duration":1e9,"is_final":true,"channel":{"alternatives":[]}}',
  '{"type":"Results","channel_index":[0,1],"start":0,"duration":9,"is_final":"yes","channel":{"alternatives":[{"transcript":"x"}]}}',
  '{"type":"UtteranceEnd"}',
  '{"type":"TurnInfo"}',
  '{"type":"TurnInfo","event":"SomethingNew","turn_index":"0","audio_window_end":null,"words":{}}',
  '{"type":"ConfigureSuccess"}',
  '{"__proto__":{"type":"Results"}}',
];
