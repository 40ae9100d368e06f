/**
 * What goes out, seen on its way: a transport around the platform's own that tells of every frame. The time since the last
 * one is what Deepgram's 10 s window is about, and nothing inside the library sees it as truly as the wire does. It changes
 * nothing that is sent, keeps no audio and never looks at credentials.
 */
import { type Clock, systemClock } from '../clock.ts';
import { platformTransport, type Socket, type Transport } from '../index.ts';

/** One message on its way out. */
export interface OutboundMessage {
  /** Milliseconds on the wire's clock. */
  atMs: number;
  kind: 'audio' | 'keep-alive' | 'close-stream' | 'other';
  /** Loudness of audio, 0 to 1; 1 throughout where it is not linear16. */
  level: number;
}

/** Options of {@link watchWire}. */
export interface WireOptions {
  /** The transport underneath. @defaultValue the platform's own */
  transport?: Transport;
  /** The session's clock, if it has one of its own. @defaultValue the system's clock */
  clock?: Clock;
}

/** A watched connection to the network: its `transport` goes into the session's options, itself into the viewer's. */
export interface Wire {
  readonly transport: Transport;
  /** Time since the last frame; `undefined` where no connection is open, or CloseStream has been said. */
  readonly silenceMs: number | undefined;
  /** The longest such time so far. */
  readonly longestSilenceMs: number;
  /** Tells of every message until the answer is called. */
  listen(listener: (message: OutboundMessage) => void): () => void;
  /** Drops every connection at once, without a close frame, to see what becomes of it. */
  cut(): void;
}

/**
 * Watches what a session sends.
 *
 * @example
 * ```ts
 * const wire = watchWire();
 * const live = createLiveTranscription({ auth, listen, transport: wire.transport });
 * const viewer = mountViewer(document.body, live, { wire });
 * ```
 */
export function watchWire({ transport = platformTransport, clock = systemClock }: WireOptions = {}): Wire {
  const listeners = new Set<(message: OutboundMessage) => void>();
  const sockets = new Set<Socket>();
  /** When the last frame went out on the open connection. */
  let lastAtMs: number | undefined;
  let longestSilenceMs = 0;

  const silenceMs = () => (lastAtMs === undefined ? undefined : clock.now() - lastAtMs);
  const noteSilence = () => (longestSilenceMs = Math.max(longestSilenceMs, silenceMs() ?? 0));

  return {
    transport: (request, handlers) => {
      const isLinear16 = new URL(request.url).searchParams.get('encoding') === 'linear16';
      const socket = transport(request, {
        opened: (handshake) => {
          lastAtMs = clock.now();
          handlers.opened(handshake);
        },
        message: (text) => handlers.message(text),
        binary: (bytes) => handlers.binary(bytes),
        ended: (end) => {
          forget();
          handlers.ended(end);
        },
      });
      sockets.add(socket);
      const forget = () => {
        if (!sockets.delete(socket)) return;
        noteSilence();
        lastAtMs = undefined;
      };
      return {
        send: (message) => {
          socket.send(message);
          if (!sockets.has(socket)) return;
          noteSilence();
          const kind = kindOf(message);
          lastAtMs = kind === 'close-stream' ? undefined : clock.now();
          const level = typeof message === 'string' ? 0 : isLinear16 ? loudnessOf(message) : 1;
          for (const listener of listeners) listener({ atMs: clock.now(), kind, level });
        },
        get bufferedAmount() {
          return socket.bufferedAmount;
        },
        close: (code, reason) => {
          forget();
          socket.close(code, reason);
        },
        terminate: () => {
          forget();
          socket.terminate();
        },
      };
    },
    get silenceMs() {
      return silenceMs();
    },
    get longestSilenceMs() {
      return noteSilence();
    },
    listen: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    cut: () => {
      for (const socket of sockets) socket.terminate();
    },
  };
}

function kindOf(message: string | Uint8Array): OutboundMessage['kind'] {
  if (typeof message !== 'string') return 'audio';
  if (message.includes('"KeepAlive"')) return 'keep-alive';
  return message.includes('"CloseStream"') ? 'close-stream' : 'other';
}

/** Speech at a normal distance seldom has a root mean square above this. */
const LOUD = 0.16;

/** Root mean square, on a scale on which quiet speech can be seen. */
function loudnessOf(frame: Uint8Array): number {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const count = Math.floor(frame.byteLength / 2);
  let sum = 0;
  for (let i = 0; i < count; i += 1) sum += (view.getInt16(2 * i, true) / 32_768) ** 2;
  return Math.min(1, Math.sqrt(sum / Math.max(1, count)) / LOUD);
}
