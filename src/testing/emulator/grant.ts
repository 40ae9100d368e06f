/** `POST /v1/auth/grant`: an API key in, a temporary token out. */
import { credentialsOf } from './credentials.ts';
import { refusal, type Refusal } from './handshake.ts';
import type { EmulatorSettings } from './options.ts';

const DEFAULT_TTL_SECONDS = 30;
const LONGEST_TTL_SECONDS = 3_600;

export interface GrantRequest {
  method: string;
  authorization: string | undefined;
  body: string;
  requestId: string;
}

/** The status, headers and body of the answer; `grant` makes the token. */
export function answerGrant(
  { method, authorization, body, requestId }: GrantRequest,
  settings: Pick<EmulatorSettings, 'authorise' | 'clock'>,
  grant: (ttlSeconds: number) => object,
): Refusal {
  const deny = (status: number, code: string, text: string) => refusal(status, code, text, requestId);
  if (method !== 'POST') return deny(405, 'METHOD_NOT_ALLOWED', 'Tokens are granted by POST.');
  const credentials = credentialsOf(authorization, []);
  const verdict = credentials && settings.authorise(credentials, settings.clock.wallTime());
  if (!credentials || verdict === false || verdict === 401)
    return deny(401, 'INVALID_AUTH', 'Invalid credentials.');
  // A temporary token cannot grant another token.
  if (verdict !== true || credentials.scheme === 'bearer') {
    return deny(403, 'FORBIDDEN', 'Insufficient permissions: an API key of role Member or higher is needed.');
  }
  const ttlSeconds = readTtl(body);
  if (ttlSeconds === undefined) {
    return deny(400, 'Bad Request', `ttl_seconds must be a number from 1 to ${LONGEST_TTL_SECONDS}.`);
  }
  const headers = { 'content-type': 'application/json', 'dg-request-id': requestId };
  return { status: 200, headers, body: JSON.stringify(grant(ttlSeconds)) };
}

/** `undefined` for an invalid body; an empty body is valid. */
function readTtl(body: string): number | undefined {
  if (body.trim() === '') return DEFAULT_TTL_SECONDS;
  let fields: unknown;
  try {
    fields = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) return undefined;
  const { ttl_seconds: ttl = DEFAULT_TTL_SECONDS } = fields as { ttl_seconds?: unknown };
  return typeof ttl === 'number' && ttl >= 1 && ttl <= LONGEST_TTL_SECONDS ? ttl : undefined;
}
