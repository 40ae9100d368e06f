/**
 * A transport that wraps the platform's and reports every frame. It measures the time since the last frame, which Deepgram's 10 s
 * window is about. It changes no data and keeps no audio. A flight recorder underneath keeps the messages, and no credentials.
 */
import { type Clock, systemClock } from '../../clock.ts';
import { platformTransport, type Socket, type Transport } from '../../index.ts';
import { type FlightRecorder, recordFlight } from '../../diagnosis/index.ts';
import { tapped } from '../../transports/tap.ts';

/** One sent message. */
export interface OutboundMessage {
  /** Milliseconds on the wire's clock. */
  atMs: number;
  kind: 'audio' | 'keep-alive' | 'close-stream' | 'other';
  /** Loudness of audio, 0 to 1; always 1 if it is not linear16. */
  level: number;
}

/** Options of {@link watchWire}. */
export interface WireOptions {
  /** The transport underneath. @defaultValue the platform's own */
  transport?: Transport;
  /** The session's clock, if it has one of its own. @defaultValue the system's clock */
  clock?: Clock;
}

/** A watched transport: pass `transport` to the session's options, and this object to the viewer's. */
export interface Wire {
  readonly transport: Transport;
  /** Time since the last frame; `undefined` without an open connection or after CloseStream. */
  readonly silenceMs: number | undefined;
  /** The longest time so far. */
  readonly longestSilenceMs: number;
  /** Reports every message, until the returned function is called. */
  listen(listener: (message: OutboundMessage) => void): () => void;
  /** Drops every connection at once, without a close frame, to test recovery. */
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
  /** Time of the last frame on the open connection. */
  let lastAtMs: number | undefined;
  let longestSilenceMs = 0;

  // Of the options a recorder reads these two.
  const recorder = recordFlight({ auth: { apiKey: '' }, transport, clock });
  const recorded = recorder.options.transport as Transport;
  const silenceMs = () => (lastAtMs === undefined ? undefined : clock.now() - lastAtMs);
  const noteSilence = () => (longestSilenceMs = Math.max(longestSilenceMs, silenceMs() ?? 0));

  const wire: Wire = {
    transport: (request, handlers) => {
      const isLinear16 = new URL(request.url).searchParams.get('encoding') === 'linear16';
      const watched = tapped(recorded, () => ({
        opened: () => {
          lastAtMs = clock.now();
        },
        sent: (message) => {
          if (!sockets.has(socket)) return;
          noteSilence();
          const kind = kindOf(message);
          lastAtMs = kind === 'close-stream' ? undefined : clock.now();
          const level = typeof message === 'string' ? 0 : isLinear16 ? loudnessOf(message) : 1;
          for (const listener of listeners) listener({ atMs: clock.now(), kind, level });
        },
        released: () => forget(),
        ended: () => forget(),
      }));
      const forget = () => {
        if (!sockets.delete(socket)) return;
        noteSilence();
        lastAtMs = undefined;
      };
      const socket = watched(request, handlers);
      sockets.add(socket);
      return socket;
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
  recorders.set(wire, recorder);
  return wire;
}

const recorders = new WeakMap<Wire, FlightRecorder>();

/** What the wire has recorded so far. */
export function recorderOf(wire: Wire): FlightRecorder | undefined {
  return recorders.get(wire);
}

function kindOf(message: string | Uint8Array): OutboundMessage['kind'] {
  if (typeof message !== 'string') return 'audio';
  if (message.includes('"KeepAlive"')) return 'keep-alive';
  return message.includes('"CloseStream"') ? 'close-stream' : 'other';
}

/** Speech at a normal distance seldom has a higher root mean square. */
const LOUD = 0.16;

/** Root mean square, scaled so that quiet speech is visible. */
function loudnessOf(frame: Uint8Array): number {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const count = Math.floor(frame.byteLength / 2);
  let sum = 0;
  for (let i = 0; i < count; i += 1) sum += (view.getInt16(2 * i, true) / 32_768) ** 2;
  return Math.min(1, Math.sqrt(sum / Math.max(1, count)) / LOUD);
}
