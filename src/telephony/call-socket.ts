/**
 * Messages of an accepted socket of any server. `ws`, Fastify, Deno and Cloudflare have sockets with events; Bun and Hono call
 * handlers, which feed an Observable. Text and binary differ by type; a `Blob` is read in its turn.
 */
import { concatMap, isObservable, type Observable, Observable as Messages, of } from 'rxjs';

/** A message of a socket: text, bytes, or an event with either as `data`. */
export type SocketMessage = string | ArrayBuffer | ArrayBufferView | Blob | readonly Uint8Array[];

type Listener = (...values: unknown[]) => void;

/**
 * A socket that a telephone provider has opened to us, or its messages. Only its `message` and `close` events are used; sending
 * and closing is left to the app.
 */
export type CallSocket =
  | Observable<SocketMessage>
  | { addEventListener(type: string, listener: Listener): unknown; binaryType?: unknown }
  | { on(type: string, listener: Listener): unknown };

/** Text, or bytes. Completes when the socket closes. */
export function messagesOf(socket: CallSocket): Observable<string | Uint8Array> {
  const messages$ = isObservable(socket) ? socket : fromEvents(socket);
  return messages$.pipe(
    concatMap((message) => (message instanceof Blob ? bytesOf(message) : of(plain(message)))),
  );
}

async function bytesOf(blob: Blob): Promise<Uint8Array> {
  return new Uint8Array(await blob.arrayBuffer());
}

function fromEvents(socket: Exclude<CallSocket, Observable<unknown>>): Observable<SocketMessage> {
  return new Messages((subscriber) => {
    const complete = () => subscriber.complete();
    if ('addEventListener' in socket) {
      if (socket.binaryType === 'blob') socket.binaryType = 'arraybuffer';
      socket.addEventListener('message', (event) => subscriber.next((event as { data: SocketMessage }).data));
      socket.addEventListener('close', complete);
      socket.addEventListener('error', () => undefined);
    } else {
      socket.on('message', (message, isBinary) => {
        const data = message as SocketMessage;
        subscriber.next(isBinary === false && typeof data !== 'string' ? textOf(plain(data)) : data);
      });
      socket.on('close', complete);
      // Ignored: a close follows.
      socket.on('error', () => undefined);
    }
  });
}

function plain(message: SocketMessage): string | Uint8Array {
  if (typeof message === 'string') return message;
  if (message instanceof ArrayBuffer) return new Uint8Array(message);
  if (ArrayBuffer.isView(message)) {
    return new Uint8Array(message.buffer, message.byteOffset, message.byteLength);
  }
  if (!Array.isArray(message)) return '';
  // `ws` with binaryType 'fragments'.
  const fragments = message as readonly Uint8Array[];
  const whole = new Uint8Array(fragments.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const fragment of fragments) {
    whole.set(fragment, at);
    at += fragment.byteLength;
  }
  return whole;
}

/** Bytes that should have been text. */
export function textOf(message: string | Uint8Array): string {
  return typeof message === 'string' ? message : new TextDecoder().decode(message);
}
