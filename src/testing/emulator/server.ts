/**
 * The emulator on a real socket: HTTP and WebSocket on the loopback, so that a program needs only another address. This file has
 * only the network; all behaviour is in {@link Emulator}.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { breakOff } from './break-off.ts';
import { ControlDesk } from './control/control-desk.ts';
import type { Digest } from './digest.ts';
import { Emulator, type HandshakeOutcome } from './emulator.ts';
import { answerGrant } from './grant.ts';
import { isListenPath, refusal } from './handshake.ts';
import { answer, asHttp, type HttpAnswer, readBody } from './http-messages.ts';
import { MODEL_UUID } from './model-uuid.ts';
import type { EmulatorOptions } from './options.ts';
import { Peer, sha256 } from './peer.ts';

type Accepted = Extract<HandshakeOutcome, { kind: 'accept' }>;

/** Where the emulator listens, and how it behaves. */
export interface EmulatorServerOptions extends EmulatorOptions {
  /**
   * @defaultValue '127.0.0.1': reachable from this machine only
   */
  host?: string;
  /**
   * @defaultValue 0: any free one
   */
  port?: number;
  /**
   * Largest accepted message, in bytes; a larger one closes the connection with 1009.
   * @defaultValue 4 MiB
   */
  maxPayloadBytes?: number;
  /**
   * How long a request may take to arrive, headers and body, in milliseconds. Real clients need a few.
   * @defaultValue 10_000
   */
  handshakeTimeoutMs?: number;
  /**
   * Web pages that may connect, by origin, such as `https://app.test`; besides those of this machine (`localhost` and loopback
   * addresses), which always may. Others are refused with 403, so that no other website in a browser on this machine can use it.
   * Programs send no `Origin`, and are accepted.
   * @defaultValue none
   */
  allowedOrigins?: readonly string[];
  /**
   * Whether to serve the control page and its API, at `/` and `/control`, for this machine only.
   * @defaultValue true
   */
  control?: boolean;
}

/** Connections that may wait to be accepted: tests open thousands at once. The system's limit may be lower. */
const BACKLOG = 4_096;
const HANDSHAKE_TIMEOUT_MS = 10_000;
const LONGEST_CHECKING_INTERVAL_MS = 1_000;
/** A smaller limit: connections need more memory here than on a virtual network, and a server may run for days. */
const MAX_REMEMBERED = 1_000;
const PROJECT_ID = '00000000-0000-4000-8000-000000000000';

/** An {@link Emulator} that listens. */
export class EmulatorServer extends Emulator implements AsyncDisposable {
  /** Address to connect to, such as `ws://127.0.0.1:54321`; the path is `/v1/listen` or `/v2/listen`. */
  url = '';
  port = 0;
  readonly #sockets = new Set<Socket>();
  readonly #desk: ControlDesk | undefined;
  readonly #allowedOrigins: ReadonlySet<string>;
  /** Plain requests so far. */
  #requests = 0;
  readonly #http: Server;
  readonly #webSockets: WebSocketServer;

  constructor(options: EmulatorServerOptions = {}) {
    super({ ...options, maxRemembered: options.maxRemembered ?? MAX_REMEMBERED });
    this.#webSockets = new WebSocketServer({
      noServer: true,
      maxPayload: options.maxPayloadBytes ?? 4 * 1024 * 1024,
      handleProtocols: (protocols) => protocols.values().next().value ?? false,
    });
    const timeoutMs = options.handshakeTimeoutMs ?? HANDSHAKE_TIMEOUT_MS;
    this.#http = createServer(
      {
        headersTimeout: timeoutMs,
        requestTimeout: timeoutMs,
        connectionsCheckingInterval: Math.min(timeoutMs, LONGEST_CHECKING_INTERVAL_MS),
      },
      (request, response) => {
        this.#answer(request, response).catch((error: unknown) => {
          answer(
            request,
            response,
            refusal(500, 'INTERNAL_SERVER_ERROR', String(error), this.#nextRequestId()),
          );
        });
      },
    );
    this.#allowedOrigins = new Set(options.allowedOrigins);
    if (options.control ?? true) this.#desk = new ControlDesk(this);
    this.#http.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      // Resets are expected here: tests order them.
      socket.on('error', () => undefined);
    });
    this.#http.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
  }

  /** Address of the control page; empty without one. */
  get controlUrl(): string {
    return this.#desk ? `${this.url.replace(/^ws/, 'http')}/` : '';
  }

  /** @throws Error if it cannot listen, with the remedy and the platform's `code`, such as `EADDRINUSE`. */
  async listen(host: string, port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#http.once('error', (error) => reject(cannotListen(host, port, error)));
      this.#http.listen({ port, host, backlog: BACKLOG }, resolve);
    });
    const address = this.#http.address();
    this.port = typeof address === 'object' && address !== null ? address.port : port;
    this.url = `ws://${host.includes(':') ? `[${host}]` : host}:${this.port}`;
  }

  /** Breaks every connection and stops listening. */
  async close(): Promise<void> {
    this.clearFaults();
    this.#desk?.close();
    this.cut();
    for (const socket of this.#sockets) socket.destroy();
    this.#webSockets.close();
    if (!this.#http.listening) return;
    await new Promise<void>((resolve) => this.#http.close(() => resolve()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  protected override digest(): Digest {
    return sha256();
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { origin } = request.headers;
    if (origin !== undefined && !isOfThisMachine(origin) && !this.#allowedOrigins.has(origin)) {
      const why = 'Pages of this origin may not connect: name it in allowedOrigins.';
      socket.once('finish', () => socket.destroy());
      socket.end(asHttp(refusal(403, 'FORBIDDEN', why, this.#nextRequestId())));
      return;
    }
    const outcome = this.handshake({
      url: request.url ?? '/',
      ...(request.headers.authorization !== undefined && { authorization: request.headers.authorization }),
      protocols: protocolsOf(request),
    });
    switch (outcome.kind) {
      case 'hang':
        // Detects that the client has given up.
        socket.on('end', () => socket.destroy());
        socket.resume();
        return undefined;
      case 'drop':
        breakOff(socket);
        return undefined;
      case 'refuse':
        socket.once('finish', () => socket.destroy());
        socket.end(asHttp(outcome.refusal));
        return undefined;
      case 'accept':
        return this.#accept(outcome, request, socket, head);
      default:
        return outcome satisfies never;
    }
  }

  #accept(outcome: Accepted, request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { requestId, admitted } = outcome.admission;
    const addHeaders = (headers: string[]) => {
      headers.push(
        `dg-request-id: ${requestId}`,
        `dg-project-id: ${PROJECT_ID}`,
        `dg-model-name: ${admitted.model}`,
        `dg-model-uuid: ${MODEL_UUID}`,
      );
    };
    // Emitted before `handleUpgrade` returns, or not at all: remove the id, so that a malformed upgrade does not pass it to the
    // next.
    this.#webSockets.on('headers', addHeaders);
    this.#webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      const peer = new Peer(webSocket, socket, this.settings.clock);
      peer.attend(this.open(outcome, peer.wire));
    });
    this.#webSockets.off('headers', addHeaders);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // A client that breaks off is no error.
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    if (this.#desk?.handles(path)) {
      await this.#desk.answer(path, request, response);
      return;
    }
    const body = path === GRANT ? await readBody(request) : '';
    answer(request, response, this.#answerTo(path, request, body));
  }

  /** Handshakes are counted separately: their numbers are those of the connections. */
  #nextRequestId(): string {
    this.#requests += 1;
    return this.requestId(this.#requests, '9000');
  }

  /** Plain HTTP: only the grant of temporary tokens. */
  #answerTo(path: string, request: IncomingMessage, body: string | undefined): HttpAnswer {
    const requestId = this.#nextRequestId();
    if (isListenPath(path)) {
      return refusal(400, 'Bad Request', 'A WebSocket upgrade was expected here.', requestId);
    }
    if (path !== GRANT) return refusal(404, 'NOT_FOUND', 'No such endpoint.', requestId);
    if (body === undefined) return refusal(413, 'PAYLOAD_TOO_LARGE', 'The body is too large.', requestId);
    const { authorization } = request.headers;
    return answerGrant(
      { method: request.method ?? '', authorization, body, requestId },
      this.settings,
      (ttl) => this.grantToken(ttl),
    );
  }
}

const GRANT = '/v1/auth/grant';

/**
 * Starts an emulator on a socket of its own.
 *
 * @throws RangeError for invalid options; Error if it cannot listen.
 *
 * @example
 * ```ts
 * await using emulator = await startEmulator();
 * const socket = new WebSocket(`${emulator.url}/v1/listen?model=nova-3`, ['token', 'any-key']);
 * ```
 */
export async function startEmulator(options: EmulatorServerOptions = {}): Promise<EmulatorServer> {
  const server = new EmulatorServer(options);
  await server.listen(options.host ?? '127.0.0.1', options.port ?? 0);
  return server;
}

function cannotListen(host: string, port: number, cause: NodeJS.ErrnoException): Error {
  const { code = cause.message } = cause;
  const remedy = /^(EADDRINUSE|EACCES)$/.test(code)
    ? 'give another port, or 0 for any free one'
    : 'give an address of this machine as host, such as 127.0.0.1';
  const error = new Error(`The emulator cannot listen on ${host}, port ${port} (${code}): ${remedy}.`, {
    cause,
  });
  return Object.assign(error, { code });
}

function protocolsOf(request: IncomingMessage): string[] {
  const header = request.headers['sec-websocket-protocol'] ?? '';
  return header.split(',').flatMap((protocol) => protocol.trim() || []);
}

/** A page cannot forge its origin, and only pages of this machine have one of these. */
function isOfThisMachine(origin: string): boolean {
  return /^[a-z]+:\/\/(([a-z0-9-]+\.)*localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i.test(origin);
}
