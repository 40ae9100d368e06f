/**
 * The port to the network: the part of a WebSocket that the library needs. `node.ts` (over `ws`), `browser.ts` (over the
 * platform's `WebSocket`) and the virtual network of the tests implement it; one contract suite tests them all.
 */

import type { ConnectFailure } from '../platform-causes.ts';

/** The credentials of a client; the two schemes are not interchangeable. */
export interface Credentials {
  /** `token` for an API key, `bearer` for a temporary token (JWT). */
  scheme: 'token' | 'bearer';
  /** The secret itself. Never logged, never put in a URL. */
  value: string;
}

/** The request for one connection. */
export interface OpenRequest {
  /** Complete address, query included; never holds a secret. */
  url: string;
  credentials: Credentials;
}

/** Headers of a response: names in lower case, without cookies. The client keeps those that begin with `dg-`. */
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
  /** The platform's text, such as `ECONNREFUSED`; never contains a secret. */
  cause?: string;
  /** The meaning of that text, if known. Without it the reason of a failed connection is unknown. */
  failure?: ConnectFailure;
}

/** Error bodies are shorter; a longer body is not passed on. */
export const MAX_BODY_CHARACTERS = 8 * 1024;

/** The functions that a transport calls: `opened` only after it returned its socket; `ended` exactly once, as the last. */
export interface SocketHandlers {
  opened(handshake: Handshake): void;
  /** A text message. */
  message(text: string): void;
  /** A binary message, which Deepgram does not send. */
  binary(bytes: number): void;
  ended(end: SocketEnd): void;
}

/** A WebSocket that is open or opening. */
export interface Socket {
  /**
   * Queues one message. Bytes are consumed before the call returns: the caller may reuse the buffer.
   * Does nothing on a socket that is not open.
   */
  send(message: string | Uint8Array): void;
  /** Bytes queued and not yet handed to the network. */
  readonly bufferedAmount: number;
  /** Sends a ping, if the platform can: for APIs without a KeepAlive message. */
  readonly ping?: (() => void) | undefined;
  /** Starts the closing handshake, and waits for the other side for a short time only. */
  close(code: number, reason: string): void;
  /** Drops the connection at once, for example when it has stalled. */
  terminate(): void;
}

/** Opens sockets. */
export type Transport = (request: OpenRequest, handlers: SocketHandlers) => Socket;
