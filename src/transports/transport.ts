/**
 * The port to the network: what the library needs of a WebSocket, and no more. `node.ts` (over `ws`),
 * `browser.ts` (over the platform's `WebSocket`) and the virtual network of the tests all satisfy it, and one
 * contract suite judges them all.
 */

import type { ConnectFailure } from '../platform-causes.ts';

/** How a client proves who it is; the two schemes are not interchangeable. */
export interface Credentials {
  /** `token` for an API key, `bearer` for a temporary token (JWT). */
  scheme: 'token' | 'bearer';
  /** The secret itself. Never logged, never put in a URL. */
  value: string;
}

/** One connection to be made. */
export interface OpenRequest {
  /** Complete address, query included; never holds a secret. */
  url: string;
  credentials: Credentials;
}

/** Headers of a response: names in lower case, without cookies. */
export type ResponseHeaders = Readonly<Record<string, string>>;

/** The response that opened a connection, where the platform shows it (a browser does not). */
export interface Handshake {
  headers?: ResponseHeaders;
}

/** How a socket ended: by a close frame, by the network (1006), or at the handshake with an HTTP status. */
export interface SocketEnd {
  /** WebSocket close code; 1006 where there was no close frame. */
  code: number;
  /** Text of the close frame; empty where there was none. */
  reason: string;
  /** HTTP status of a refused handshake, where the platform shows it. */
  status?: number;
  /** Headers of the response that refused it. */
  headers?: ResponseHeaders;
  /** Its body, if it is text, came whole, and has at most {@link MAX_BODY_CHARACTERS}. */
  body?: string;
  /** The platform's own words, such as `ECONNREFUSED`; never holds a secret. */
  cause?: string;
  /** What they mean, where they are known; without it a connection that did not come about is lost for a reason unknown. */
  failure?: ConnectFailure;
}

/** An error body is shorter; what is longer is not passed on. */
export const MAX_BODY_CHARACTERS = 8 * 1024;

/**
 * What a transport calls. `opened` not before it has returned its socket; `ended` exactly once, last, whatever happens.
 */
export interface SocketHandlers {
  opened(handshake: Handshake): void;
  /** A text message. */
  message(text: string): void;
  /** A binary message, which Deepgram does not send. */
  binary(bytes: number): void;
  ended(end: SocketEnd): void;
}

/** An open, or opening, WebSocket. */
export interface Socket {
  /**
   * Queues one message. Bytes are consumed before the call returns: the caller may reuse the buffer.
   * Does nothing on a socket that is not open.
   */
  send(message: string | Uint8Array): void;
  /** Bytes queued and not yet handed to the network. */
  readonly bufferedAmount: number;
  /** Sends a ping, where the platform can: for APIs that know no message to hold a connection by. */
  readonly ping?: (() => void) | undefined;
  /** Starts the closing handshake and does not wait for the other side for long. */
  close(code: number, reason: string): void;
  /** Drops the connection at once: for a link already condemned. */
  terminate(): void;
}

/** Opens sockets. */
export type Transport = (request: OpenRequest, handlers: SocketHandlers) => Socket;
