/** The remedy for the end of a connection, and the reason of the error if it is the last. */
import type { ErrorReason } from '../errors.ts';
import { DECLARE_FORMAT, type EndKind } from './connection-end.ts';

const PARAMETERS = 'Correct the listen parameters: the server says which.';
const ADDRESS = 'Check baseUrl: scheme and host, without /v1/listen.';

/** Of ends that have one. */
const REMEDIES: Partial<Record<EndKind, string>> = {
  'server-silent': DECLARE_FORMAT,
  'undecodable-audio': DECLARE_FORMAT,
  'protocol-refused': PARAMETERS,
  'bad-request': PARAMETERS,
  unauthorized: 'Give a valid API key as { apiKey }, or a fresh temporary token as { accessToken }.',
  'payment-required': 'Add credit in the Deepgram console.',
  forbidden: 'Use a key whose role and models allow live transcription.',
  'not-found': ADDRESS,
  refused: ADDRESS,
  'not-ready':
    'Correct the listen parameters: a server that dislikes one may accept the connection and stay silent.',
  'certificate-refused':
    'See the cause: renew the certificate, correct the host in baseUrl or the clock, or set NODE_EXTRA_CA_CERTS to the authority of your proxy.',
  'no-tls': 'Check the scheme and the port of baseUrl: ws:// where the server has no certificate.',
  'connection-refused': 'Check host and port of baseUrl, and whether the server runs.',
  'host-not-found': 'Check the network, DNS and the spelling of the host in baseUrl.',
  'credentials-failed': 'See the cause.',
  'credentials-timeout': 'See whether the token endpoint is up.',
};

/** The remedy for an end, if there is one. */
export function remedyFor(kind: EndKind): string | undefined {
  return REMEDIES[kind];
}

/** The reason of the session's error, if it ends with such an end. */
export function reasonOf(kind: EndKind): ErrorReason {
  if (kind === 'server-silent') return 'undecodable-audio';
  return remedyFor(kind) === undefined ? 'retries-exhausted' : (kind as ErrorReason);
}
