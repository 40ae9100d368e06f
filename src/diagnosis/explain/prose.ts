/**
 * What is to be said about each failure. Whether it is tried again stands in `protocol/close-reasons.ts`; here stands why.
 * Loaded by nobody who does not call `explain()`: there is room for whole sentences.
 */
import type { EndKind } from '../../protocol/close-reasons.ts';

/** Failures that are no end of one of our connections: our own errors, and what other programs report. */
export type OtherKind = keyof typeof OTHERS;

/** What is said about one kind of failure. */
export interface Prose {
  /** What happened. */
  cause: string;
  /** Why another attempt makes sense, or does not. */
  why: string;
  /** The first thing to do. */
  remedy: string;
}

/** A failure that the table of ends does not know says for itself whether another attempt makes sense. */
interface OtherProse extends Prose {
  worthRetrying: boolean;
}

const DECLARE_FORMAT =
  'Declare raw audio by its true encoding and sample_rate. For a container (WAV, Ogg, WebM) leave both out, and send its header first on every connection.';
const NOTHING_TO_DO =
  'Nothing, if it is rare: reconnect, and replay what was not confirmed. rx-deepgram does both.';

/** One row for each end. */
export const ENDS: Record<EndKind, Prose> = {
  normal: {
    cause:
      'The server closed normally (1000), and nobody had asked for it. An idle connection may end so, after Metadata with a duration of 0. Some libraries make this code up when the network fails.',
    why: 'There is something to retry for only while there is audio to send; a new connection with nothing to say would end the same way.',
    remedy:
      'Connect again when the next audio comes. Check that audio really leaves the source, and that no chunk is empty: an empty binary message ends the stream.',
  },
  'no-status': {
    cause:
      'The connection was closed without a code (1005). A proxy may do so; Flux (/v2/listen) does so at the end, and when it is sent a message it does not know, such as KeepAlive.',
    why: 'It says nothing against another attempt.',
    remedy: 'On /v2/listen send no KeepAlive and no Finalize. Otherwise nothing: reconnect.',
  },
  'network-lost': {
    cause:
      'The connection broke without a close frame (1006): the network, a proxy, or a server that went away. In a browser a refused handshake looks the same, since browsers hide its status.',
    why: 'Networks come back, and nothing was said against this client.',
    remedy:
      'Reconnect with growing delays. If it fails in the browser from the start, open the same address from Node, which shows the status: npx rx-deepgram doctor.',
  },
  'ping-timeout': {
    cause:
      'A WebSocket library or a proxy got no answer to its own ping and closed with 1011. It only looks like a 1011 of Deepgram, which never says "ping timeout".',
    why: 'The link or a blocked event loop was slow for a moment; the server has nothing against another connection.',
    remedy:
      "Do not block the thread that reads the socket, and raise the library's ping timeout (Python: ping_timeout). Sending KeepAlive does not help against this one.",
  },
  'going-away': {
    cause: 'The server is going away (1001): it is being replaced or shut down.',
    why: 'Another server takes over.',
    remedy: NOTHING_TO_DO,
  },
  'service-restart': {
    cause: 'The server restarts (1012).',
    why: 'It will be back in a moment.',
    remedy: NOTHING_TO_DO,
  },
  'try-again-later': {
    cause: 'The server is overloaded (1013).',
    why: 'It asks to be left alone for a moment: wait longer than usual.',
    remedy: 'Reconnect after some seconds, with growing, jittered delays.',
  },
  'application-close': {
    cause:
      'A server or proxy closed with a code of its own (4000 to 4999), which Deepgram does not document for /v1/listen.',
    why: 'Nothing is known against it.',
    remedy: 'Look at what stands between: a proxy, a gateway, or a server of your own.',
  },
  'server-silent': {
    cause:
      'Deepgram had nothing to say for about 30 s and gave up (1011, NET-0000). It is in trouble, or cannot decode the audio: most often raw audio without encoding and sample_rate, a wrong one, or a container without its header.',
    why: 'Worth another attempt or two while audio flows. If no result ever came, the format is wrong, and no retry mends that.',
    remedy: DECLARE_FORMAT,
  },
  'client-silent': {
    cause:
      'Deepgram received neither audio nor a text message within its window of 10 s (1011, NET-0001). The source paused, and nobody sent KeepAlive; or KeepAlive was sent as a binary message, came too late because the event loop was blocked, or was sent before any audio.',
    why: 'The service is well: connect again when there is audio. Without a KeepAlive it will happen again at the next pause.',
    remedy:
      'Send {"type":"KeepAlive"} as a TEXT message after 3 to 5 s without audio; every 10 s is too late. rx-deepgram does it by itself.',
  },
  'no-audio': {
    cause: 'No audio came for too long, with KeepAlive or without (1011, NET-0002, no_audio_timeout).',
    why: 'An expected end of an idle connection: worth another when there is audio, and not before.',
    remedy: 'Let the connection rest, and connect again with the next audio.',
  },
  'server-error': {
    cause: 'An internal error at the server (1011), for none of the reasons it has names for.',
    why: 'It is seldom the fault of the client.',
    remedy: 'Reconnect with growing delays. If it stays, ask Deepgram, and give them the request id.',
  },
  'undecodable-audio': {
    cause:
      'Deepgram cannot decode the audio (1008, DATA-0000): the bytes are not what encoding says, or the container has no header.',
    why: 'The same bytes would fail again.',
    remedy: DECLARE_FORMAT,
  },
  'protocol-refused': {
    cause:
      'The server objects to what it was sent (1002, 1003, 1007, 1008, 1009 or 1010): a message that is malformed, too large, or not allowed.',
    why: 'The same messages would be refused again.',
    remedy:
      'Read the close reason. Send audio as binary messages of 20 to 250 ms, and control messages as text.',
  },
  'bad-request': {
    cause:
      'Deepgram does not understand the request (HTTP 400): a parameter is misspelled, has a value it cannot have, or does not go with another.',
    why: 'The same request would be refused again.',
    remedy:
      'Read dg-error, or err_msg in the body. Common: utterance_end_ms below 1000 or without interim_results, encoding without sample_rate, a Flux model on /v1/listen, an array that is not sent as a repeated parameter, diarize together with diarize_model.',
  },
  unauthorized: {
    cause:
      'The key or token was not accepted (HTTP 401): it is wrong, deleted, expired, of another deployment, or sent under the wrong scheme.',
    why: 'Once, with a fresh token. A temporary token lives for 30 s by default and is checked at each handshake, so a reconnect needs a new one. A fixed key will not become valid.',
    remedy:
      'Send an API key as "Authorization: Token …" and a temporary token (JWT) as "Authorization: Bearer …"; in a browser as sub-protocols ["bearer", token].',
  },
  'payment-required': {
    cause: 'The project has no credit left (HTTP 402).',
    why: 'Nothing changes before somebody pays.',
    remedy: 'Add credit in the Deepgram console.',
  },
  forbidden: {
    cause:
      'The key is valid, and may not do this (HTTP 403): its role or its project does not include this model or feature.',
    why: 'The same key would be refused again.',
    remedy:
      'Use a key whose role and models allow live transcription; one that grants temporary tokens needs the role Member or higher.',
  },
  'not-found': {
    cause: 'Nothing answers at this address (HTTP 404).',
    why: 'The address will not begin to exist.',
    remedy:
      'Check the host and the path: wss://api.deepgram.com/v1/listen for Nova, /v2/listen for Flux. As baseUrl give scheme and host only.',
  },
  refused: {
    cause:
      'The handshake was refused with an HTTP status that no retry changes, or the platform refused the address.',
    why: 'The same request would be refused again.',
    remedy: 'Read the status and the address. A redirect or a login page points to a proxy in between.',
  },
  'rate-limited': {
    cause:
      'Too many connections are open in this Deepgram project (HTTP 429). The limit counts connections per project, not per key, and half-closed ones too.',
    why: 'A place becomes free when another connection ends: wait longer than usual.',
    remedy:
      'End sessions with CloseStream instead of dropping them, look for leaked sockets, and ask Deepgram for a higher limit if you need one.',
  },
  'server-unavailable': {
    cause: 'The server cannot take the request now (HTTP 408 or 5xx).',
    why: 'It is a passing state.',
    remedy: 'Reconnect with growing delays; see https://status.deepgram.com if it lasts.',
  },
  'connect-timeout': {
    cause:
      'No handshake was completed in time: packets are swallowed on the way, by a firewall, a captive portal, a proxy, or a network that is half gone.',
    why: 'Networks come back.',
    remedy:
      'Check that outbound TCP port 443 and WebSocket upgrades are allowed: npx rx-deepgram doctor tells which step hangs.',
  },
  stalled: {
    cause:
      'Audio went out and nothing came back for 10 s (stallMs; twice as long without interim_results): the link is half-open, and nobody has told either side.',
    why: 'A new connection takes another way.',
    remedy: NOTHING_TO_DO,
  },
  'credentials-failed': {
    cause: "The app's own auth function threw, or gave no usable key or token.",
    why: 'It is asked again before each attempt, since a token endpoint may be down for a moment.',
    remedy: 'Look at the cause of the notice: it is the error that the function threw.',
  },
  'credentials-timeout': {
    cause: "The app's own auth function did not answer in time.",
    why: 'A token endpoint may be slow for a moment.',
    remedy: 'See whether the token endpoint is up, and raise credentialsTimeoutMs if it is always slow.',
  },
};

/** What is no end of a connection of ours. */
export const OTHERS = {
  'certificate-refused': {
    worthRetrying: false,
    cause:
      'The certificate of the other side is not trusted: it has expired, is self-signed, belongs to another name, or a proxy has put its own in its place.',
    why: 'The same certificate would be refused again.',
    remedy:
      'For a proxy or a self-hosted server give Node its authority by NODE_EXTRA_CA_CERTS, and look at the clock of this machine. Do not switch verification off.',
  },
  'closed-by-caller': {
    worthRetrying: true,
    cause: 'The app itself closed the socket before its handshake was done.',
    why: 'Nothing failed at the other end.',
    remedy:
      'See who calls close() so early: an effect that runs twice (React StrictMode), or a connect timeout that is too short.',
  },
  'configure-refused': {
    worthRetrying: false,
    cause:
      'Deepgram did not accept a message on an open connection, such as Configure: unknown fields, keyterms that the model does not take, or more than 500 tokens of them. The connection goes on.',
    why: 'The same message would be refused again.',
    remedy: 'Read the description in the message, and correct what was sent.',
  },
  'connection-refused': {
    worthRetrying: true,
    cause: 'The host is there, and nothing listens on this port; or a firewall turns it away.',
    why: 'A server that restarts looks like this. If it stays so, the address is wrong.',
    remedy: 'Check host and port. For a self-hosted server or the emulator see whether it runs.',
  },
  'flux-idle': {
    worthRetrying: true,
    cause: 'Flux (/v2/listen) ended a connection on which nothing came (INACTIVE_CLIENT).',
    why: 'Worth another when there is audio.',
    remedy: 'Hold a Flux connection by WebSocket pings or by silence: it has no KeepAlive message.',
  },
  'host-not-found': {
    worthRetrying: true,
    cause:
      'The name of the host has no address: the machine is offline, its DNS does not answer, or the name is misspelled.',
    why: 'Names are found again when the network is back. A misspelled one is not.',
    remedy:
      'Check the network and the spelling of the host: api.deepgram.com, api.eu.deepgram.com, or your own.',
  },
  'invalid-audio': {
    worthRetrying: false,
    cause: 'What was given as audio is none, or in a form that cannot be read.',
    why: 'It would be refused again.',
    remedy: 'Hand in bytes: an ArrayBuffer, a view into one, or a Blob.',
  },
  'invalid-option': {
    worthRetrying: false,
    cause: 'An option is missing, has a value that cannot work, or contradicts another. Nothing was sent.',
    why: 'The same options would be refused again.',
    remedy: 'The message names the option, its value, and what to write instead.',
  },
  'no-tls': {
    worthRetrying: false,
    cause: 'One side speaks TLS and the other does not: wss:// to a port that expects ws://, or the reverse.',
    why: 'It will not learn it.',
    remedy:
      'Use wss:// for Deepgram, and ws:// for an emulator or a self-hosted server without a certificate.',
  },
  'retries-exhausted': {
    worthRetrying: true,
    cause: 'The outage outlasted giveUpAfterMs, and the session failed.',
    why: 'The reason of the last end decides: a network may be back by now.',
    remedy: 'Begin a new session, and raise giveUpAfterMs, whose default never gives up.',
  },
  'sent-too-late': {
    worthRetrying: true,
    cause:
      'Something was sent on a socket that was not open: the connection had ended before, or was not there yet. This error is a consequence.',
    why: 'A new connection takes what this one could not. Audio sent meanwhile is lost, unless somebody kept it.',
    remedy:
      'Look for the close event before this error: its code is the cause. Keep audio until a final result confirms it.',
  },
  'speak-timeout': {
    worthRetrying: true,
    cause:
      'This code (NET-0003, NET-0004) is one of the text-to-speech sockets (/v1/speak, /v2/speak), not of live transcription.',
    why: 'Such a connection is opened anew when there is text to speak.',
    remedy: 'See the documentation of text to speech: its idle rules are others.',
  },
  unrecognised: {
    worthRetrying: true,
    cause: 'Nothing here has the form of a failure that we know.',
    why: 'What is not known to be final is worth a few attempts, with growing delays and an end.',
    remedy: 'Look for the close code, the HTTP status or the error before it: explain() reads all of them.',
  },
} as const satisfies Record<string, OtherProse>;
