/**
 * Finds failures in free text: log lines of Deepgram's SDKs, of Node, browsers and Python's WebSocket libraries. The order matters:
 * the most specific pattern wins, and bare numbers come last.
 */
import type { EndKind } from '../../protocol/connection-end.ts';
import { classifyEnd } from '../../protocol/listen-v1/close-reasons.ts';
import { PLATFORM_CAUSES } from '../../platform-causes.ts';
import type { OtherKind } from './prose.ts';

/** A recognised failure. Contains only numbers and names, since the text may contain a secret. */
export interface Finding {
  kind: EndKind | OtherKind;
  code?: number;
  status?: number;
  requestId?: string;
}

/** Longer texts are logs, with failures at the beginning or the end. */
const MAX_CHARACTERS = 20_000;

/** Texts of Deepgram. They win over other signs, such as a 1006 that a library also reports. */
const SPOKEN: readonly (readonly [RegExp, code: number, reason: string])[] = [
  [/data-?0000|cannot be decoded as audio/i, 1008, 'DATA-0000'],
  [/net-?0000|did not provide a response message/i, 1011, 'NET-0000'],
  [/net-?0001|did not receive audio data/i, 1011, 'NET-0001'],
  [/net-?0002|no_audio_timeout/i, 1011, 'NET-0002'],
];

/** `err_code` of Deepgram's error bodies. */
const ERROR_CODES: readonly (readonly [RegExp, status: number])[] = [
  [/ASR_PAYMENT_REQUIRED|PAYMENT_REQUIRED/, 402],
  [/TOO_MANY_REQUESTS/, 429],
  [/INVALID_AUTH|Invalid credentials|HTTP Authentication failed/, 401],
  [/INSUFFICIENT_PERMISSIONS|\bFORBIDDEN\b/, 403],
  [/INVALID_QUERY_PARAMETER|Keyterm limit exceeded/, 400],
];

/** Statuses in the texts of `ws`, browsers, Python and Deepgram's SDKs. */
const STATUS_PATTERNS: readonly RegExp[] = [
  /unexpected (?:server response|response code):? *([345]\d\d)\b/i,
  /rejected websocket connection: *(?:http *)?([345]\d\d)\b/i,
  /\bHTTP(?:\/\d(?:\.\d)?)?(?: status)?(?: code)?:? *([345]\d\d)\b/i,
  /HandshakeError: *([345]\d\d)\b/,
  /\bstatus[ _]?(?:code)?["']?(?: is| was|[:=])? *["']?([345]\d\d)\b/i,
  /\b([345]\d\d) (?:Unauthorized|Forbidden|Payment Required|Not Found|Bad Request|Too Many Requests|Service Unavailable|Bad Gateway|Gateway Time-?out|Internal Server Error)\b/i,
];

/** Close codes after a word that marks the number as one. */
const CODE_PATTERNS: readonly RegExp[] = [
  /\b(?:websocket:? close|clos(?:e|ed|ing)|code|received|rcvd|sent)\b[^\d\n]{0,24}?\b(1\d{3}|[34]\d{3})\b/i,
  /^\W*(10(?:0\d|1[0-5])|4\d{3})\b/,
  // Anchored: otherwise the search restarts at each character, which takes half a second for a long line.
  /^(?=[^]*(?:socket|deepgram))[^]*?\b(10(?:0\d|1[0-5]))\b/i,
];

/** Failures without a close code or status. */
const SIGNS: readonly (readonly [RegExp, EndKind | OtherKind])[] = [
  [/INACTIVE_CLIENT/, 'flux-idle'],
  [/InvalidConfigureMessage|KeytermsNotSupported|SchemaError|Could not deserialize/, 'configure-refused'],
  [/net-?000[34]/i, 'speak-timeout'],
  [/before the connection (?:is|was) established/i, 'closed-by-caller'],
  [
    /socket is not open|not open: readyState|CLOSING or CLOSED|still in CONNECTING|ConnectionClosed.*send/i,
    'sent-too-late',
  ],
  ...PLATFORM_CAUSES,
  [
    /ETIMEDOUT|ESOCKETTIMEDOUT|ERR_CONNECTION_TIMED_OUT|UND_ERR_CONNECT_TIMEOUT|^TIMEOUT$|handshake (?:has )?timed out|timed out (?:during|while)|connect(?:ion)? time(?:d )?out|timeout error|DeepgramTimeoutError/i,
    'connect-timeout',
  ],
  [/WebSocket connection to \S+ failed/, 'network-lost'],
  [
    /ECONNRESET|EPIPE|EHOSTUNREACH|ENETUNREACH|ENETDOWN|ECONNABORTED|socket hang up|connection reset|broken pipe|network is unreachable|ERR_INTERNET_DISCONNECTED|ERR_NETWORK_CHANGED|no close frame|abnormal closure/i,
    'network-lost',
  ],
];

/** The failure in a text. */
export function findInText(text: string): Finding | undefined {
  const part =
    text.length > MAX_CHARACTERS ? text.slice(0, MAX_CHARACTERS / 2) + text.slice(-MAX_CHARACTERS / 2) : text;
  const finding = findSign(part);
  const requestId = /request[-_ ]?id\W{1,4}([0-9a-f]{8}-[0-9a-f-]{27})\b/i.exec(part)?.[1];
  return finding && { ...finding, ...(requestId === undefined ? {} : { requestId }) };
}

function findSign(text: string): Finding | undefined {
  for (const [sign, code, reason] of SPOKEN) if (sign.test(text)) return foundClose(code, reason);
  // Libraries such as Python's websockets send a 1011 "internal error" themselves.
  if (/ping[ _]timeout|pong timeout|ping timed out|no pong|n't receive(?: a)? pong/i.test(text)) {
    return { kind: 'ping-timeout', ...(/\b1011\b/.test(text) ? { code: 1011 } : {}) };
  }
  for (const [sign, status] of ERROR_CODES) if (sign.test(text)) return foundStatus(status);
  const status = firstNumber(text, STATUS_PATTERNS);
  if (status !== undefined) return foundStatus(status);
  for (const [sign, kind] of SIGNS) if (sign.test(text)) return { kind };
  const code = firstNumber(text, CODE_PATTERNS);
  return code === undefined ? undefined : foundClose(code, text);
}

/** A close code with its reason. */
export function foundClose(code: number, reason: string): Finding {
  return { kind: classifyEnd({ code, reason }).kind, code };
}

/** The status of a refused handshake. */
export function foundStatus(status: number): Finding {
  return { kind: classifyEnd({ code: 1006, reason: '', status }).kind, status };
}

function firstNumber(text: string, patterns: readonly RegExp[]): number | undefined {
  for (const pattern of patterns) {
    const found = pattern.exec(text)?.[1];
    if (found !== undefined) return Number(found);
  }
  return undefined;
}
