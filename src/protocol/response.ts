/** Reads Deepgram's response to a handshake. Headers and body come from the transport, checked and without secrets. */
import { oneLine } from '../outside-text.ts';
import type { ResponseHeaders, SocketEnd } from '../transports/transport.ts';

/** A response that came from Deepgram: it has a `dg-` header, or one of its error bodies. */
export interface ServerResponse {
  /** Its reason for a refusal. */
  message: string | undefined;
  requestId: string | undefined;
}

/** Deepgram's id of the request, for their support. */
export function requestIdIn(headers: ResponseHeaders = {}): string | undefined {
  return textOf(headers['dg-request-id']);
}

/** `undefined` for a response of a proxy or a login page. */
export function responseOf({ headers = {}, body }: SocketEnd): ServerResponse | undefined {
  const { err_code, err_msg, category, message, details, request_id } = fieldsOf(body);
  const isOfListen = textOf(err_code) !== undefined || textOf(err_msg) !== undefined;
  const isOfOthers = textOf(category) !== undefined && textOf(message) !== undefined;
  const hasHeader = Object.keys(headers).some((name) => name.startsWith('dg-'));
  if (!isOfListen && !isOfOthers && !hasHeader) return undefined;
  const inBody = isOfListen
    ? (textOf(err_msg) ?? textOf(err_code))
    : [message, details].map(textOf).filter(Boolean).join(' ');
  return {
    message: textOf(headers['dg-error']) ?? (inBody || undefined),
    requestId: requestIdIn(headers) ?? textOf(request_id),
  };
}

function fieldsOf(body: string | undefined): Readonly<Record<string, unknown>> {
  if (body === undefined) return {};
  try {
    return Object(JSON.parse(body)) as Record<string, unknown>;
  } catch {
    return {};
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? oneLine(value) : undefined;
}
