/**
 * The machine's only actor: asks for credentials, opens one socket, and tells the machine what becomes of it. The data
 * plane is handed the socket directly; nothing of it passes through the machine. Its cleanup is the only place where
 * a socket is let go, so that none outlives its state.
 */
import { type AnyActor, fromCallback } from 'xstate';
import type { Clock } from '../clock.ts';
import { TranscriptionError } from '../errors.ts';
import { Patience } from '../patience.ts';
import { MAX_CONNECT_TIMEOUT_MS } from '../protocol/limits.ts';
import { classifyEnd, type ConnectionEnd, type EndKind } from '../protocol/close-reasons.ts';
import type { Credentials, Socket, SocketHandlers, Transport } from '../transports/transport.ts';
import { connectionMachine } from './connection-machine.ts';
import type { ConnectionEvent } from './events.ts';

/** The data plane, as the actor sees it. */
export interface Line {
  /** A fresh connection: send what is due on it. */
  attach(socket: Socket): void;
  receive(text: string): void;
  receiveBinary(bytes: number): void;
  /** The connection is over, by `end` or because we leave it: touch the socket no more. */
  detach(end?: ConnectionEnd): void;
  /** Says farewell on a socket that is given up by us; `false` if it is condemned and nothing more can be said. */
  takeLeave(): boolean;
  hasPendingAudio(): boolean;
  /** Audio was flowing when the connection ended. */
  wasFlowing(): boolean;
}

/** What a session lends to its machine; kept outside context and input, where the inspector would show it. */
export interface ConnectionPorts {
  clock: Clock;
  transport: Transport;
  line: Line;
  url: string;
  /** Asked afresh for each attempt. */
  credentials(signal: AbortSignal): Promise<Credentials>;
  /** Is told why they failed: the machine hears only that they did, since the error is not ours and may hold a secret. */
  credentialsFailed(error: unknown): void;
  credentialsTimeoutMs: number;
  /** What the first handshake may take; what later ones may, the handshakes before them show. */
  connectTimeoutMs: number;
}

interface LentPorts extends ConnectionPorts {
  handshakePatience: Patience;
}

type ActorSystem = AnyActor['system'];

const portsOf = new WeakMap<ActorSystem, LentPorts>();

/**
 * Gives an actor of {@link connectedMachine} its ports; to be called before it is started. A map from the actor system,
 * because providing implementations for each session would copy the whole machine for each.
 */
export function lendPorts(system: ActorSystem, ports: ConnectionPorts): void {
  const handshakePatience = new Patience(ports.connectTimeoutMs, MAX_CONNECT_TIMEOUT_MS);
  portsOf.set(system, { ...ports, handshakePatience });
}

/** The connection machine with its real socket. */
export const connectedMachine = connectionMachine.provide({
  actors: {
    socket: fromCallback<ConnectionEvent>(({ sendBack, system }) => {
      const ports = portsOf.get(system);
      if (!ports) throw new Error('No ports were lent to this connection machine.');
      return holdSocket(ports, sendBack);
    }),
  },
});

/** Runs one attempt, and the connection that comes of it; the answer lets go of both. */
function holdSocket(ports: LentPorts, tell: (event: ConnectionEvent) => void): () => void {
  const { clock, line } = ports;
  /** While credentials are asked for: thousands of sessions need not keep it. */
  let cancelled: AbortController | undefined = new AbortController();
  let socket: Socket | undefined;
  let isOpen = false;
  let isOver = false;
  let timer: unknown;

  const wasLetGo = () => isOver;

  const end = (connectionEnd: ConnectionEnd): void => {
    if (isOver) return;
    isOver = true;
    clock.clearTimeout(timer);
    if (isOpen) line.detach(connectionEnd);
    tell({
      type: 'socket.ended',
      end: connectionEnd,
      at: clock.now(),
      pendingAudio: line.hasPendingAudio(),
      flowingAudio: line.wasFlowing(),
    });
  };

  const expectWithin = (delayMs: number, kind: EndKind): void => {
    clock.clearTimeout(timer);
    timer = clock.setTimeout(() => {
      if (kind === 'connect-timeout') ports.handshakePatience.unanswered();
      end({ kind });
      cancelled?.abort();
      socket?.terminate();
    }, delayMs);
  };

  const open = (credentials: Credentials): void => {
    const beganAt = clock.now();
    expectWithin(ports.handshakePatience.ms, 'connect-timeout');
    const handlers: SocketHandlers = {
      opened: () => {
        if (isOver || isOpen || !socket) return;
        clock.clearTimeout(timer);
        isOpen = true;
        ports.handshakePatience.answered(clock.now() - beganAt);
        line.attach(socket);
        tell({ type: 'socket.opened', pendingAudio: line.hasPendingAudio() });
        // Somebody who was told of the connection has ended the session meanwhile.
        if (wasLetGo()) line.detach();
      },
      message: (text) => {
        if (isOpen && !isOver) line.receive(text);
      },
      binary: (bytes) => {
        if (isOpen && !isOver) line.receiveBinary(bytes);
      },
      ended: (socketEnd) => {
        end(classifyEnd(socketEnd));
      },
    };
    try {
      socket = ports.transport({ url: ports.url, credentials }, handlers);
    } catch {
      // Not what it says: in a browser, whose sub-protocols the credentials are, that may be the secret.
      end({ kind: 'refused', cause: 'The platform could not make a socket for this address.' });
    }
  };

  expectWithin(ports.credentialsTimeoutMs, 'credentials-timeout');
  ports.credentials(cancelled.signal).then(
    (credentials) => {
      cancelled = undefined;
      if (!isOver) open(credentials);
    },
    (error: unknown) => {
      if (isOver) return;
      ports.credentialsFailed(error);
      // Only words of our own: those of the app may hold a secret.
      end({
        kind: 'credentials-failed',
        ...(error instanceof TranscriptionError ? { cause: error.message } : {}),
      });
    },
  );

  return () => {
    cancelled?.abort();
    clock.clearTimeout(timer);
    if (isOver) return;
    isOver = true;
    const mayHangUp = isOpen && line.takeLeave();
    if (isOpen) line.detach();
    if (mayHangUp) socket?.close(1000, '');
    else socket?.terminate();
  };
}
