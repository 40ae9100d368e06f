import { expect, test } from 'vitest';
import { PLATFORM_CAUSES } from '../src/platform-causes.ts';

test.each([
  ['certificate-refused', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  ['certificate-refused', 'SELF_SIGNED_CERT_IN_CHAIN'],
  ['certificate-refused', 'CERT_HAS_EXPIRED'],
  ['certificate-refused', 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ['certificate-refused', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  ['no-tls', 'ERR_SSL_WRONG_VERSION_NUMBER'],
  ['no-tls', 'ERR_SSL_PACKET_LENGTH_TOO_LONG'],
  ['connection-refused', 'ECONNREFUSED'],
  ['host-not-found', 'ENOTFOUND'],
  ['host-not-found', 'EAI_AGAIN'],
  [undefined, 'EHOSTUNREACH'],
  [undefined, 'ECONNRESET'],
])('%s is recognised in the text of the platform: %s', (failure, cause) => {
  expect(PLATFORM_CAUSES.find(([sign]) => sign.test(cause))?.[1]).toBe(failure);
});
