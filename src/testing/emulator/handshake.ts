/**
 * Judges a handshake: a pure function from what the client sent to in or out, so that a real HTTP server and a
 * virtual network refuse alike. It never keeps or repeats a secret.
 */
import type { Credentials } from '../../transports/transport.ts';
import { credentialsOf } from './credentials.ts';
import { BadQuery, type ListenSettings, readListenQuery } from './listen-query.ts';
import type { EmulatorSettings } from './options.ts';

/** What a client shows at the door. */
export interface HandshakeRequest {
  /** Path and query, such as `/v1/listen?model=nova-3`; a full URL will do. */
  url: string;
  /** The `Authorization` header. */
  authorization?: string;
  /** The list of `Sec-WebSocket-Protocol`. */
  protocols?: readonly string[];
}

/** A refusal, as HTTP says it. */
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
  settings: ListenSettings;
  scheme: Credentials['scheme'];
  /** The sub-protocol to echo, where the client offered some. */
  protocol?: string;
}

export type HandshakeVerdict = { accepted: Admission } | { refused: Refusal };

export interface HandshakeContext {
  requestId: string;
  openConnections: number;
  settings: Pick<EmulatorSettings, 'authorise' | 'maxConnections'>;
  wallTimeMs: number;
}

export function judgeHandshake(request: HandshakeRequest, context: HandshakeContext): HandshakeVerdict {
  const { requestId } = context;
  const deny = (status: number, errCode: string, errMsg: string): HandshakeVerdict => ({
    refused: refusal(status, errCode, errMsg, requestId),
  });
  const url = new URL(request.url, 'ws://emulator');
  if (url.pathname !== '/v1/listen') return deny(404, 'NOT_FOUND', `No such endpoint: ${url.pathname}`);

  const protocols = request.protocols ?? [];
  const credentials = credentialsOf(request.authorization, protocols);
  if (!credentials || !context.settings.authorise(credentials, context.wallTimeMs)) {
    return deny(401, 'INVALID_AUTH', 'Invalid credentials.');
  }
  let settings: ListenSettings;
  try {
    settings = readListenQuery(url.searchParams);
  } catch (error) {
    if (error instanceof BadQuery) return deny(400, 'INVALID_QUERY_PARAMETER', error.message);
    throw error;
  }
  if (context.openConnections >= context.settings.maxConnections) {
    return deny(429, 'TOO_MANY_REQUESTS', 'Too many requests. Please try again later.');
  }
  const { scheme } = credentials;
  const [protocol] = protocols;
  const query = url.searchParams.toString();
  return { accepted: { requestId, query, settings, scheme, ...(protocol !== undefined && { protocol }) } };
}

/** A refusal in Deepgram's form: the reason in the body, and again in a header that survives where bodies do not. */
export function refusal(status: number, errCode: string, errMsg: string, requestId: string): Refusal {
  return {
    status,
    headers: { 'content-type': 'application/json', 'dg-request-id': requestId, 'dg-error': errMsg },
    body: JSON.stringify({ err_code: errCode, err_msg: errMsg, request_id: requestId }),
  };
}
