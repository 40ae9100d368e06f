/** Names the ends of a `/v1/listen` connection: close codes with their reason texts, and statuses of the handshake. */
import type { SocketEnd } from '../../transports/transport.ts';
import { type ConnectionEnd, type EndKind, retryAfter } from '../connection-end.ts';
import { responseOf } from '../response.ts';

/** Names the end of a socket. */
export function classifyEnd(end: SocketEnd): ConnectionEnd {
  const { code, reason, status, cause, failure } = end;
  const kind = status === undefined ? (failure ?? classifyClose(code, reason)) : classifyStatus(status);
  const response = responseOf(end);
  const serverMessage = reason || response?.message;
  const requestId = response?.requestId;
  return {
    kind,
    ...(status === undefined ? { code } : { status }),
    ...(serverMessage ? { serverMessage } : {}),
    ...(requestId ? { requestId } : {}),
    ...(cause ? { cause } : {}),
    ...(!response && isRefusal(kind, status) ? { isForeign: true } : {}),
  };
}

/** A refused handshake that is final. */
function isRefusal(kind: EndKind, status: number | undefined): boolean {
  const isHandshake = status !== undefined || kind === 'certificate-refused' || kind === 'no-tls';
  return isHandshake && (retryAfter(kind) === 'never' || retryAfter(kind) === 'reauthorise');
}

const STATUSES: Partial<Record<number, EndKind>> = {
  400: 'bad-request',
  401: 'unauthorized',
  402: 'payment-required',
  403: 'forbidden',
  404: 'not-found',
  408: 'server-unavailable',
  429: 'rate-limited',
};

/** A refused handshake. */
function classifyStatus(status: number): EndKind {
  return STATUSES[status] ?? (status >= 500 ? 'server-unavailable' : 'refused');
}

const CODES: Partial<Record<number, EndKind>> = {
  1000: 'normal',
  1001: 'going-away',
  1002: 'protocol-refused',
  1003: 'protocol-refused',
  1005: 'no-status',
  1007: 'protocol-refused',
  1008: 'protocol-refused',
  1009: 'protocol-refused',
  1010: 'protocol-refused',
  1012: 'service-restart',
  1013: 'try-again-later',
};

/** A close frame, or its absence (1006). */
function classifyClose(code: number, reason: string): EndKind {
  if (code === 1011) return classifyInternalError(reason);
  if ((code === 1002 || code === 1008) && /data-?0000/i.test(reason)) return 'undecodable-audio';
  return CODES[code] ?? (code >= 4000 ? 'application-close' : 'network-lost');
}

/**
 * Deepgram's 1011 has four meanings; only its text and a short URL differ: `… See https://dpgr.am/net0001`. A fifth comes from
 * proxies.
 */
function classifyInternalError(reason: string): EndKind {
  if (/net-?0000/i.test(reason)) return 'server-silent';
  if (/net-?0001/i.test(reason)) return 'client-silent';
  if (/net-?0002|no_audio_timeout/i.test(reason)) return 'no-audio';
  if (/ping timeout/i.test(reason)) return 'ping-timeout';
  return 'server-error';
}
