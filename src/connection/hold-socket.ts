/**
 * One attempt and its connection: gets credentials, opens one socket, makes its link, and reports their events to the machine. Messages
 * go from the socket to the link, not through the machine. Only this cleanup closes a socket, so no socket outlives its state.
 */
import type { AdaptiveTimeout } from '../adaptive-timeout.ts';
import type { Clock } from '../clock.ts';
import { TranscriptionError } from '../errors.ts';
import type { ConnectionEnd, EndKind } from '../protocol/connection-end.ts';
import type { Protocol, ServerError } from '../protocol/protocol.ts';
import { runningTimeOf } from '../running-time.ts';
import type { Credentials, Handshake, Socket, SocketHandlers, Transport } from '../transports/transport.ts';
import { attemptPaceOf, type WaitingAttempt } from './attempt-pace.ts';
import type { ConnectionEvent } from './events.ts';
import type { ConnectionLimit } from './place.ts';

/** The part of a link that an attempt needs. */
interface OpenLink {
  readonly number: number;
  /** Whether audio flowed when the connection ended. */
  readonly isFlowing: boolean;
  readonly isStalled: boolean;
  /** The server's reason for closing the connection. */
  readonly serverError: ServerError | undefined;
  receive(text: string): void;
  receiveBinary(bytes: number): void;
  /** Sends the message that ends the stream. */
  endStream(): void;
  /** The connection is over, ended by the server or by us: the link writes nothing more. */
  end(end?: ConnectionEnd): void;
}

/** The ports that a session gives to its attempts. */
export interface ConnectionPorts {
  readonly clock: Clock;
  readonly transport: Transport;
  readonly protocol: Pick<Protocol, 'classifyEnd' | 'readyMs'>;
  /** Shared with other sessions; `undefined`: every attempt begins at once. */
  readonly connectionLimit: ConnectionLimit | undefined;
  /** Of the handshake; it adapts to earlier handshakes. */
  readonly handshakeTimeout: AdaptiveTimeout;
  readonly credentialsTimeoutMs: number;
  /** Shared by all sessions with this clock and rate. */
  readonly attemptsPerSecond: number;
  /** Asked afresh for each attempt. */
  address(): string;
  /** Makes and starts the link of an open socket. */
  openLink(socket: Socket, handshake: Handshake): OpenLink;
  hasPendingAudio(): boolean;
  /** Asked afresh for each attempt. */
  credentials(signal: AbortSignal): Promise<Credentials>;
  /** Receives the error. The machine gets only the fact: an error of the app may contain a secret. */
  credentialsFailed(error: unknown): void;
}

const nothing = () => undefined;

/** Runs one attempt and its connection; returns the cleanup of both. */
export function holdSocket(ports: ConnectionPorts, send: (event: ConnectionEvent) => void): () => void {
  const { clock, handshakeTimeout } = ports;
  /** Exists only while credentials are requested, to save memory in thousands of sessions. */
  let cancelled: AbortController | undefined;
  let socket: Socket | undefined;
  let link: OpenLink | undefined;
  let isOver = false;
  let stopTimer: () => void = nothing;

  const wasLetGo = () => isOver;

  const end = (connectionEnd: ConnectionEnd): void => {
    if (isOver) return;
    isOver = true;
    stopTimer();
    const flowingAudio = link?.isFlowing === true;
    link?.end(connectionEnd);
    place?.release(connectionEnd.kind === 'rate-limited');
    send({
      type: 'socket.ended',
      link: link?.number,
      end: connectionEnd,
      at: clock.now(),
      pendingAudio: ports.hasPendingAudio(),
      flowingAudio,
    });
  };

  const expectWithin = (delayMs: number, kind: EndKind): void => {
    stopTimer();
    stopTimer = runningTimeOf(clock).deadline(delayMs, () => {
      if (kind === 'connect-timeout') handshakeTimeout.timedOut();
      end({ kind });
      cancelled?.abort();
      socket?.terminate();
    });
  };

  const open = (credentials: Credentials): void => {
    const beganAt = clock.now();
    expectWithin(handshakeTimeout.ms, 'connect-timeout');
    const { readyMs } = ports.protocol;
    let handshake: Handshake = {};
    const beginLink = () => {
      if (isOver || link || !socket) return;
      stopTimer();
      stopTimer = nothing;
      link = ports.openLink(socket, handshake);
      send({ type: 'socket.opened', link: link.number, pendingAudio: ports.hasPendingAudio() });
      // A subscriber of the status may have ended the session.
      if (wasLetGo()) link.end();
    };
    const handlers: SocketHandlers = {
      opened: (shown) => {
        if (isOver || link || !socket) return;
        handshake = shown;
        handshakeTimeout.answered(clock.now() - beganAt);
        if (readyMs === undefined) beginLink();
        else expectWithin(readyMs, 'not-ready');
      },
      message: (text) => {
        if (!isOver && readyMs !== undefined) beginLink();
        if (!isOver) link?.receive(text);
      },
      binary: (bytes) => {
        if (!isOver) link?.receiveBinary(bytes);
      },
      ended: (socketEnd) => {
        end(ports.protocol.classifyEnd({ ...handshake, ...socketEnd }, link?.serverError));
        place?.release(false);
      },
    };
    try {
      socket = ports.transport({ url: ports.address(), credentials }, handlers);
    } catch {
      // Without the error's text: in a browser the credentials are sub-protocols, so it may contain the secret.
      end({ kind: 'refused', cause: 'The platform could not make a socket for this address.' });
    }
  };

  const authorise = (): void => {
    if (isOver) return;
    const controller = new AbortController();
    cancelled = controller;
    expectWithin(ports.credentialsTimeoutMs, 'credentials-timeout');
    ports.credentials(controller.signal).then(
      (credentials) => {
        cancelled = undefined;
        if (!isOver) open(credentials);
      },
      (error: unknown) => {
        if (isOver) return;
        ports.credentialsFailed(error);
        // Only our own text: an error of the app may contain a secret.
        end({
          kind: 'credentials-failed',
          ...(error instanceof TranscriptionError ? { cause: error.message } : {}),
        });
      },
    );
  };
  const pace = attemptPaceOf(clock, ports.attemptsPerSecond);
  const attempt: WaitingAttempt = {
    hasAudio: () => ports.hasPendingAudio(),
    begin: authorise,
  };
  let waitsSince: number | undefined;
  const place = ports.connectionLimit?.request({
    clock,
    awaited: (number) => {
      waitsSince ??= clock.now();
      send({ type: 'place.awaited', place: number });
    },
    granted: () => {
      if (waitsSince !== undefined) send({ type: 'place.granted', waitedMs: clock.now() - waitsSince });
      pace.ask(attempt);
    },
  });
  if (!ports.connectionLimit) pace.ask(attempt);

  return () => {
    cancelled?.abort();
    pace.withdraw(attempt);
    stopTimer();
    if (isOver) return;
    isOver = true;
    const mayHangUp = link && !link.isStalled;
    if (mayHangUp) link?.endStream();
    link?.end();
    // Keep the place: the server counts a connection until it is closed.
    if (mayHangUp) return socket?.close(1000, '');
    socket?.terminate();
    place?.release(false);
  };
}
