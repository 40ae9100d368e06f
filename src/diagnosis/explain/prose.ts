/**
 * The text for each failure. `protocol/connection-end.ts` decides whether it is retried; this file says why. It is only in apps that
 * call `explain()`.
 */
import { DECLARE_FORMAT, type EndKind } from '../../protocol/connection-end.ts';

/** Failures that are not ends of our connections: our own errors, and errors of other programs. */
export type OtherKind = keyof typeof OTHERS;

/** The text for one kind of failure. */
export interface Prose {
  /** The cause. */
  cause: string;
  /** Why another attempt makes sense or not. */
  why: string;
  /** The first step to take. */
  remedy: string;
}

/** Failures outside the table of ends carry their own `worthRetrying`. */
interface OtherProse extends Prose {
  worthRetrying: boolean;
}

const NOTHING_TO_DO = 'None if it is rare: reconnect, and replay unconfirmed audio. rx-deepgram does both.';

/** One row for each end. */
export const ENDS: Record<EndKind, Prose> = {
  normal: {
    cause:
      'The server closed normally (1000) without a CloseStream. An idle connection may end so, after Metadata with a duration of 0. Some libraries report this code when the network fails.',
    why: 'Retry only while there is audio to send: a new connection without audio would end the same way.',
    remedy:
      'Connect again with the next audio. Check that the source delivers audio, and that no chunk is empty: an empty binary message ends the stream.',
  },
  'no-status': {
    cause:
      'The connection was closed without a code (1005). A proxy may do so. Flux (/v2/listen) does so at the end, and after an unknown message such as KeepAlive.',
    why: 'Another attempt may succeed.',
    remedy: 'On /v2/listen send no KeepAlive and no Finalize. Otherwise reconnect.',
  },
  'network-lost': {
    cause:
      'The connection broke without a close frame (1006): the network, a proxy or the server failed. In a browser a refused handshake looks the same, since browsers hide its status.',
    why: 'Network failures are usually temporary.',
    remedy:
      'Reconnect with growing delays. If it always fails in the browser, run npx rx-deepgram doctor: Node shows the status of the handshake.',
  },
  'ping-timeout': {
    cause:
      'A WebSocket library or a proxy got no answer to its own ping and closed with 1011. Deepgram never sends "ping timeout".',
    why: 'The link was slow or the event loop blocked for a moment.',
    remedy:
      "Do not block the thread that reads the socket, and raise the library's ping timeout (Python: ping_timeout). KeepAlive does not help here.",
  },
  'going-away': {
    cause: 'The server shuts down or is replaced (1001).',
    why: 'Another server takes over.',
    remedy: NOTHING_TO_DO,
  },
  'service-restart': {
    cause: 'The server restarts (1012).',
    why: 'It is back in a moment.',
    remedy: NOTHING_TO_DO,
  },
  'try-again-later': {
    cause: 'The server is overloaded (1013).',
    why: 'It asks clients to wait: retry after a longer delay.',
    remedy: 'Reconnect after some seconds, with growing, jittered delays.',
  },
  'application-close': {
    cause:
      'A server or proxy closed with a code of its own (4000 to 4999), which Deepgram does not document for /v1/listen.',
    why: 'Another attempt may succeed.',
    remedy: 'Check the proxy, the gateway or your own server between.',
  },
  'server-silent': {
    cause:
      'Deepgram sent no response for about 30 s and closed (1011, NET-0000). It failed, or cannot decode the audio: most often raw audio with a missing or wrong encoding or sample_rate, or a container without its header.',
    why: 'Retry once or twice while audio flows. If no result ever came, the format is wrong, and no retry helps.',
    remedy: DECLARE_FORMAT,
  },
  'client-silent': {
    cause:
      'Deepgram received neither audio nor a text message within its window of 10 s (1011, NET-0001). The source paused and no KeepAlive was sent; or KeepAlive was a binary message, was late because of a blocked event loop, or came before any audio.',
    why: 'The service works: connect again with the next audio. Without KeepAlive the next pause ends the same way.',
    remedy:
      'Send {"type":"KeepAlive"} as a TEXT message after 3 to 5 s without audio; 10 s is too late. rx-deepgram does this.',
  },
  'no-audio': {
    cause: 'No audio came for too long, with KeepAlive or without (1011, NET-0002, no_audio_timeout).',
    why: 'An expected end of an idle connection: retry with the next audio, not before.',
    remedy: 'Connect again with the next audio.',
  },
  'server-error': {
    cause: 'An internal error of the server (1011), without one of its named reasons.',
    why: 'The client is rarely the cause.',
    remedy: 'Reconnect with growing delays. If it persists, contact Deepgram with the request id.',
  },
  'undecodable-audio': {
    cause:
      'Deepgram cannot decode the audio (1008, DATA-0000): the bytes do not match encoding, or the container has no header.',
    why: 'The same bytes would fail again.',
    remedy: DECLARE_FORMAT,
  },
  'protocol-refused': {
    cause:
      'The server rejected a message (1002, 1003, 1007, 1008, 1009 or 1010): it is malformed, too large, or not allowed.',
    why: 'The same messages would be refused again.',
    remedy:
      'Read the close reason. Send audio as binary messages of 20 to 250 ms, and control messages as text.',
  },
  'bad-request': {
    cause:
      'Deepgram rejected the request (HTTP 400): a parameter is misspelled, has an invalid value, or conflicts with another.',
    why: 'The same request would be refused again.',
    remedy:
      'Read dg-error, or err_msg in the body. Common: utterance_end_ms below 1000 or without interim_results, encoding without sample_rate, a Flux model on /v1/listen, an array that is not sent as a repeated parameter, diarize together with diarize_model.',
  },
  unauthorized: {
    cause:
      'Deepgram rejected the key or token (HTTP 401): it is wrong, deleted, expired, of another deployment, or sent under the wrong scheme.',
    why: 'Retry once with a new token. A temporary token lives for 30 s by default and is checked at each handshake, so a reconnect needs a new one. A fixed key stays invalid.',
    remedy:
      'Send an API key as "Authorization: Token …" and a temporary token (JWT) as "Authorization: Bearer …"; in a browser as sub-protocols ["bearer", token].',
  },
  'payment-required': {
    cause: 'The project has no credit left (HTTP 402).',
    why: 'Every attempt fails until credit is added.',
    remedy: 'Add credit in the Deepgram console.',
  },
  forbidden: {
    cause:
      'The key is valid but lacks permission (HTTP 403): its role or its project does not include this model or feature.',
    why: 'The same key would be refused again.',
    remedy:
      'Use a key whose role and models allow live transcription. A key that grants temporary tokens needs the role Member or higher.',
  },
  'not-found': {
    cause: 'This address does not exist (HTTP 404).',
    why: 'The same address would fail again.',
    remedy:
      'Check the host and the path: wss://api.deepgram.com/v1/listen for Nova, /v2/listen for Flux. As baseUrl give scheme and host only.',
  },
  refused: {
    cause:
      'The handshake was refused with an HTTP status that no retry changes, or the platform rejected the address.',
    why: 'The same request would be refused again.',
    remedy: 'Read the status and the address. A redirect or a login page means a proxy.',
  },
  'rate-limited': {
    cause:
      'Too many connections are open in this Deepgram project (HTTP 429). The limit counts connections per project, not per key, including half-closed ones.',
    why: 'The limit frees when another connection ends: retry after a longer delay.',
    remedy:
      'End sessions with CloseStream, close leaked sockets, give many sessions a connectionLimit, and ask Deepgram for a higher limit if needed.',
  },
  'server-unavailable': {
    cause: 'The server cannot take the request now (HTTP 408 or 5xx).',
    why: 'The state is temporary.',
    remedy: 'Reconnect with growing delays; see https://status.deepgram.com if it lasts.',
  },
  'connect-timeout': {
    cause:
      'The handshake timed out: a firewall, a captive portal, a proxy or a failing network drops packets.',
    why: 'Network failures are usually temporary.',
    remedy:
      'Check that outbound TCP port 443 and WebSocket upgrades are allowed: npx rx-deepgram doctor shows which step hangs.',
  },
  'not-ready': {
    cause: 'The server accepted the connection and did not say that it is ready within 10 s, as Flux does.',
    why: 'The server may be overloaded, or may not accept a parameter: retry after a longer delay.',
    remedy: 'Leave out the parameters that were added last, and try again.',
  },
  stalled: {
    cause:
      'Audio went out and nothing came back for 10 s (stallMs; twice as long without interim_results): the connection is half-open.',
    why: 'A new connection usually works.',
    remedy: NOTHING_TO_DO,
  },
  'credentials-failed': {
    cause: "The app's auth function threw, or returned no usable key or token.",
    why: 'It runs again before each attempt: a token endpoint may fail for a moment.',
    remedy: 'Read the cause of the notice: the error that the function threw.',
  },
  'credentials-timeout': {
    cause: "The app's auth function timed out.",
    why: 'A token endpoint may be slow for a moment.',
    remedy: 'Check the token endpoint, and raise credentialsTimeoutMs if it is always slow.',
  },
  'certificate-refused': {
    cause:
      'The certificate of the server is not trusted: it has expired, is self-signed, has another name, or a proxy replaced it.',
    why: 'The same certificate would be refused again.',
    remedy:
      'For a proxy or a self-hosted server set NODE_EXTRA_CA_CERTS to its authority. Check the clock of this machine. Do not switch verification off.',
  },
  'connection-refused': {
    cause: 'The host exists, but nothing listens on this port, or a firewall rejects it.',
    why: 'A restarting server looks like this. If it persists, the address is wrong.',
    remedy: 'Check host and port, and whether the self-hosted server or the emulator runs.',
  },
  'host-not-found': {
    cause:
      'The host name has no address: the machine is offline, DNS does not answer, or the name is misspelled.',
    why: 'It works again when the network is back, unless the name is misspelled.',
    remedy:
      'Check the network and the spelling of the host: api.deepgram.com, api.eu.deepgram.com, or your own.',
  },
  'no-tls': {
    cause: 'One side speaks TLS and the other does not: wss:// to a port that expects ws://, or the reverse.',
    why: 'The same address would fail again.',
    remedy:
      'Use wss:// for Deepgram, and ws:// for an emulator or a self-hosted server without a certificate.',
  },
};

/** Failures that are not ends of our connections. */
export const OTHERS = {
  'closed-by-caller': {
    worthRetrying: true,
    cause: 'The app closed the socket before its handshake was done.',
    why: 'The server did not fail.',
    remedy:
      'Find the early close(): an effect that runs twice (React StrictMode), or a connect timeout that is too short.',
  },
  'configure-refused': {
    worthRetrying: false,
    cause:
      'Deepgram rejected a message on an open connection, such as Configure: unknown fields, keyterms that the model does not support, or more than 500 tokens of them. The connection goes on.',
    why: 'The same message would be refused again.',
    remedy: 'Read the description in the message, and correct the message.',
  },
  'flux-idle': {
    worthRetrying: true,
    cause: 'Flux (/v2/listen) ended an idle connection (INACTIVE_CLIENT).',
    why: 'Retry with the next audio.',
    remedy: 'Hold a Flux connection with WebSocket pings or silence: it has no KeepAlive message.',
  },
  'invalid-audio': {
    worthRetrying: false,
    cause: 'The value is not audio, or in an unsupported form.',
    why: 'The same value would be refused again.',
    remedy: 'Pass bytes: an ArrayBuffer, a view into one, or a Blob.',
  },
  'invalid-option': {
    worthRetrying: false,
    cause: 'An option is missing, invalid, or contradicts another. Nothing was sent.',
    why: 'The same options would be refused again.',
    remedy: 'Correct the option: the message has its name, its value and a valid value.',
  },
  'retries-exhausted': {
    worthRetrying: true,
    cause: 'The outage outlasted giveUpAfterMs, and the session failed.',
    why: 'It depends on the reason of the last end: the network may be back.',
    remedy: 'Begin a new session, and raise giveUpAfterMs; its default is Infinity.',
  },
  'sent-too-late': {
    worthRetrying: true,
    cause:
      'The app called send() on a socket that was not open: the connection had ended, or was not open yet. This error is a consequence.',
    why: 'A new connection accepts audio again. Audio sent meanwhile is lost unless the client kept it.',
    remedy:
      'Look for the close event before this error: its code is the cause. Keep audio until a final result confirms it.',
  },
  'speak-timeout': {
    worthRetrying: true,
    cause:
      'This code (NET-0003, NET-0004) belongs to text to speech (/v1/speak, /v2/speak), not to live transcription.',
    why: 'Connect again with the next text.',
    remedy: 'See the documentation of text to speech, which has other idle rules.',
  },
  unrecognised: {
    worthRetrying: true,
    cause: 'This is no known failure.',
    why: 'It may be temporary: retry a few times, with growing delays and a limit.',
    remedy: 'Find the close code, the HTTP status or the error before it, and pass that to explain().',
  },
} as const satisfies Record<string, OtherProse>;
