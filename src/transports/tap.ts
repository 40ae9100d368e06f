/** A transport that reports its traffic and does not change it: for the recorder, the viewer and the doctor. */
import type { Handshake, OpenRequest, Socket, SocketEnd, Transport } from './transport.ts';

/** Receives the traffic of one connection, at the time it happens. Its methods must not throw. */
export interface TapListener {
  opened?(handshake: Handshake): void;
  /** Called after the transport took the message. The bytes are valid only during the call. */
  sent?(message: string | Uint8Array): void;
  received?(text: string): void;
  /** Called before the client closes or drops the socket. */
  released?(how: 'close' | 'terminate'): void;
  /** Called before the client gets the end. */
  ended?(end: SocketEnd): void;
}

/** The same transport; `listen` is called before each connection is opened. */
export function tapped(transport: Transport, listen: (request: OpenRequest) => TapListener): Transport {
  return (request, handlers) => {
    const listener = listen(request);
    const socket = transport(request, {
      opened: (handshake) => {
        listener.opened?.(handshake);
        handlers.opened(handshake);
      },
      message: (text) => {
        listener.received?.(text);
        handlers.message(text);
      },
      binary: (bytes) => handlers.binary(bytes),
      ended: (end) => {
        listener.ended?.(end);
        handlers.ended(end);
      },
    });
    return new TappedSocket(socket, listener);
  };
}

/** A class, not a literal with a getter, which V8 keeps as a slow dictionary: every frame passes through it. */
class TappedSocket implements Socket {
  readonly #socket: Socket;
  readonly #listener: TapListener;

  constructor(socket: Socket, listener: TapListener) {
    this.#socket = socket;
    this.#listener = listener;
  }

  get ping(): (() => void) | undefined {
    return this.#socket.ping && (() => this.#socket.ping?.());
  }

  get bufferedAmount(): number {
    return this.#socket.bufferedAmount;
  }

  send(message: string | Uint8Array): void {
    this.#socket.send(message);
    this.#listener.sent?.(message);
  }

  close(code: number, reason: string): void {
    this.#listener.released?.('close');
    this.#socket.close(code, reason);
  }

  terminate(): void {
    this.#listener.released?.('terminate');
    this.#socket.terminate();
  }
}
