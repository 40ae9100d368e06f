/**
 * Every way in which a connection ends, with Deepgram's meaning and what may be done about it: close codes with their
 * reason texts, handshake statuses, and the ends that we make ourselves. The table is the policy's input; when and
 * how to retry is decided in `control/recovery-policy.ts`.
 */
import type { ErrorReason } from '../errors.ts';
import type { SocketEnd } from '../transports/transport.ts';

/** A named end. */
export type EndKind = keyof typeof ENDINGS;

/**
 * Whether to try again: `never`, `reauthorise` (once, with a new token), `with-audio` (only while there is audio to
 * send: the server ended an idle connection), `gently` (from a longer delay), or `soon`.
 */
export type Retry = 'never' | 'reauthorise' | 'with-audio' | 'gently' | 'soon';

interface Ending {
  retry: Retry;
  /** The cause, as a sentence. */
  cause: string;
  remedy: string;
  /** The error's reason, where it ends the session. */
  reason?: ErrorReason;
}

const NETWORK = 'Nothing to do: the connection is made again and the audio replayed.';
const SERVER = 'Nothing to do: the connection is made again. If it repeats, see status.deepgram.com.';
const FORMAT =
  'Declare raw audio by its encoding and sample_rate; for a container (WAV, Ogg, WebM) leave out both and start with its header.';
const PARAMETERS = 'Correct the `listen` parameters; the server message names the one it objects to.';

/** One row for each end. Sources: developers.deepgram.com on errors, close codes and recovery; RFC 6455. */
export const ENDINGS = {
  normal: { retry: 'with-audio', cause: 'The server closed the connection normally.', remedy: NETWORK },
  'no-status': { retry: 'soon', cause: 'The connection was closed without a status.', remedy: NETWORK },
  'network-lost': { retry: 'soon', cause: 'The network dropped the connection.', remedy: NETWORK },
  'ping-timeout': {
    retry: 'soon',
    cause: 'A proxy or library on the way gave up on its own ping.',
    remedy: NETWORK,
  },
  'going-away': { retry: 'soon', cause: 'The server is going away.', remedy: SERVER },
  'service-restart': { retry: 'soon', cause: 'The server is restarting.', remedy: SERVER },
  'try-again-later': { retry: 'gently', cause: 'The server is overloaded.', remedy: SERVER },
  'application-close': { retry: 'soon', cause: 'The server closed with a code of its own.', remedy: SERVER },
  'server-silent': {
    retry: 'with-audio',
    cause: 'NET-0000: Deepgram had nothing to say for too long, often because it could not decode the audio.',
    remedy: FORMAT,
    reason: 'undecodable-audio',
  },
  'client-silent': {
    retry: 'soon',
    cause: 'NET-0001: Deepgram heard neither audio nor a KeepAlive within its timeout window.',
    remedy: 'See whether the event loop was blocked, or the tab throttled, for seconds on end.',
  },
  'no-audio': {
    retry: 'with-audio',
    cause: 'NET-0002: Deepgram had no audio for too long.',
    remedy: 'Nothing to do: the connection is made again when there is audio.',
  },
  'server-error': { retry: 'soon', cause: 'Deepgram met an internal error.', remedy: SERVER },
  'undecodable-audio': {
    retry: 'never',
    cause: 'DATA-0000: Deepgram cannot decode the audio.',
    remedy: FORMAT,
    reason: 'undecodable-audio',
  },
  'protocol-refused': {
    retry: 'never',
    cause: 'The server objects to what it was sent.',
    remedy: PARAMETERS,
    reason: 'protocol-refused',
  },
  'bad-request': {
    retry: 'never',
    cause: 'Deepgram does not understand the request.',
    remedy: PARAMETERS,
    reason: 'bad-request',
  },
  unauthorized: {
    retry: 'reauthorise',
    cause: 'Deepgram does not accept the credentials.',
    remedy:
      'Give a valid API key as { apiKey }, or a fresh temporary token as { accessToken }; they are not interchangeable.',
    reason: 'unauthorized',
  },
  'payment-required': {
    retry: 'never',
    cause: 'The Deepgram account has no credit left.',
    remedy: 'Add credit in the Deepgram console.',
    reason: 'payment-required',
  },
  forbidden: {
    retry: 'never',
    cause: 'The key may not do this.',
    remedy: 'Use a key whose role and model access allow live transcription.',
    reason: 'forbidden',
  },
  'not-found': {
    retry: 'never',
    cause: 'Nothing answers at this address.',
    remedy: 'Check `baseUrl`: the host only, without /v1/listen.',
    reason: 'not-found',
  },
  refused: {
    retry: 'never',
    cause: 'The server refused the handshake.',
    remedy: PARAMETERS,
    reason: 'refused',
  },
  'rate-limited': {
    retry: 'gently',
    cause: 'Too many connections are open in this Deepgram project.',
    remedy: 'Close sessions that are no longer used, or ask Deepgram for a higher limit.',
  },
  'server-unavailable': {
    retry: 'soon',
    cause: 'The server cannot take the connection now.',
    remedy: SERVER,
  },
  'connect-timeout': { retry: 'soon', cause: 'The connection could not be opened in time.', remedy: NETWORK },
  stalled: {
    retry: 'soon',
    cause: 'Audio went out and nothing came back: the connection was half-open.',
    remedy: NETWORK,
  },
  'credentials-failed': {
    retry: 'soon',
    cause: 'The credentials function failed.',
    remedy: 'See the cause; it is asked again at the next attempt.',
    reason: 'credentials-failed',
  },
  'credentials-timeout': {
    retry: 'soon',
    cause: 'The credentials function did not answer in time.',
    remedy: 'See whether the token endpoint is up; it is asked again at the next attempt.',
    reason: 'credentials-timeout',
  },
} as const satisfies Record<string, Ending>;

/** How a connection ended, in words and numbers; safe to log. */
export interface ConnectionEnd {
  kind: EndKind;
  code?: number;
  serverMessage?: string;
  status?: number;
  requestId?: string;
  cause?: string;
}

/** What {@link ENDINGS} says of a kind, as its widest type. */
export function endingOf(kind: EndKind): Ending {
  return ENDINGS[kind];
}

/** Names the end of a socket. */
export function classifyEnd({ code, reason, status, dgError, requestId, cause }: SocketEnd): ConnectionEnd {
  const kind = status === undefined ? classifyClose(code, reason) : classifyStatus(status);
  const serverMessage = reason || dgError;
  return {
    kind,
    ...(status === undefined ? { code } : { status }),
    ...(serverMessage ? { serverMessage } : {}),
    ...(requestId ? { requestId } : {}),
    ...(cause ? { cause } : {}),
  };
}

/** A refused handshake. */
function classifyStatus(status: number): EndKind {
  switch (status) {
    case 400:
      return 'bad-request';
    case 401:
      return 'unauthorized';
    case 402:
      return 'payment-required';
    case 403:
      return 'forbidden';
    case 404:
      return 'not-found';
    case 429:
      return 'rate-limited';
    case 408:
      return 'server-unavailable';
    default:
      return status >= 500 ? 'server-unavailable' : 'refused';
  }
}

/** A close frame, or its absence (1006). */
function classifyClose(code: number, reason: string): EndKind {
  switch (code) {
    case 1000:
      return 'normal';
    case 1001:
      return 'going-away';
    case 1005:
      return 'no-status';
    case 1006:
      return 'network-lost';
    case 1002:
    case 1008:
      return /data-?0000/i.test(reason) ? 'undecodable-audio' : 'protocol-refused';
    case 1003:
    case 1007:
    case 1009:
    case 1010:
      return 'protocol-refused';
    case 1011:
      return classifyInternalError(reason);
    case 1012:
      return 'service-restart';
    case 1013:
      return 'try-again-later';
    default:
      return code >= 4000 ? 'application-close' : 'network-lost';
  }
}

/** 1011 means four things, told apart by prose and a short URL: `… See https://dpgr.am/net0001`. */
function classifyInternalError(reason: string): EndKind {
  if (/net-?0000/i.test(reason)) return 'server-silent';
  if (/net-?0001/i.test(reason)) return 'client-silent';
  if (/net-?0002|no_audio_timeout/i.test(reason)) return 'no-audio';
  if (/ping timeout/i.test(reason)) return 'ping-timeout';
  return 'server-error';
}
