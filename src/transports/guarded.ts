/**
 * What stands between a session and any transport, its own or an app's: text comes in without secrets and control characters, an end
 * comes once, and a `send` that throws ends the connection, not the process.
 */
import { oneLine, readableJson, secretRemover } from '../outside-text.ts';
import type { Socket, SocketEnd, Transport } from './transport.ts';

/** The same transport, whose word can be printed and kept. */
export function guarded(transport: Transport): Transport {
  return (request, handlers) => {
    const withoutSecret = secretRemover(request.credentials.value);
    const clean = (text: unknown) => (typeof text === 'string' ? oneLine(withoutSecret(text)) : undefined);
    let hasEnded = false;
    const end = (socketEnd: SocketEnd) => {
      if (hasEnded) return;
      hasEnded = true;
      const { code, status } = socketEnd;
      const safe: SocketEnd = {
        code: Number.isInteger(code) ? code : 1006,
        reason: clean(socketEnd.reason) ?? '',
      };
      if (typeof status === 'number') safe.status = status;
      for (const name of ['dgError', 'requestId', 'cause'] as const) {
        const text = clean(socketEnd[name]);
        if (text !== undefined) safe[name] = text;
      }
      handlers.ended(safe);
    };
    const socket = transport(request, {
      opened: ({ requestId }) => {
        const id = clean(requestId);
        handlers.opened(id === undefined ? {} : { requestId: id });
      },
      message: (text) => handlers.message(readableJson(withoutSecret(text))),
      binary: (bytes) => handlers.binary(bytes),
      ended: end,
    });
    return new GuardedSocket(socket, (error) => {
      const cause = `send() of the transport threw: ${String((error as Error | undefined)?.message)}`;
      // Not at once: whoever sends is in the middle of it.
      queueMicrotask(() => {
        end({ code: 1006, reason: '', cause });
        socket.terminate();
      });
    });
  };
}

/** A class, and no literal with a getter, which V8 keeps as a dictionary: this is on the way of every frame. */
class GuardedSocket implements Socket {
  readonly ping: (() => void) | undefined;
  readonly #socket: Socket;
  readonly #failed: (error: unknown) => void;

  constructor(socket: Socket, failed: (error: unknown) => void) {
    this.#socket = socket;
    this.#failed = failed;
    if (socket.ping) this.ping = () => socket.ping?.();
  }

  get bufferedAmount(): number {
    return this.#socket.bufferedAmount;
  }

  send(message: string | Uint8Array): void {
    try {
      this.#socket.send(message);
    } catch (error) {
      this.#failed(error);
    }
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
  }

  terminate(): void {
    this.#socket.terminate();
  }
}
