/**
 * The faults. They are values, so that they can be planned for a later connection, drawn from a seed, and printed by a failing
 * test. Their names and limits are in `fault-table.ts`.
 */
import { FAULTS, type FaultName } from './fault-table.ts';

/** When a fault is applied, counted from the opening of its connection, or from now on an open one. Default: at once. */
export interface When {
  /** After this many milliseconds. */
  afterMs?: number;
  /** When this many milliseconds of audio have been received. */
  afterAudioMs?: number;
}

/** When a fault is applied, and for how long. Default: for ever. */
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

/** Any fault that can be planned for a connection. */
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

/** The network breaks: no close frame, and messages under way are lost. */
export function cut(when: When = {}): ConnectionFault {
  return { kind: 'cut', ...when };
}

/** The server closes. */
export function close(code: number, reason = '', when: When = {}): ConnectionFault {
  return { kind: 'close', code, reason, ...when };
}

/** Half-open: the socket stays, but nothing is read or answered. New connections work. */
export function halfOpen(when: When = {}): ConnectionFault {
  return { kind: 'halfOpen', ...when };
}

/**
 * The server is unreachable: nothing passes in either direction, on any connection or in a handshake, for a time or for ever.
 * Data kept by TCP arrives afterwards.
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

/** Audio is accepted, but no result comes, for a time or for ever. */
export function stallResults(span: Span = {}): ConnectionFault {
  return { kind: 'stallResults', ...span };
}

/**
 * From then on the server sends no message and no close, but reads and answers pings. Planned without a time, it applies from the
 * start: Flux then never sends Connected.
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

/** From then on every two results are swapped. A result without a second one is sent after five seconds. */
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

/** Compiles only if every variant has a row in the table, and every row a variant. */
true satisfies [FaultName, Fault['kind']] extends [Fault['kind'], FaultName] ? true : never;

/** Malformed messages; none may harm a client. */
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
