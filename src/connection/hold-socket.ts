/**
 * One attempt and its connection: gets credentials, opens one socket, makes its link, and reports their events to the machine. Messages
 * go from the socket to the link, not through the machine. Only `letGo` closes a socket, so no socket outlives its state.
 */
import type { AdaptiveTimeout } from '../adaptive-timeout.ts';
import type { Clock } from '../clock.ts';
import { TranscriptionError } from '../errors.ts';
import type { ConnectionEnd, EndKind } from '../protocol/connection-end.ts';
import type { Protocol, ServerError } from '../protocol/protocol.ts';
import { runningTimeOf } from '../running-time.ts';
import type {
  Credentials,
  Handshake,
  Socket,
  SocketEnd,
  SocketHandlers,
  Transport,
} from '../transports/transport.ts';
import { type AttemptPace, attemptPaceOf, type WaitingAttempt } from './attempt-pace.ts';
import type { EventReceiver } from './events.ts';
import type { HeldSocket } from './hold-later.ts';
import type { ConnectionLimit, Place } from './place.ts';

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

const NO_HANDSHAKE: Handshake = {};

const nothing = () => undefined;

/** Begins one attempt. */
export function holdSocket(ports: ConnectionPorts, machine: EventReceiver): HeldSocket {
  const attempt = new Attempt(ports, machine);
  attempt.ask();
  return attempt;
}

/** One object, and no closures, which thousands of idle sessions would keep. */
class Attempt implements WaitingAttempt, SocketHandlers, HeldSocket {
  readonly #ports: ConnectionPorts;
  readonly #machine: EventReceiver;
  /** Exists only while credentials are requested, to save memory in thousands of sessions. */
  #cancelled: AbortController | undefined;
  #place: Place | undefined;
  #socket: Socket | undefined;
  #link: OpenLink | undefined;
  #handshake: Handshake = NO_HANDSHAKE;
  #beganAt = 0;
  #hasBegun = false;
  #isOver = false;
  #stopTimer: () => void = nothing;

  constructor(ports: ConnectionPorts, machine: EventReceiver) {
    this.#ports = ports;
    this.#machine = machine;
  }

  ask(): void {
    const { clock, connectionLimit } = this.#ports;
    if (!connectionLimit) {
      this.#pace.ask(this);
      return;
    }
    let waitsSince: number | undefined;
    this.#place = connectionLimit.request({
      clock,
      awaited: (number) => {
        waitsSince ??= clock.now();
        this.#machine.send({ type: 'place.awaited', place: number });
      },
      granted: () => {
        if (waitsSince !== undefined)
          this.#machine.send({ type: 'place.granted', waitedMs: clock.now() - waitsSince });
        this.#pace.ask(this);
      },
    });
  }

  hasAudio(): boolean {
    return this.#ports.hasPendingAudio();
  }

  begin(): void {
    if (this.#isOver) return;
    const controller = new AbortController();
    this.#cancelled = controller;
    this.#expectWithin(this.#ports.credentialsTimeoutMs, 'credentials-timeout');
    this.#ports.credentials(controller.signal).then(
      (credentials) => {
        this.#cancelled = undefined;
        if (!this.#isOver) this.#open(credentials);
      },
      (error: unknown) => {
        if (this.#isOver) return;
        this.#ports.credentialsFailed(error);
        // Only our own text: an error of the app may contain a secret.
        this.#end({
          kind: 'credentials-failed',
          ...(error instanceof TranscriptionError ? { cause: error.message } : {}),
        });
      },
    );
  }

  opened(handshake: Handshake): void {
    if (this.#isOver || this.#hasBegun || !this.#socket) return;
    const { clock, handshakeTimeout, protocol } = this.#ports;
    this.#handshake = handshake;
    this.#pace.succeeded();
    handshakeTimeout.answered(clock.now() - this.#beganAt);
    if (protocol.readyMs === undefined) this.#beginLink();
    else this.#expectWithin(protocol.readyMs, 'not-ready');
  }

  message(text: string): void {
    if (!this.#hasBegun && this.#ports.protocol.readyMs !== undefined) this.#beginLink();
    if (!this.#isOver) this.#link?.receive(text);
  }

  binary(bytes: number): void {
    if (!this.#isOver) this.#link?.receiveBinary(bytes);
  }

  ended(socketEnd: SocketEnd): void {
    const { protocol } = this.#ports;
    this.#end(protocol.classifyEnd({ ...this.#handshake, ...socketEnd }, this.#link?.serverError));
    this.#place?.release(false);
  }

  letGo(): void {
    this.#cancelled?.abort();
    this.#pace.withdraw(this);
    this.#stopTimer();
    if (this.#isOver) return;
    this.#isOver = true;
    const mayHangUp = this.#link && !this.#link.isStalled;
    if (mayHangUp) this.#link?.endStream();
    this.#link?.end();
    // Keep the place: the server counts a connection until it is closed.
    if (mayHangUp) return this.#socket?.close(1000, '');
    this.#socket?.terminate();
    this.#place?.release(false);
  }

  get #pace(): AttemptPace {
    return attemptPaceOf(this.#ports.clock, this.#ports.attemptsPerSecond);
  }

  #open(credentials: Credentials): void {
    const ports = this.#ports;
    this.#beganAt = ports.clock.now();
    this.#expectWithin(ports.handshakeTimeout.ms, 'connect-timeout');
    try {
      this.#socket = ports.transport({ url: ports.address(), credentials }, this);
    } catch {
      // Without the error's text: in a browser the credentials are sub-protocols, so it may contain the secret.
      this.#end({ kind: 'refused', cause: 'The platform could not make a socket for this address.' });
    }
  }

  #beginLink(): void {
    if (this.#isOver || this.#hasBegun || !this.#socket) return;
    // A transport may answer while the link sends its first audio.
    this.#hasBegun = true;
    this.#stopTimer();
    this.#stopTimer = nothing;
    const link = this.#ports.openLink(this.#socket, this.#handshake);
    this.#link = link;
    // A subscriber of the status may have ended the session.
    if (this.#wasLetGo()) link.end();
    else
      this.#machine.send({
        type: 'socket.opened',
        link: link.number,
        pendingAudio: this.#ports.hasPendingAudio(),
      });
  }

  #wasLetGo(): boolean {
    return this.#isOver;
  }

  #end(end: ConnectionEnd): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#stopTimer();
    const { clock } = this.#ports;
    const link = this.#link;
    const flowingAudio = link?.isFlowing === true;
    if (link) link.end(end);
    else this.#pace.failed();
    this.#place?.release(end.kind === 'rate-limited');
    this.#machine.send({
      type: 'socket.ended',
      link: link?.number,
      end,
      at: clock.now(),
      pendingAudio: this.#ports.hasPendingAudio(),
      flowingAudio,
    });
  }

  #expectWithin(delayMs: number, kind: EndKind): void {
    const { clock, handshakeTimeout } = this.#ports;
    this.#stopTimer();
    this.#stopTimer = runningTimeOf(clock).deadline(delayMs, () => {
      if (kind === 'connect-timeout') handshakeTimeout.timedOut();
      this.#end({ kind });
      this.#cancelled?.abort();
      this.#socket?.terminate();
    });
  }
}
