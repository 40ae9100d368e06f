/**
 * The only error class of the library. Every failure has a `reason` for code, and a `remedy` for people: the first thing to do.
 * Errors contain no secret.
 */

/** Why something failed: the discriminant of {@link TranscriptionError}. */
export type ErrorReason =
  /** An option is missing, has a value that cannot work, or contradicts another. */
  | 'invalid-option'
  /** `send()` was given something that is not audio bytes. */
  | 'invalid-audio'
  /** The auth function threw, or returned no credentials. */
  | 'credentials-failed'
  /** The auth function did not answer in time. */
  | 'credentials-timeout'
  /** HTTP 400: Deepgram does not understand the request. */
  | 'bad-request'
  /** HTTP 401: the key or token is not accepted. */
  | 'unauthorized'
  /** HTTP 402: the account has no credit left. */
  | 'payment-required'
  /** HTTP 403: the key may not do this. */
  | 'forbidden'
  /** HTTP 404: nothing answers at this address. */
  | 'not-found'
  /** Any other handshake status that a retry will not change. */
  | 'refused'
  /** Close 1008 or 1002 with DATA-0000, or NET-0000 without a single result: the audio is not what was declared. */
  | 'undecodable-audio'
  /** Close 1002, 1003, 1007, 1008, 1009 or 1010: the server refused a frame or message. */
  | 'protocol-refused'
  /** The server accepted the connection, but did not report that it is ready. */
  | 'not-ready'
  /** The certificate of the server is not trusted; the `cause` has the reason. */
  | 'certificate-refused'
  /** The server at this address has no TLS. */
  | 'no-tls'
  /** Nothing listened at this address until `giveUpAfterMs`. */
  | 'connection-refused'
  /** The host had no address until `giveUpAfterMs`. */
  | 'host-not-found'
  /** The outage outlasted `giveUpAfterMs`. */
  | 'retries-exhausted'
  /** The user, the browser's settings or the page's permissions policy refuse the microphone. */
  | 'microphone-refused'
  /** There is no microphone, or none that the constraints allow. */
  | 'microphone-missing'
  /** The microphone cannot be opened: another program may use it. */
  | 'microphone-busy'
  /** The microphone was unplugged, or its permission withdrawn, while it was in use. */
  | 'microphone-lost'
  /** This page can use no microphone: it is not served over https, or the browser is too old. */
  | 'microphone-unsupported'
  /** The script of the audio thread did not load or broke off; a Content-Security-Policy that refuses `blob:` is the usual reason. */
  | 'worklet-failed'
  /**
   * A telephone provider's socket closed or sent other messages before the start of a call, or the call's encoding cannot be
   * used.
   */
  | 'no-call'
  /** Another process has taken over the session in the store; this one writes nothing more. */
  | 'session-lost';

/** Details besides the reason; safe to log. */
export interface ErrorDetails {
  /** The remedy, in one sentence. */
  remedy: string;
  /** WebSocket close code, if a close ended the session; 1006 without a close frame. */
  code?: number | undefined;
  /** HTTP status of a refused handshake, where the platform shows it. */
  status?: number | undefined;
  /** Deepgram's own explanation: the close frame's text or the `dg-error` header. */
  serverMessage?: string | undefined;
  /** Deepgram's id of the request, for their support. */
  requestId?: string | undefined;
  /** The cause of this error, if any. */
  cause?: unknown;
}

/**
 * Every error this library throws or reports.
 *
 * @example
 * ```ts
 * if (error instanceof TranscriptionError && error.reason === 'unauthorized') askForAnotherKey(error.remedy);
 * ```
 */
export class TranscriptionError extends Error implements ErrorDetails {
  override readonly name = 'TranscriptionError';
  readonly reason: ErrorReason;
  readonly remedy: string;
  readonly code: number | undefined;
  readonly status: number | undefined;
  readonly serverMessage: string | undefined;
  readonly requestId: string | undefined;

  /** `problem` names the wrong value; the message is `reason: problem remedy`. */
  constructor(reason: ErrorReason, problem: string, details: ErrorDetails) {
    super(
      `${reason}: ${problem} ${details.remedy}`,
      details.cause === undefined ? undefined : { cause: details.cause },
    );
    this.reason = reason;
    this.remedy = details.remedy;
    this.code = details.code;
    this.status = details.status;
    this.serverMessage = details.serverMessage;
    this.requestId = details.requestId;
  }
}

/** The error for an option that cannot work: names the value, the reason and the remedy. */
export function invalidOption(problem: string, remedy: string): TranscriptionError {
  return new TranscriptionError('invalid-option', problem, { remedy });
}

/** Deepgram's keys have 40 characters and more. A shorter secret, as in a test, may be a spoken word. */
export const MIN_SECRET_LENGTH = 16;

/** Text of this length and these characters may be a key or a part of one. */
const MAY_BE_SECRET = /[\w~+-]{20,}/;

/** A value as written in code, for an error. Of text that may be a secret only the length is shown. */
export function shown(value: unknown): string {
  if (typeof value === 'string')
    return MAY_BE_SECRET.test(value)
      ? `text of ${value.length} characters`
      : JSON.stringify(value.slice(0, 80)).replace(/^"|"$/g, "'");
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object';
  return typeof value === 'function' || typeof value === 'symbol' ? `a ${typeof value}` : String(value);
}

/** The known name that was probably meant: another case, another ending, or one wrong letter. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const stem = stemOf(name);
  return known.find((each) => stemOf(each) === stem) ?? known.find((each) => isOneLetterOff(each, name));
}

function stemOf(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z]/g, '')
    .replace(/(?:at)?(?:ion|ing|ed|e|s)$/, '');
}

function isOneLetterOff(a: string, b: string): boolean {
  if (a.length < 5) return false;
  const longer = Math.max(a.length, b.length);
  let same = 0;
  while (same < longer && a[same] === b[same]) same += 1;
  let tail = 0;
  while (tail < longer - same && a.at(-1 - tail) === b.at(-1 - tail)) tail += 1;
  return longer - same - tail <= 1;
}
