/**
 * Checks who may order faults: programs on this machine, and the page of this server. Other websites in a browser on this machine
 * may not.
 *
 * A page elsewhere can send a POST to a loopback address without asking (it shows in Origin and Sec-Fetch-Site), and can let
 * its own name point to 127.0.0.1 after it has been loaded (DNS rebinding, which shows in Host: only addresses and `localhost`
 * cannot be made to point elsewhere).
 */

export interface GuardedRequest {
  method: string;
  remoteAddress: string | undefined;
  headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** Why the request is refused; `undefined` if it is allowed. */
export function refusalOf({ method, remoteAddress, headers }: GuardedRequest): string | undefined {
  if (!isLoopback(remoteAddress ?? '')) return 'The control page answers this machine only.';
  const host = text(headers['host']);
  if (!isSafeHost(host))
    return 'The Host header names neither localhost nor an address: open the page by one of these.';
  const origin = text(headers['origin']);
  if (origin !== '' && origin !== `http://${host}`)
    return 'Pages of other origins may not order faults here.';
  const site = text(headers['sec-fetch-site']);
  if (site !== '' && site !== 'same-origin' && site !== 'none')
    return 'Pages of other sites may not ask here.';
  const type = text(headers['content-type']);
  const hasBody = text(headers['content-length'], '0') !== '0' || headers['transfer-encoding'] !== undefined;
  if (method === 'POST' && hasBody && !type.startsWith('application/json')) {
    return 'The body must be JSON, and say so: content-type: application/json.';
  }
  return undefined;
}

function isLoopback(address: string): boolean {
  return /^(::ffff:)?127\./.test(address) || address === '::1';
}

function isSafeHost(host: string): boolean {
  const name = host.replace(/:\d+$/, '').toLowerCase();
  const isAddress = /^\d{1,3}(\.\d{1,3}){3}$/.test(name) || /^\[[0-9a-f:.]+\]$/.test(name);
  return isAddress || name === 'localhost' || name.endsWith('.localhost');
}

function text(value: string | string[] | undefined, missing = ''): string {
  return typeof value === 'string' ? value : (value?.join(',') ?? missing);
}
