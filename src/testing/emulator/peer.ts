/**
 * A client on a real WebSocket. Passes its messages to its connection, and the connection's messages to it. From a client that
 * does not read, nothing more is read until it is cut: its messages would accumulate here.
 */
import { createHash } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import type { Clock } from '../../clock.ts';
import { breakOff } from './break-off.ts';
import type { Connection, ConnectionWire } from './connection.ts';
import type { Digest } from './digest.ts';

/** Bytes that may wait for a client to read them. */
const MAX_UNREAD_BYTES = 1024 * 1024;
/** How long a client may leave them unread. */
const UNREAD_TIMEOUT_MS = 30_000;
const NO_STATUS = 1005;
/** These codes mean that there was no close frame. */
const UNSENDABLE = new Set([1006, 1015]);

export class Peer {
  readonly #webSocket: WebSocket;
  readonly #socket: Duplex;
  readonly #clock: Clock;
  #connection: Connection | undefined;
  #isCongested = false;
  #congestionTimer: unknown;
  #isSilent = false;

  constructor(webSocket: WebSocket, socket: Duplex, clock: Clock) {
    this.#webSocket = webSocket;
    this.#socket = socket;
    this.#clock = clock;
  }

  /** The way from the connection to the client. */
  readonly wire: ConnectionWire = {
    text: (json) => {
      this.#webSocket.send(json);
      this.#watchCongestion();
    },
    binary: (bytes) => this.#webSocket.send(bytes),
    close: (code, reason) => {
      if (UNSENDABLE.has(code)) this.#reset();
      else if (code === NO_STATUS) this.#webSocket.close();
      else this.#webSocket.close(code, reason);
    },
    cut: () => this.#reset(),
    halfOpen: () => {
      this.#isSilent = true;
      this.#webSocket.pause();
    },
    pause: () => this.#webSocket.pause(),
    resume: () => {
      if (!this.#isSilent) this.#webSocket.resume();
    },
  };

  /** Begins to listen. */
  attend(connection: Connection): void {
    this.#connection = connection;
    const webSocket = this.#webSocket;
    webSocket.on('message', (data, isBinary) => {
      if (isBinary) connection.receiveBinary(bytesOf(data));
      else connection.receiveText(bytesOf(data).toString());
      this.#watchCongestion();
    });
    webSocket.on('ping', () => {
      connection.receivePing();
      this.#watchCongestion();
    });
    webSocket.on('close', (code, reason) => {
      this.#clock.clearTimeout(this.#congestionTimer);
      connection.peerGone(code, reason.toString());
    });
    // Ignored: a close always follows.
    webSocket.on('error', () => undefined);
    this.#socket.on('drain', () => this.#watchCongestion());
  }

  #watchCongestion(): void {
    const isCongested = this.#webSocket.bufferedAmount > MAX_UNREAD_BYTES;
    if (isCongested === this.#isCongested) return;
    this.#isCongested = isCongested;
    this.#connection?.congested(isCongested);
    this.#clock.clearTimeout(this.#congestionTimer);
    if (isCongested) this.#congestionTimer = this.#clock.setTimeout(() => this.#giveUp(), UNREAD_TIMEOUT_MS);
  }

  #giveUp(): void {
    this.#connection?.cut();
    // It may have ended already, with unread messages.
    this.#reset();
  }

  #reset(): void {
    breakOff(this.#socket);
  }
}

/** The true digest, as Metadata tells it. */
export function sha256(): Digest {
  const hash = createHash('sha256');
  return { update: (bytes) => hash.update(bytes), hex: () => hash.digest('hex') };
}

function bytesOf(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? Buffer.from(data) : data;
}
