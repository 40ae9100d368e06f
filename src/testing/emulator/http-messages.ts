/** Plain HTTP, with limits: bodies that do not end, and answers before there is a response object. */
import { type IncomingMessage, STATUS_CODES, type ServerResponse } from 'node:http';
import type { Refusal } from './handshake.ts';

/** A complete answer. */
export type HttpAnswer = Pick<Refusal, 'status' | 'headers' | 'body'>;

const MAX_BODY_BYTES = 64 * 1024;

/** The body of a request; `undefined` if it is too large or breaks off. */
export function readBody(request: IncomingMessage): Promise<string | undefined> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= MAX_BODY_BYTES) {
        chunks.push(chunk);
        return;
      }
      request.pause();
      resolve(undefined);
    });
    request.on('end', () => resolve(Buffer.concat(chunks).toString()));
    request.on('close', () => resolve(undefined));
  });
}

/** Answers, and ends the connection if the request is not read to its end. */
export function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { status, headers, body }: HttpAnswer,
): void {
  if (response.headersSent || response.destroyed) return;
  if (!request.complete) {
    response.setHeader('connection', 'close');
    response.once('finish', () => request.socket.destroySoon());
  }
  response.writeHead(status, asHeaders(headers)).end(body);
}

/** The answer to an upgrade, which has no response object. */
export function asHttp({ status, headers, body }: HttpAnswer): string {
  const lines = Object.entries({
    ...asHeaders(headers),
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  }).map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Refused'}`, ...lines, '', body].join('\r\n');
}

/** A header value of a test or client must not begin a second header. */
function asHeaders(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, value.replaceAll(/[^\x20-\x7e]+/g, ' ')]),
  );
}
