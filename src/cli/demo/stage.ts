/** Where the demonstration takes place: two ends to talk to, and a way to break the first. */
import type {
  Clock,
  LiveTranscriptionOptions,
  OpenRequest,
  Socket,
  SocketHandlers,
  Transport,
} from '../../index.ts';
import type { FaultName } from './plan.ts';

/** What a session needs to know of its other end. */
export type Address = Pick<LiveTranscriptionOptions, 'auth' | 'baseUrl'> & { transport: Transport };

export interface Stage {
  /** Where the audio goes, for the title. */
  place: string;
  clock: Clock;
  disturbed: Address;
  undisturbed: Address;
  strike(fault: FaultName): void;
  /** Results are made on this machine: late ones say that it is busy, and nothing of the network. */
  isLocal: boolean;
  /** The longest silence as the other end has measured it, if it can be asked. */
  measuredSilenceMs(): number | undefined;
  close(): Promise<void>;
}

/** What a frame is for. After a CloseStream silence is as it should be. */
export type Outbound = 'audio' | 'keep-alive' | 'close-stream' | 'other';

/** What goes out, seen on its way: a transport that tells, and whose connection can be broken. */
export class TappedTransport {
  readonly #inner: Transport;
  readonly #onSent: (message: Outbound) => void;
  readonly #sockets = new Set<Socket>();

  constructor(inner: Transport, onSent: (message: Outbound) => void = () => undefined) {
    this.#inner = inner;
    this.#onSent = onSent;
  }

  readonly transport: Transport = (request: OpenRequest, handlers: SocketHandlers): Socket => {
    const socket = this.#inner(request, {
      opened: (handshake) => handlers.opened(handshake),
      message: (text) => handlers.message(text),
      binary: (bytes) => handlers.binary(bytes),
      ended: (end) => {
        this.#sockets.delete(socket);
        handlers.ended(end);
      },
    });
    this.#sockets.add(socket);
    const onSent = this.#onSent;
    return {
      send: (message) => {
        socket.send(message);
        onSent(kindOf(message));
      },
      get bufferedAmount() {
        return socket.bufferedAmount;
      },
      close: (code, reason) => socket.close(code, reason),
      terminate: () => socket.terminate(),
    };
  };

  /** Drops every connection at once, without a close frame. */
  cut(): void {
    for (const socket of this.#sockets) socket.terminate();
  }
}

function kindOf(message: string | Uint8Array): Outbound {
  if (typeof message !== 'string') return 'audio';
  if (message.includes('"KeepAlive"')) return 'keep-alive';
  return message.includes('"CloseStream"') ? 'close-stream' : 'other';
}
