/** The transport in Node, Bun and Deno, over `ws`: the only file that knows it. Shows handshake status and headers, as browsers cannot. */
import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import type { Socket, SocketEnd, Transport } from './transport.ts';

/** How long the closing handshake may take before the socket is dropped. */
const CLOSE_MS = 2_000;

/** An error body longer than this, or one that pauses for so long, is not one of Deepgram's. */
const MAX_BODY_BYTES = 8 * 1024;
const BODY_MS = 1_000;

/** A result is some kB; `ws` would otherwise take 100 MiB. */
const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;

/** Opens WebSockets with `ws`. */
export const transport: Transport = ({ url, credentials }, handlers) => {
  const scheme = credentials.scheme === 'bearer' ? 'Bearer' : 'Token';
  const socket = new WebSocket(url, {
    headers: { Authorization: `${scheme} ${credentials.value}` },
    perMessageDeflate: false,
    closeTimeout: CLOSE_MS,
    maxPayload: MAX_MESSAGE_BYTES,
  } as WebSocket.ClientOptions);
  let requestId: string | undefined;
  /** Known before the close event, which for a failed handshake says 1006 and nothing else. */
  let failure: Partial<SocketEnd> = {};

  socket.on('upgrade', (response) => {
    requestId = header(response, 'dg-request-id');
  });
  socket.on('open', () => handlers.opened(requestId === undefined ? {} : { requestId }));
  socket.on('message', (data: Buffer, isBinary) => {
    if (isBinary) handlers.binary(data.byteLength);
    else handlers.message(data.toString());
  });
  socket.on('unexpected-response', (request, response) => {
    failure = { status: response.statusCode ?? 0 };
    const id = header(response, 'dg-request-id');
    if (id !== undefined) failure.requestId = id;
    const end = (dgError: string | undefined) => {
      if (dgError !== undefined) failure.dgError = dgError;
      request.destroy();
      socket.terminate();
    };
    const dgError = header(response, 'dg-error');
    if (dgError !== undefined) end(dgError);
    else readBody(response, (body) => end(errorMessage(body)));
  });
  // Without a listener Node would end the process; after a failed handshake `close` follows all the same.
  socket.on('error', (error: NodeJS.ErrnoException) => {
    if (failure.status === undefined) failure.cause ??= error.code ?? error.message;
  });
  socket.on('close', (code, reason) => {
    socket.removeAllListeners();
    socket.on('error', ignoreLateError);
    handlers.ended({
      code,
      reason: reason.toString(),
      ...(requestId === undefined ? {} : { requestId }),
      ...failure,
    });
  });

  return new NodeSocket(socket);
};

/** A WebSocket with headers, for services that are handed through as they are. */
export function plainSocket(
  url: string,
  headers: Readonly<Record<string, string>>,
  protocols: readonly string[],
): globalThis.WebSocket {
  return new WebSocket(url, [...protocols], {
    headers: { ...headers },
    perMessageDeflate: false,
  }) as unknown as globalThis.WebSocket;
}

/** A class, and no literal with a getter, which V8 keeps as a dictionary: this is on the way of every frame. */
class NodeSocket implements Socket {
  readonly #socket: WebSocket;

  constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  get bufferedAmount(): number {
    return this.#socket.bufferedAmount;
  }

  send(message: string | Uint8Array): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(message);
  }

  ping(): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.ping();
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
  }

  terminate(): void {
    this.#socket.terminate();
  }
}

/** The end was told; an error that comes after it changes nothing. */
function ignoreLateError(): void {}

function header(response: IncomingMessage, name: string): string | undefined {
  const value = response.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** Reads an error body, as far as it is worth reading, and as far as it comes. */
function readBody(response: IncomingMessage, done: (body: string) => void): void {
  let body = '';
  const finish = () => {
    response.removeAllListeners();
    response.on('error', ignoreLateError);
    done(body);
  };
  response.setEncoding('utf8');
  response.on('data', (chunk: string) => {
    body += chunk;
    if (body.length > MAX_BODY_BYTES) finish();
  });
  response.on('end', finish);
  response.on('error', finish);
  response.setTimeout(BODY_MS, finish);
}

/** Deepgram's `{ err_code, err_msg, request_id }`. */
function errorMessage(body: string): string | undefined {
  try {
    const { err_msg: message } = JSON.parse(body) as { err_msg?: unknown };
    return typeof message === 'string' ? message : undefined;
  } catch {
    return undefined;
  }
}
