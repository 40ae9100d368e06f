/** Checks the app's `auth`. */
import { invalidOption, MIN_SECRET_LENGTH } from '../errors.ts';
import type { Credentials } from '../transports/transport.ts';

/** Characters that are allowed in a header and in a sub-protocol. */
const SECRET = /^[\x21-\x7e]+$/;

const NAMES = ['apiKey', 'accessToken', 'access_token'] as const;

/**
 * The error never contains the value: it may be a secret in the wrong place. `address` is logged and must not contain the secret.
 *
 * @throws TranscriptionError `invalid-option`.
 */
export function credentialsOf(auth: unknown, name: string, address: string): Credentials {
  const given = Object(auth) as Record<string, unknown>;
  const [key, second] = NAMES.filter((each) => given[each]);
  const refuse = (problem: string): never => {
    throw invalidOption(
      `${name}${problem}.`,
      'Give { apiKey } with a Deepgram API key, or { accessToken } or { access_token } with a temporary token.',
    );
  };
  if (second) refuse(` holds ${key} and ${second}, and only one can be right`);
  const value = given[key ?? ''];
  if (!key) {
    const empty = NAMES.find((each) => each in given);
    refuse(empty ? `.${empty} is ${String(given[empty]) || 'empty'}` : ' holds no secret');
  }
  if (typeof value !== 'string') return refuse(`.${key} is no text`);
  if (!SECRET.test(value)) refuse(`.${key} holds a character that no secret has, such as a space`);
  // A short secret must be a whole quoted value; a long one is also found inside a value.
  if (
    address.includes(JSON.stringify(value)) ||
    (value.length >= MIN_SECRET_LENGTH && address.includes(value))
  ) {
    throw invalidOption(
      `${name} holds a secret that baseUrl or listen holds, too.`,
      'Give secrets only as auth: an address is logged.',
    );
  }
  return { scheme: key === 'apiKey' ? 'token' : 'bearer', value };
}
