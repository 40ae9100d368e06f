/**
 * Wraps any transport, ours or an app's. It removes secrets and control characters from texts, passes an end on only once, and
 * turns an error of `send` into the end of the connection.
 */
import { isHarmless, oneLine, readableJson, secretRemover } from '../outside-text.ts';
import {
  MAX_BODY_CHARACTERS,
  type OpenRequest,
  type ResponseHeaders,
  type Socket,
  type SocketEnd,
  type SocketHandlers,
  type Transport,
} from './transport.ts';

/** More headers than Deepgram's servers send. */
const MAX_HEADERS = 50;

const FAILURES = new Set(['host-not-found', 'connection-refused', 'no-tls', 'certificate-refused']);

type Remover = (text: string) => string;

/** Opens a socket. The texts that it passes on hold no secret and no control characters. */
export function openGuarded(transport: Transport, request: OpenRequest, handlers: SocketHandlers): Socket {
  const clean = cleaned(handlers, request.credentials.value);
  return new GuardedSocket(transport(request, clean), clean);
}

/** The same handlers; they receive texts without this secret. A literal, not a class: an app's transport may spread them. */
export function cleaned(handlers: SocketHandlers, secret: string): SocketHandlers {
  const withoutSecret = removerOf(secret);
  let hasEnded = false;
  return {
    opened: ({ headers }) =>
      handlers.opened(typeof headers === 'object' ? { headers: checkedHeaders(headers, withoutSecret) } : {}),
    message: (text) => handlers.message(isHarmless(text, secret) ? text : readableJson(withoutSecret(text))),
    binary: (bytes) => handlers.binary(bytes),
    ended: (end) => {
      if (hasEnded) return;
      hasEnded = true;
      handlers.ended(checkedEnd(end, withoutSecret));
    },
  };
}

let lastSecret = '';
let lastRemover = secretRemover(lastSecret);

/** The sessions of a process mostly share one key. */
function removerOf(secret: string): Remover {
  if (secret !== lastSecret) [lastSecret, lastRemover] = [secret, secretRemover(secret)];
  return lastRemover;
}

/** The same end without secrets, wrong types and unbounded lengths. */
function checkedEnd(end: SocketEnd, withoutSecret: Remover): SocketEnd {
  const { code, reason, status, headers, body, cause, failure } = end;
  const line = (text: unknown) => (typeof text === 'string' ? oneLine(withoutSecret(text)) : '');
  const safe: SocketEnd = { code: Number.isInteger(code) ? code : 1006, reason: line(reason) };
  if (typeof status === 'number') safe.status = status;
  if (typeof headers === 'object') safe.headers = checkedHeaders(headers, withoutSecret);
  const text = typeof body === 'string' ? readableJson(withoutSecret(body)) : '';
  // A body that was cut would be no JSON, and might end with half a secret.
  if (text && text.length <= MAX_BODY_CHARACTERS) safe.body = text;
  if (typeof cause === 'string') safe.cause = line(cause);
  if (failure && FAILURES.has(failure)) safe.failure = failure;
  return safe;
}

/** Deepgram's headers: nobody needs others, and those of a proxy may be confidential. */
function checkedHeaders(headers: ResponseHeaders | null, withoutSecret: Remover): ResponseHeaders {
  return Object.fromEntries(
    Object.entries(headers ?? {})
      .filter(([name, value]) => typeof value === 'string' && /^dg-/i.test(name))
      .slice(0, MAX_HEADERS)
      .map((entry) => entry.map((text) => oneLine(withoutSecret(text))))
      .map(([name = '', value = '']) => [name.toLowerCase(), value]),
  );
}

/** A class, not a literal with a getter, which V8 keeps as a slow dictionary: every frame passes through it. */
class GuardedSocket implements Socket {
  readonly #socket: Socket;
  readonly #handlers: SocketHandlers;

  constructor(socket: Socket, handlers: SocketHandlers) {
    this.#socket = socket;
    this.#handlers = handlers;
  }

  get ping(): (() => void) | undefined {
    return this.#socket.ping && (() => this.#socket.ping?.());
  }

  get bufferedAmount(): number {
    return this.#socket.bufferedAmount;
  }

  send(message: string | Uint8Array): void {
    try {
      this.#socket.send(message);
    } catch (error) {
      const cause = `send() of the transport threw: ${String((error as Error | undefined)?.message)}`;
      // Later, not now: the caller is still inside `send`.
      queueMicrotask(() => {
        this.#handlers.ended({ code: 1006, reason: '', cause });
        this.#socket.terminate();
      });
    }
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
  }

  terminate(): void {
    this.#socket.terminate();
  }
}
