/**
 * Checks the connection to the server step by step: DNS, TCP, TLS, through the proxy of the environment, if any. Each step has a
 * timeout.
 */
import { once } from 'node:events';
import { lookup } from 'node:dns/promises';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { explain } from '../../../diagnosis/index.ts';
import { isLoopback } from '../deepgram.ts';
import { type Proxy, ProxyRefusal } from '../proxy.ts';
import { fail, type Finding, inMs, pass, skipped, warn } from './finding.ts';

const STEP_MS = 5_000;
const DAY_MS = 86_400_000;
/** A certificate that expires sooner is probably not renewed automatically. */
const SOON_DAYS = 14;

/** Replaces the platform's certificate authorities, for servers with their own. */
export type Trust = Pick<ConnectionOptions, 'ca'>;

/** Yields one finding for each step; steps after a failed one are skipped. */
export async function* examineNetwork(
  url: URL,
  signal: AbortSignal,
  trust: Trust = {},
  proxy?: Proxy,
): AsyncGenerator<Finding> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const isSecure = url.protocol === 'wss:' || url.protocol === 'https:';
  const port = url.port === '' ? (isSecure ? 443 : 80) : Number(url.port);
  // With a proxy, the proxy resolves server names.
  const dns = await examineName(proxy ? proxy.hostname.replace(/^\[|\]$/g, '') : host);
  yield dns;
  if (dns.verdict === 'fail') {
    yield* ['tcp', 'tls'].map((id) => skipped(id as 'tcp' | 'tls', 'the host has no address'));
    return;
  }
  const tcp = proxy ? await examineTunnel(proxy, host, port, signal) : await examinePort(host, port, signal);
  yield tcp;
  if (tcp.verdict === 'fail') {
    yield skipped('tls', 'there is no connection');
    return;
  }
  yield isSecure ? await examineTls(host, port, signal, trust, proxy) : examinePlain(url);
}

async function examineName(host: string): Promise<Finding> {
  if (isIP(host) !== 0) return skipped('dns', `${host} is an address`);
  const began = performance.now();
  try {
    const found = await within(lookup(host, { all: true }));
    const tookMs = performance.now() - began;
    const addresses = `${found.length} ${found.length === 1 ? 'address' : 'addresses'}`;
    return pass('dns', `${host} has ${addresses}, ${inMs(tookMs)}`, { addresses: found.length, tookMs });
  } catch (error) {
    const isMissing = nameOf(error) === 'ENOTFOUND';
    const problem = isMissing ? `${host} has no address` : `no answer about ${host} (${nameOf(error)})`;
    return fail('dns', problem, explain(error).remedy, { error: nameOf(error) });
  }
}

async function examinePort(host: string, port: number, signal: AbortSignal): Promise<Finding> {
  const began = performance.now();
  const socket = connectTcp({ host, port, signal });
  try {
    await within(once(socket, 'connect'));
    const tookMs = performance.now() - began;
    return pass('tcp', `port ${port} answers, ${inMs(tookMs)}`, { port, tookMs });
  } catch (error) {
    return fail('tcp', `port ${port}: ${nameOf(error)}`, explain(error).remedy, {
      port,
      error: nameOf(error),
    });
  } finally {
    drop(socket);
  }
}

async function examineTunnel(
  proxy: Proxy,
  host: string,
  port: number,
  signal: AbortSignal,
): Promise<Finding> {
  const began = performance.now();
  try {
    drop(await within(proxy.tunnel(host, port, signal)));
    const tookMs = performance.now() - began;
    return pass('tcp', `the proxy ${proxy.place} reaches port ${port}, ${inMs(tookMs)}`, { port, tookMs });
  } catch (error) {
    const isRefusal = error instanceof ProxyRefusal;
    const problem = isRefusal ? error.message : `the proxy ${proxy.place}: ${nameOf(error)}`;
    return fail('tcp', problem, remedyOf(error, host, port), {
      port,
      ...(isRefusal ? { status: error.status } : { error: nameOf(error) }),
    });
  }
}

/** A proxy that requires a password, one that refuses, or no proxy at the address. */
function remedyOf(error: unknown, host: string, port: number): string {
  if (!(error instanceof ProxyRefusal))
    return 'Check the address in HTTPS_PROXY (HTTP_PROXY for ws://), or name the server in NO_PROXY.';
  return error.status === 407
    ? 'Write name and password into HTTPS_PROXY: http://name:password@host:port.'
    : `Let the proxy allow CONNECT to ${host}:${port}, or name the server in NO_PROXY.`;
}

async function examineTls(
  host: string,
  port: number,
  signal: AbortSignal,
  trust: Trust,
  proxy: Proxy | undefined,
): Promise<Finding> {
  const began = performance.now();
  const tcp = proxy ? await within(proxy.tunnel(host, port, signal)) : connectTcp({ host, port, signal });
  const servername = isIP(host) === 0 ? { servername: host } : {};
  const socket = connectTls({ socket: tcp, host, ...servername, ...trust });
  try {
    await within(once(socket, 'secureConnect'));
    return judgeTls(socket, performance.now() - began);
  } catch (error) {
    return fail('tls', nameOf(error), explain(error).remedy, { error: nameOf(error) });
  } finally {
    drop(socket);
    drop(tcp);
  }
}

function judgeTls(socket: TLSSocket, tookMs: number): Finding {
  const days = Math.floor((Date.parse(socket.getPeerCertificate().valid_to) - Date.now()) / DAY_MS);
  const protocol = socket.getProtocol() ?? 'TLS';
  const evidence = { protocol, certificateDays: days, tookMs };
  const summary = `${protocol}, certificate valid for ${days} days, ${inMs(tookMs)}`;
  return days < SOON_DAYS
    ? warn('tls', summary, 'Renew the certificate of the server.', evidence)
    : pass('tls', summary, evidence);
}

function examinePlain(url: URL): Finding {
  return isLoopback(url)
    ? skipped('tls', 'ws:// is not encrypted, but stays on this machine')
    : warn('tls', 'ws:// is not encrypted: others can read the key', 'Use wss:// if the server supports it.');
}

/** Rejects after a timeout, and handles a later rejection of the promise. */
async function within<Value>(promise: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })), STEP_MS);
  });
  promise.catch(() => undefined);
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/** Ignores later errors. */
function drop(socket: Socket): void {
  socket.on('error', () => undefined);
  socket.destroy();
}

function nameOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message;
}
