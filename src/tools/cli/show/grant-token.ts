/** A temporary token for the page, so that the API key stays in this process. */
import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import { text } from 'node:stream/consumers';
import { type Proxy, proxyFor } from '../proxy.ts';
import { explain } from '../../../diagnosis/index.ts';

/** Enough for one handshake; an open connection outlives its token. */
const TTL_SECONDS = 30;

const PATIENCE_MS = 10_000;

/**
 * @param baseUrl The service that the token is for.
 * @throws Error that says why there is none and what to do, and holds no secret.
 */
export async function grantToken(
  baseUrl: string,
  apiKey: string,
  env = process.env,
): Promise<{ access_token: string }> {
  const url = new URL(baseUrl);
  url.protocol = url.protocol.replace('ws', 'http');
  url.pathname = `${url.pathname.replace(/\/$/, '')}/v1/auth/grant`;
  const { status, body } = await post(url, apiKey, proxyFor(url, env)).catch((cause: unknown) => {
    const { kind, remedy } = explain(cause);
    throw new Error(`No token was granted: ${kind}. ${remedy}`, { cause });
  });
  if (status < 200 || status > 299)
    throw new Error(`No token was granted: HTTP ${status}. ${explain(status).remedy}`);
  const { access_token } = JSON.parse(body) as { access_token: string };
  return { access_token };
}

/** Not `fetch`, which uses no proxy. */
async function post(
  url: URL,
  apiKey: string,
  proxy: Proxy | undefined,
): Promise<{ status: number; body: string }> {
  const { request } = url.protocol === 'https:' ? https : http;
  const asked = request(url, {
    method: 'POST',
    headers: { authorization: `Token ${apiKey}`, 'content-type': 'application/json' },
    signal: AbortSignal.timeout(PATIENCE_MS),
    ...(proxy && { agent: proxy.agent }),
  });
  asked.end(JSON.stringify({ ttl_seconds: TTL_SECONDS }));
  const [response] = (await once(asked, 'response')) as [http.IncomingMessage];
  return { status: response.statusCode ?? 0, body: await text(response) };
}
