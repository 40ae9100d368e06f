/**
 * Every kind of end of a connection: close codes with their reason texts, handshake statuses, and our own ends. The table is the
 * input of `connection/recovery-policy.ts`, which decides when and how to retry.
 */

/** A named end. */
export type EndKind = keyof typeof RETRIES;

/**
 * Whether to retry: `never`, `reauthorise` (once, with a new token), `with-audio` (only while there is audio to send: the server
 * ended an idle connection), `gently` (with longer delays), or `soon`.
 */
export type Retry = 'never' | 'reauthorise' | 'with-audio' | 'gently' | 'soon';

/** The remedy for audio that differs from the parameters. */
export const DECLARE_FORMAT =
  'Declare raw audio by its true encoding and sample_rate; for a container (WAV, Ogg, WebM) give neither, and send its header first.';

/** One row for each end. Sources: developers.deepgram.com on errors, close codes and recovery; RFC 6455. */
const RETRIES = {
  /** 1000, unasked. */
  normal: 'with-audio',
  /** 1005. */
  'no-status': 'soon',
  /** 1006: no close frame; in a browser also a refused handshake. */
  'network-lost': 'soon',
  /** 1011 `keepalive ping timeout`: from a proxy or a library between, not from Deepgram. */
  'ping-timeout': 'soon',
  /** 1001. */
  'going-away': 'soon',
  /** 1012. */
  'service-restart': 'soon',
  /** 1013. */
  'try-again-later': 'gently',
  /** 4000–4999. */
  'application-close': 'soon',
  /** 1011 NET-0000: Deepgram sent no result for about 30 s, often because it could not decode the audio. */
  'server-silent': 'with-audio',
  /** 1011 NET-0001: neither audio nor a text message within the timeout window. */
  'client-silent': 'with-audio',
  /** 1011 NET-0002: no audio for too long, with or without KeepAlive. */
  'no-audio': 'with-audio',
  /** Any other 1011. */
  'server-error': 'soon',
  /** 1008 (or 1002) DATA-0000: the same bytes would fail again. */
  'undecodable-audio': 'never',
  /** 1002, 1003, 1007, 1008, 1009, 1010. */
  'protocol-refused': 'never',
  /** HTTP 400. */
  'bad-request': 'never',
  /** HTTP 401. */
  unauthorized: 'reauthorise',
  /** HTTP 402. */
  'payment-required': 'never',
  /** HTTP 403. */
  forbidden: 'never',
  /** HTTP 404. */
  'not-found': 'never',
  /** Any other status below 500, and addresses that the platform refuses. */
  refused: 'never',
  /** HTTP 429: too many connections are open in this project. */
  'rate-limited': 'gently',
  /** HTTP 408 and 5xx. */
  'server-unavailable': 'soon',
  /** No handshake within `connectTimeoutMs`. */
  'connect-timeout': 'soon',
  /** The handshake was done, but the server did not report that it is ready: perhaps because of a parameter. */
  'not-ready': 'gently',
  /** Audio went out and nothing came back. */
  stalled: 'soon',
  /** The certificate is self-signed or expired, has another name, or was replaced by a proxy. A retry does not help. */
  'certificate-refused': 'never',
  /** `wss://` to a port without TLS. */
  'no-tls': 'never',
  /** Nothing listens on this port. */
  'connection-refused': 'soon',
  /** The host name has no address. */
  'host-not-found': 'soon',
  'credentials-failed': 'soon',
  'credentials-timeout': 'soon',
} as const satisfies Record<string, Retry>;

/** How a connection ended, in words and numbers; safe to log. */
export interface ConnectionEnd {
  kind: EndKind;
  /** WebSocket close code; 1006 where there was no close frame. None for a handshake with a status, and for ends of our own. */
  code?: number;
  /** Deepgram's own explanation: the close frame's text, the `dg-error` header or the text of the error body. */
  serverMessage?: string;
  /** HTTP status of a refused handshake, where the platform shows it. */
  status?: number;
  /** Deepgram's id of the request, for their support. */
  requestId?: string;
  /**
   * The handshake was refused, and not by Deepgram, whose refusals have a `dg-` header or an error body of a known form, but by a
   * proxy or a login page. Set for a refused certificate, too: a proxy may have replaced it.
   */
  isForeign?: true;
  /** The platform's text, such as `ECONNREFUSED`. */
  cause?: string;
}

/** All kinds. */
export const END_KINDS = /* @__PURE__ */ Object.keys(RETRIES) as EndKind[];

/** Whether to retry after such an end. */
export function retryAfter(kind: EndKind): Retry {
  return RETRIES[kind];
}
