/**
 * The emulator on a real socket: HTTP and WebSocket on the loopback, so that a program can be run against it with
 * nothing changed but the address. Only the network is here; all behaviour is the {@link Emulator}'s.
 */
import { type IncomingMessage, STATUS_CODES, type ServerResponse, createServer } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import type { Connection } from './connection.ts';
import { credentialsOf } from './credentials.ts';
import { Emulator, type HandshakeOutcome } from './emulator.ts';
import { type Refusal, refusal } from './handshake.ts';
import type { EmulatorOptions } from './options.ts';

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
   * Largest message taken, in bytes; a larger one closes the connection with 1009.
   * @defaultValue 4 MiB
   */
  maxPayloadBytes?: number;
}

/** An {@link Emulator} that listens. */
export class EmulatorServer extends Emulator implements AsyncDisposable {
  /** Address to connect to, such as `ws://127.0.0.1:54321`; the path is `/v1/listen`. */
  url = '';
  port = 0;
  #sockets = new Set<Socket>();
  #http = createServer((request, response) => this.#answer(request, response));
  #webSockets: WebSocketServer;

  constructor(options: EmulatorServerOptions = {}) {
    super(options);
    this.#webSockets = new WebSocketServer({
      noServer: true,
      maxPayload: options.maxPayloadBytes ?? 4 * 1024 * 1024,
      handleProtocols: (protocols) => protocols.values().next().value ?? false,
    });
    // A client that never ends its request must not hold the server for ever.
    this.#http.headersTimeout = 10_000;
    this.#http.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      // Resets are daily bread here, many of them ordered by the test.
      socket.on('error', () => undefined);
    });
    this.#http.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
  }

  async listen(host: string, port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#http.once('error', reject);
      this.#http.listen(port, host, resolve);
    });
    const address = this.#http.address();
    this.port = typeof address === 'object' && address !== null ? address.port : port;
    this.url = `ws://${host.includes(':') ? `[${host}]` : host}:${this.port}`;
  }

  /** Breaks every connection and stops listening. */
  async close(): Promise<void> {
    this.cut();
    for (const socket of this.#sockets) socket.destroy();
    this.#webSockets.close();
    if (!this.#http.listening) return;
    await new Promise<void>((resolve) => this.#http.close(() => resolve()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const outcome = this.handshake({
      url: request.url ?? '/',
      ...(request.headers.authorization !== undefined && { authorization: request.headers.authorization }),
      protocols: protocolsOf(request),
    });
    switch (outcome.kind) {
      case 'hang':
        return undefined;
      case 'refuse':
        socket.end(asHttp(outcome.refusal));
        return undefined;
      case 'accept':
        return this.#accept(outcome, request, socket, head);
      default:
        return outcome satisfies never;
    }
  }

  #accept(outcome: Accepted, request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const addRequestId = (headers: string[]) => {
      headers.push(`dg-request-id: ${outcome.admission.requestId}`);
    };
    // Emitted before `handleUpgrade` returns, if at all: a malformed upgrade must not leave its id to the next.
    this.#webSockets.on('headers', addRequestId);
    this.#webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      this.#connect(outcome, webSocket, socket);
    });
    this.#webSockets.off('headers', addRequestId);
  }

  #connect(outcome: Accepted, webSocket: WebSocket, socket: Duplex): void {
    const connection: Connection = this.open(outcome, {
      text: (json) => webSocket.send(json),
      binary: (bytes) => webSocket.send(bytes),
      close: (code, reason) => webSocket.close(code, reason),
      cut: () => (socket instanceof Socket ? socket.resetAndDestroy() : socket.destroy()),
      goSilent: () => webSocket.pause(),
    });
    webSocket.on('message', (data, isBinary) => {
      if (isBinary) connection.receiveBinary(bytesOf(data));
      else connection.receiveText(textOf(data));
    });
    webSocket.on('ping', () => connection.receivePing());
    webSocket.on('close', (code, reason) => connection.peerGone(code, reason.toString()));
    // What follows is always a close, and that one is heard.
    webSocket.on('error', () => undefined);
  }

  /** Plain HTTP: the grant of temporary tokens, and nothing else. */
  #answer(request: IncomingMessage, response: ServerResponse): void {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      if (body.length < 10_000) body += chunk.toString();
    });
    request.on('end', () => {
      const answer =
        request.url === '/v1/auth/grant' && request.method === 'POST'
          ? this.#grant(request, body)
          : notFound();
      response.writeHead(answer.status, answer.headers).end(answer.body);
    });
  }

  #grant(request: IncomingMessage, body: string): Refusal {
    const credentials = credentialsOf(request.headers.authorization, []);
    const wallTimeMs = this.settings.clock.wallTime();
    if (credentials?.scheme !== 'token' || !this.settings.authorise(credentials, wallTimeMs)) {
      return refusal(401, 'INVALID_AUTH', 'Invalid credentials.', 'none');
    }
    const ttlSeconds = Number(/"ttl_seconds"\s*:\s*(\d+)/.exec(body)?.[1] ?? 30);
    if (ttlSeconds < 1 || ttlSeconds > 3600)
      return refusal(400, 'Bad Request', 'ttl_seconds must be 1 to 3600.', 'none');
    const headers = { 'content-type': 'application/json' };
    return { status: 200, headers, body: JSON.stringify(this.grantToken(ttlSeconds)) };
  }
}

/**
 * Starts an emulator on a socket of its own.
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

function notFound(): Refusal {
  return refusal(404, 'NOT_FOUND', 'No such endpoint.', 'none');
}

function protocolsOf(request: IncomingMessage): string[] {
  const header = request.headers['sec-websocket-protocol'] ?? '';
  return header.split(',').flatMap((protocol) => protocol.trim() || []);
}

function asHttp({ status, headers, body }: Refusal): string {
  const lines = Object.entries({
    ...headers,
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  });
  const head = lines.map(([name, value]) => `${name}: ${value.replaceAll(/[\r\n]+/g, ' ')}`);
  return [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Refused'}`, ...head, '', body].join('\r\n');
}

function bytesOf(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}

function textOf(data: RawData): string {
  return Buffer.from(bytesOf(data)).toString();
}
