/** The transport in Node, Bun and Deno, over `ws`: the only file that knows it. Shows handshake status and headers, as browsers cannot. */
import { type Agent, type IncomingMessage, validateHeaderName, validateHeaderValue } from 'node:http';
import type { SecureContextOptions } from 'node:tls';
import { WebSocket } from 'ws';
import { invalidOption, shown } from '../errors.ts';
import { secretRemover } from '../outside-text.ts';
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

/** A body that takes longer is not waited for. */
const BODY_MS = 1_000;

/** A result is some kB; `ws` would otherwise take 100 MiB. */
const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;

/** What Node's sockets take beside an address. */
export interface NodeTransportOptions {
  /** Makes the connections, as that of a proxy does. For `wss://` it makes the TLS connections, too. */
  agent?: Agent;
  /** The authorities whose certificates are trusted, in PEM. @defaultValue those of Node */
  ca?: SecureContextOptions['ca'];
  /** Sent with every handshake, beside `Authorization`, as a gateway may ask for. Their values are taken out of everything that a server says. */
  headers?: Readonly<Record<string, string>>;
}

/**
 * The transport of Node, Bun and Deno with options of its own.
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
  const removers = Object.values(headers).map(secretRemover);
  return ({ url, credentials }, handlers) => {
    const scheme = credentials.scheme === 'bearer' ? 'Bearer' : 'Token';
    const socket = new WebSocket(url, {
      ...options,
      headers: { ...headers, Authorization: `${scheme} ${credentials.value}` },
    });
    return listen(socket, removers.reduce(cleaned, handlers));
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
      // Never the value: it may be a secret.
      throw invalidOption(
        `the header ${shown(name)} cannot be sent.`,
        'Give its name and value as plain text.',
      );
    }
  }
}

function listen(socket: WebSocket, handlers: SocketHandlers): Socket {
  let headers: ResponseHeaders = {};
  /** Known before the close event, which for a failed handshake says 1006 and nothing else. */
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
  // Without a listener Node would end the process; after a failed handshake `close` follows all the same.
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

/** Cookies are the only ones that come as a list. */
function headersOf({ headers }: IncomingMessage): ResponseHeaders {
  return Object.fromEntries(
    Object.entries(headers).filter(([, value]) => typeof value === 'string'),
  ) as ResponseHeaders;
}

/** Reads a body, if it comes whole and is worth reading. */
function readBody(response: IncomingMessage, done: (body: string | undefined) => void): void {
  let body = '';
  // Not by `response.setTimeout`, which does nothing in Bun.
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
