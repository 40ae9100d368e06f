/**
 * The transport in Node, Bun and Deno: the only file that uses `ws`. Unlike a browser it shows the status and headers of a
 * handshake.
 */
import { type Agent, type IncomingMessage, validateHeaderName, validateHeaderValue } from 'node:http';
import type { SecureContextOptions } from 'node:tls';
import { WebSocket } from 'ws';
import { invalidOption, shown } from '../errors.ts';
import { PLATFORM_CAUSES } from '../platform-causes.ts';
import { cleaned } from './guarded.ts';
import {
  MAX_BODY_CHARACTERS,
  type ResponseHeaders,
  type Socket,
  type SocketEnd,
  type SocketHandlers,
  type Transport,
} from './transport.ts';

/** How long the closing handshake may take before the socket is dropped. */
const CLOSE_MS = 2_000;

/** How long to wait for the body of a refusal. */
const BODY_MS = 1_000;

/** A result has some kB. The default of `ws` is 100 MiB. */
const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;

/** Options of Node's sockets. */
export interface NodeTransportOptions {
  /** Makes the connections, for example through a proxy. For `wss://` it also makes the TLS connections. */
  agent?: Agent;
  /** The authorities whose certificates are trusted, in PEM. @defaultValue those of Node */
  ca?: SecureContextOptions['ca'];
  /**
   * Sent with every handshake, besides `Authorization`, for example for a gateway. Their values are removed from all texts of the
   * server.
   */
  headers?: Readonly<Record<string, string>>;
}

/**
 * The transport of Node, Bun and Deno with options.
 *
 * @throws TranscriptionError `invalid-option`, at once, for headers that cannot be sent.
 *
 * @example
 * ```ts
 * const transport = nodeTransport({ agent: new HttpsProxyAgent('http://proxy:8888') });
 * const live = createLiveTranscription({ auth, listen, transport });
 * ```
 */
export function nodeTransport({ agent, ca, headers = {} }: NodeTransportOptions = {}): Transport {
  checkHeaders(headers);
  const options = {
    perMessageDeflate: false,
    closeTimeout: CLOSE_MS,
    maxPayload: MAX_MESSAGE_BYTES,
    ...(agent && { agent }),
    ...(ca && { ca }),
  } as WebSocket.ClientOptions;
  const secrets = Object.values(headers);
  return ({ url, credentials }, handlers) => {
    const scheme = credentials.scheme === 'bearer' ? 'Bearer' : 'Token';
    const socket = new WebSocket(url, {
      ...options,
      headers: { ...headers, Authorization: `${scheme} ${credentials.value}` },
    });
    return listen(socket, secrets.reduce(cleaned, handlers));
  };
}

/** Opens WebSockets with `ws`. */
export const transport: Transport = nodeTransport();

function checkHeaders(headers: object): void {
  for (const [name, value] of Object.entries(headers) as [string, unknown][]) {
    if (/^authorization$/i.test(name))
      throw invalidOption('headers holds Authorization.', 'Give secrets as auth.');
    try {
      validateHeaderName(name);
      validateHeaderValue(name, value as string);
    } catch {
      // Never show the value: it may be a secret.
      throw invalidOption(
        `the header ${shown(name)} cannot be sent.`,
        'Give its name and value as plain text.',
      );
    }
  }
}

function listen(socket: WebSocket, handlers: SocketHandlers): Socket {
  let headers: ResponseHeaders = {};
  /** The reason comes before the close event, which for a failed handshake has only the code 1006. */
  let failure: Partial<SocketEnd> = {};

  socket.on('upgrade', (response) => {
    headers = headersOf(response);
  });
  socket.on('open', () => handlers.opened({ headers }));
  socket.on('message', (data: Buffer, isBinary) => {
    if (isBinary) handlers.binary(data.byteLength);
    else handlers.message(data.toString());
  });
  socket.on('unexpected-response', (request, response) => {
    failure = { status: response.statusCode ?? 0, headers: headersOf(response) };
    readBody(response, (body) => {
      if (body !== undefined) failure.body = body;
      request.destroy();
      socket.terminate();
    });
  });
  // Without a listener Node would end the process. `close` follows a failed handshake, too.
  socket.on('error', (error: NodeJS.ErrnoException) => {
    if (failure.status !== undefined || failure.cause !== undefined) return;
    const cause = error.code ?? error.message;
    const known = PLATFORM_CAUSES.find(([sign]) => sign.test(cause));
    failure = { cause, ...(known && { failure: known[1] }) };
  });
  socket.on('close', (code, reason) => {
    socket.removeAllListeners();
    socket.on('error', ignoreLateError);
    handlers.ended({ code, reason: reason.toString(), ...failure });
  });

  return new NodeSocket(socket);
}

/** A WebSocket with headers, for other Deepgram services of the SDK. */
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

/** A class, not a literal with a getter, which V8 keeps as a slow dictionary: every frame passes through it. */
class NodeSocket implements Socket {
  readonly #socket: WebSocket;

  constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  get bufferedAmount(): number {
    return this.#socket.bufferedAmount;
  }

  send(message: string | Uint8Array): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    if (typeof message === 'string') this.#socket.send(encodedOnce(message), TEXT);
    else this.#socket.send(message);
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

const TEXT = { binary: false };

let lastText = '';
let lastEncoded = Buffer.alloc(0);

/** Thousands of sessions send the same KeepAlive; and bytes go out in one write, a string in two. */
function encodedOnce(text: string): Buffer {
  if (text !== lastText) [lastText, lastEncoded] = [text, Buffer.from(text)];
  return lastEncoded;
}

/** The end was reported; ignore later errors. */
function ignoreLateError(): void {}

/** Only cookies come as a list. */
function headersOf({ headers }: IncomingMessage): ResponseHeaders {
  return Object.fromEntries(
    Object.entries(headers).filter(([, value]) => typeof value === 'string'),
  ) as ResponseHeaders;
}

/** Reads a body, if it is text, complete and short enough. */
function readBody(response: IncomingMessage, done: (body: string | undefined) => void): void {
  let body = '';
  // Not `response.setTimeout`: it has no effect in Bun.
  const limit = AbortSignal.timeout(BODY_MS);
  const giveUp = () => finish();
  const finish = (whole?: string) => {
    limit.removeEventListener('abort', giveUp);
    response.removeAllListeners();
    response.on('error', ignoreLateError);
    done(whole);
  };
  response.setEncoding('utf8');
  response.on('data', (chunk: string) => {
    body += chunk;
    if (body.length > MAX_BODY_CHARACTERS) finish();
  });
  response.on('end', () => finish(body));
  response.on('error', giveUp);
  limit.addEventListener('abort', giveUp);
}
