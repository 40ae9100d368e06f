/**
 * What can go wrong, by name. Faults are values, so that they can be planned for a connection that does not exist
 * yet, drawn from a seed, and printed in the report of a failing test.
 *
 * To add one: a variant here with its maker, and a case in `EmulatedConnection.suffer`.
 */

/** When a fault strikes, counted from the opening of its connection; at once if nothing is said. */
export interface When {
  /** After so many milliseconds. */
  afterMs?: number;
  /** As soon as so many milliseconds of audio have been received. */
  afterAudioMs?: number;
}

/** A fault that hits the handshake. */
export type HandshakeFault =
  | { kind: 'refuse'; status: number; dgError: string }
  | { kind: 'hang' }
  | { kind: 'flap'; code: number; reason: string };

/** A fault that hits an open connection. */
export type ConnectionFault = When &
  (
    | { kind: 'cut' }
    | { kind: 'close'; code: number; reason: string }
    | { kind: 'goSilent' }
    | { kind: 'stallResults'; forMs?: number }
    | { kind: 'throttle'; factor: number }
    | { kind: 'malformed' }
    | { kind: 'duplicateResults' }
    | { kind: 'dropOnCloseStream'; before: 'results' | 'metadata' }
  );

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

/** Half-open: the socket stays, nothing is read and nothing is answered, ever again. */
export function goSilent(when: When = {}): ConnectionFault {
  return { kind: 'goSilent', ...when };
}

/** Audio is taken, and no result comes, for a time or for good. */
export function stallResults(when: When & { forMs?: number } = {}): ConnectionFault {
  return { kind: 'stallResults', ...when };
}

/** Audio is processed at `factor` times real time at most. */
export function throttle(factor: number, when: When = {}): ConnectionFault {
  return { kind: 'throttle', factor, ...when };
}

/** Broken JSON, unknown types, missing fields and a binary message. */
export function malformed(when: When = {}): ConnectionFault {
  return { kind: 'malformed', ...when };
}

/** From then on every Results message is sent twice. */
export function duplicateResults(when: When = {}): ConnectionFault {
  return { kind: 'duplicateResults', ...when };
}

/** The connection is cut during the drain: before its last Results, or between those and Metadata. */
export function dropOnCloseStream(before: 'results' | 'metadata' = 'results'): ConnectionFault {
  return { kind: 'dropOnCloseStream', before };
}

export function isHandshakeFault(fault: Fault): fault is HandshakeFault {
  return fault.kind === 'refuse' || fault.kind === 'hang' || fault.kind === 'flap';
}

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
  '{"type":"UtteranceEnd"}',
  '{"__proto__":{"type":"Results"}}',
];
