/**
 * Accepts or refuses a handshake: a pure function, so that a real HTTP server and a virtual network refuse alike. It never keeps
 * or repeats a secret.
 */
import type { Credentials } from '../../transports/transport.ts';
import { credentialsOf } from './credentials.ts';
import { flux } from './flux/flux.ts';
import { listenV1 } from './listen-v1/listen-v1.ts';
import { BadQuery, NoSuchModel } from './query-values.ts';
import type { EmulatorSettings } from './options.ts';
import type { Admitted, ListenApi } from './session.ts';

/** The handshake of a client. */
export interface HandshakeRequest {
  /** Path and query, such as `/v1/listen?model=nova-3`; a full URL will do. */
  url: string;
  /** The `Authorization` header. */
  authorization?: string;
  /** The list of `Sec-WebSocket-Protocol`. */
  protocols?: readonly string[];
}

/** A refusal as an HTTP response. */
export interface Refusal {
  status: number;
  headers: Record<string, string>;
  /** JSON text. */
  body: string;
}

/** A handshake that may proceed. */
export interface Admission {
  requestId: string;
  query: string;
  admitted: Admitted;
  scheme: Credentials['scheme'];
  /** The sub-protocol to echo, where the client offered some. */
  protocol?: string;
}

export type HandshakeVerdict = { accepted: Admission } | { refused: Refusal };

export interface HandshakeContext {
  requestId: string;
  openConnections: number;
  /** Of those, the ones with diarization. */
  openDiarized(): number;
  settings: EmulatorSettings;
  wallTimeMs: number;
}

/** Deepgram's texts for refusals. */
const UNAUTHORISED = {
  401: ['INVALID_AUTH', 'Invalid credentials.'],
  402: [
    'ASR_PAYMENT_REQUIRED',
    'Project does not have enough credits for an ASR request and does not have an overage agreement.',
  ],
  403: ['INSUFFICIENT_PERMISSIONS', 'User does not have access to the requested model.'],
} as const;

/** The APIs by their paths. */
const APIS: Readonly<Record<string, ListenApi>> = { '/v1/listen': listenV1, '/v2/listen': flux };

export function isListenPath(path: string): boolean {
  return Object.hasOwn(APIS, path);
}

/** The codes that belong to a status, for refusals that are ordered by status alone. */
const ERR_CODES: Record<number, string> = {
  400: 'Bad Request',
  401: 'INVALID_AUTH',
  402: 'ASR_PAYMENT_REQUIRED',
  403: 'INSUFFICIENT_PERMISSIONS',
  404: 'NOT_FOUND',
  408: 'REQUEST_TIMEOUT',
  429: 'TOO_MANY_REQUESTS',
  503: 'SERVICE_UNAVAILABLE',
  504: 'GATEWAY_TIMEOUT',
};

export function errCodeOf(status: number): string {
  return ERR_CODES[status] ?? 'INTERNAL_SERVER_ERROR';
}

export function judgeHandshake(request: HandshakeRequest, context: HandshakeContext): HandshakeVerdict {
  const { requestId } = context;
  const deny = (status: number, errCode: string, errMsg: string): HandshakeVerdict => ({
    refused: refusal(status, errCode, errMsg, requestId),
  });
  const url = urlOf(request.url);
  if (!url) return deny(400, 'Bad Request', 'The address cannot be read.');
  const api = isListenPath(url.pathname) ? APIS[url.pathname] : undefined;
  if (!api) return deny(404, 'NOT_FOUND', `No such endpoint: ${url.pathname}`);

  const protocols = request.protocols ?? [];
  const credentials = credentialsOf(request.authorization, protocols);
  const verdict = credentials ? context.settings.authorise(credentials, context.wallTimeMs) : false;
  if (!credentials || verdict !== true) {
    const status = verdict === true || verdict === false ? 401 : verdict;
    const [errCode, errMsg] = UNAUTHORISED[status];
    return deny(status, errCode, errMsg);
  }
  let admitted: Admitted;
  try {
    admitted = api(url.searchParams, context.settings);
  } catch (error) {
    if (error instanceof BadQuery) return deny(400, 'INVALID_QUERY_PARAMETER', error.message);
    if (error instanceof NoSuchModel) return deny(403, ...UNAUTHORISED[403]);
    throw error;
  }
  const { maxConnections, maxDiarizedConnections } = context.settings;
  const isFull = context.openConnections >= maxConnections;
  if (isFull || (admitted.isDiarized && context.openDiarized() >= maxDiarizedConnections)) {
    return deny(429, 'TOO_MANY_REQUESTS', 'Too many requests. Please try again later.');
  }
  const { scheme } = credentials;
  const [protocol] = protocols;
  const query = url.searchParams.toString();
  return { accepted: { requestId, query, admitted, scheme, ...(protocol !== undefined && { protocol }) } };
}

/** A refusal in Deepgram's form: the reason is in the body and in a header, since some clients do not show the body. */
export function refusal(status: number, errCode: string, errMsg: string, requestId: string): Refusal {
  return {
    status,
    headers: { 'content-type': 'application/json', 'dg-request-id': requestId, 'dg-error': errMsg },
    body: JSON.stringify({ err_code: errCode, err_msg: errMsg, request_id: requestId }),
  };
}

/** Path and query come from outside, and may be anything. */
function urlOf(text: string): URL | undefined {
  const base = 'ws://emulator';
  return URL.canParse(text, base) ? new URL(text, base) : undefined;
}
