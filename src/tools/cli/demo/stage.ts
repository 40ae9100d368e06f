/** The servers of the demonstration, and a way to break the first connection. */
import type {
  Clock,
  LiveTranscriptionOptions,
  OpenRequest,
  Socket,
  SocketHandlers,
  Transport,
} from '../../../index.ts';
import type { FaultName } from './plan.ts';

/** Address and credentials of a server. */
export type Address = Pick<LiveTranscriptionOptions, 'auth' | 'baseUrl'> & { transport: Transport };

export interface Stage {
  /** The receiver of the audio, for the title. */
  place: string;
  clock: Clock;
  disturbed: Address;
  undisturbed: Address;
  strike(fault: FaultName): void;
  /** The recogniser runs on this machine: late results mean a busy CPU, not a slow network. */
  isLocal: boolean;
  /** The longest silence measured by the server, if available. */
  measuredSilenceMs(): number | undefined;
  close(): Promise<void>;
}

/** The kind of a frame. Silence after CloseStream is normal. */
export type Outbound = 'audio' | 'keep-alive' | 'close-stream' | 'other';

/** A transport that reports its frames and can break its connection. */
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
