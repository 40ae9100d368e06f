/**
 * Keys and temporary tokens. The two schemes are not interchangeable: a token sent as a key, or a key sent as a
 * token, is refused, as Deepgram refuses it.
 */
import type { Credentials } from '../../transports/transport.ts';

/** Accepted, or the status of the refusal; `false` is 401. */
export type AuthVerdict = boolean | 401 | 402 | 403;

/**
 * The emulator's default check: accepts any API key and any unexpired JWT, each under its own scheme. A key or token that
 * contains "invalid" or "wrong" is refused with 401, "unpaid" with 402, "forbidden" with 403.
 */
export function acceptsPlausibleCredentials(credentials: Credentials, wallTimeMs: number): AuthVerdict {
  const { scheme, value } = credentials;
  if (value === '' || /invalid|wrong/i.test(value)) return 401;
  if (/unpaid/i.test(value)) return 402;
  if (/forbidden/i.test(value)) return 403;
  const payload = jwtPayload(value);
  if (scheme === 'token') return payload === undefined;
  if (payload === undefined) return false;
  return typeof payload.exp !== 'number' || payload.exp * 1000 > wallTimeMs;
}

/** A token like that of `POST /v1/auth/grant`. It has no valid signature, and works only with this emulator. */
export function grantToken(
  wallTimeMs: number,
  ttlSeconds = 30,
): { access_token: string; expires_in: number } {
  const issuedAt = wallTimeMs / 1000;
  const parts = [
    { alg: 'none', typ: 'JWT' },
    { iat: issuedAt, exp: issuedAt + ttlSeconds },
  ];
  const [header, payload] = parts.map((part) => toBase64Url(JSON.stringify(part)));
  return { access_token: `${header}.${payload}.emulated`, expires_in: ttlSeconds };
}

/** The credentials of a handshake: from the header, or, for browsers, from the sub-protocols. */
export function credentialsOf(
  authorization: string | undefined,
  protocols: readonly string[],
): Credentials | undefined {
  const header = /^(token|bearer) +(\S+)$/i.exec(authorization?.trim() ?? '');
  const [scheme, value] = header ? [header[1], header[2]] : protocols;
  switch (scheme?.toLowerCase()) {
    case 'token':
      return { scheme: 'token', value: value ?? '' };
    case 'bearer':
      return { scheme: 'bearer', value: value ?? '' };
    default:
      return undefined;
  }
}

function jwtPayload(value: string): { exp?: unknown } | undefined {
  const [header, payload, signature] = value.split('.');
  if (header === undefined || payload === undefined || !signature) return undefined;
  try {
    const parsed: unknown = JSON.parse(fromBase64Url(payload));
    return typeof parsed === 'object' && parsed !== null ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function toBase64Url(text: string): string {
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function fromBase64Url(text: string): string {
  return atob(text.replaceAll('-', '+').replaceAll('_', '/'));
}
