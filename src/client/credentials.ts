/** What an app gives as `auth`, checked. */
import { invalidOption } from '../errors.ts';
import { MIN_SECRET_LENGTH } from '../outside-text.ts';
import type { Credentials } from '../transports/transport.ts';

/** What may stand in a header and in a sub-protocol. */
const SECRET = /^[\x21-\x7e]+$/;

/**
 * Never shows the value: it may be a secret in the wrong place. `address`: what is logged, and must not hold it.
 *
 * @throws TranscriptionError `invalid-option`.
 */
export function credentialsOf(auth: unknown, name: string, address: string): Credentials {
  const { apiKey, accessToken, access_token: granted } = (auth ?? {}) as Record<string, unknown>;
  const [value, second] = [apiKey, accessToken, granted].filter(Boolean);
  if (typeof value !== 'string' || !SECRET.test(value) || second !== undefined) {
    throw invalidOption(
      `${name} holds no secret, or two, or one with characters that none has.`,
      'Give { apiKey } with a Deepgram API key, or { accessToken } or { access_token } with a temporary token.',
    );
  }
  // Quoted, it is all of a value; a long one is found within one, too.
  if (
    address.includes(JSON.stringify(value)) ||
    (value.length >= MIN_SECRET_LENGTH && address.includes(value))
  ) {
    throw invalidOption(
      `${name} holds a secret that baseUrl or listen holds, too.`,
      'Give secrets only as auth: an address is logged.',
    );
  }
  return { scheme: value === apiKey ? 'token' : 'bearer', value };
}
