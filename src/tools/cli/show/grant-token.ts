/** A temporary token for the page, so that the API key stays in this process. */
import { explain } from '../../../diagnosis/index.ts';

/** Enough for one handshake; an open connection outlives its token. */
const TTL_SECONDS = 30;

const PATIENCE_MS = 10_000;

/**
 * @param baseUrl The service that the token is for.
 * @throws Error that says why there is none and what to do, and holds no secret.
 */
export async function grantToken(baseUrl: string, apiKey: string): Promise<{ access_token: string }> {
  const url = new URL(baseUrl);
  url.protocol = url.protocol.replace('ws', 'http');
  url.pathname = `${url.pathname.replace(/\/$/, '')}/v1/auth/grant`;
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Token ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ ttl_seconds: TTL_SECONDS }),
    signal: AbortSignal.timeout(PATIENCE_MS),
  }).catch((cause: unknown) => {
    const { kind, remedy } = explain(cause);
    throw new Error(`No token was granted: ${kind}. ${remedy}`, { cause });
  });
  if (!response.ok) {
    throw new Error(`No token was granted: HTTP ${response.status}. ${explain(response.status).remedy}`);
  }
  const { access_token } = (await response.json()) as { access_token: string };
  return { access_token };
}
