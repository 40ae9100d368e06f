/** The proxy of the environment, for the commands: it makes a tunnel to each server. */
import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import type { Transport } from '../../index.ts';
import { nodeTransport } from '../../node.ts';
import { isLoopback } from './deepgram.ts';

export interface Proxy {
  /** Host and port, without a password. */
  place: string;
  hostname: string;
  /** Makes connections through the proxy, and TLS within them if the server has it. */
  agent: http.Agent;
  /** @throws ProxyRefusal, or the error of the connection to the proxy. */
  tunnel: (host: string, port: number, signal?: AbortSignal) => Promise<Socket>;
}

/** The proxy answered with another status than 200. */
export class ProxyRefusal extends Error {
  readonly status: number;

  constructor(place: string, status: number) {
    super(`the proxy ${place} answers HTTP ${status}`);
    this.status = status;
  }
}

/**
 * `HTTPS_PROXY` or `HTTP_PROXY`, by the scheme of the server, or `ALL_PROXY`, in upper or lower case; not for hosts in
 * `NO_PROXY`, nor for this machine.
 *
 * @throws Error for a proxy of another kind.
 */
export function proxyFor(server: URL, env: NodeJS.ProcessEnv): Proxy | undefined {
  const isSecure = /^(wss|https):$/.test(server.protocol);
  const named = ['no_proxy', isSecure ? 'https_proxy' : 'http_proxy', 'all_proxy'].map(
    (name) => env[name] ?? env[name.toUpperCase()],
  );
  const [exceptions = '', ...candidates] = named;
  const found = candidates.find(Boolean);
  if (!found || isLoopback(server) || isException(server, exceptions)) return undefined;
  const address = /^\w+:\/\//.test(found) ? found : `http://${found}`;
  if (!URL.canParse(address) || !/^https?:/.test(address)) {
    throw new Error(
      'The proxy of the environment is no http proxy: write http://host:port, or name the server in NO_PROXY.',
    );
  }
  return proxyAt(new URL(address), isSecure);
}

/** For the options of a session. */
export function throughProxy(url: string, env = process.env): { transport?: Transport } {
  const proxy = proxyFor(new URL(url), env);
  return proxy ? { transport: nodeTransport({ agent: proxy.agent }) } : {};
}

/** Names, with their subdomains; a port may follow. */
function isException({ hostname, host }: URL, exceptions: string): boolean {
  return exceptions
    .split(/[\s,]+/)
    .map((each) => each.replace(/^\*?\./, ''))
    .some(
      (each) =>
        each === '*' || each === host || each === hostname || (each !== '' && hostname.endsWith(`.${each}`)),
    );
}

function proxyAt({ protocol, hostname, port, host, username, password }: URL, isSecure: boolean): Proxy {
  const { request } = protocol === 'https:' ? https : http;
  const login = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString(
    'base64',
  );
  const tunnel: Proxy['tunnel'] = (targetHost, targetPort, signal) =>
    new Promise((resolve, reject) => {
      const target = `${targetHost.includes(':') ? `[${targetHost}]` : targetHost}:${targetPort}`;
      request({
        hostname: hostname.replace(/^\[|\]$/g, ''),
        port,
        method: 'CONNECT',
        path: target,
        headers: { host: target, ...(username && { 'proxy-authorization': `Basic ${login}` }) },
        ...(signal && { signal }),
        agent: false,
      })
        .once('connect', ({ statusCode = 0 }, socket: Socket) => {
          if (statusCode === 200) resolve(socket);
          else {
            socket.destroy();
            reject(new ProxyRefusal(host, statusCode));
          }
        })
        .once('response', ({ statusCode = 0 }) => reject(new ProxyRefusal(host, statusCode)))
        .once('error', reject)
        .end();
    });
  return { place: host, hostname, tunnel, agent: tunnelling(tunnel, isSecure) };
}

function tunnelling(tunnel: Proxy['tunnel'], isSecure: boolean): http.Agent {
  const agent = isSecure ? new https.Agent() : new http.Agent();
  return Object.assign(agent, {
    createConnection: (
      options: ConnectionOptions & { host: string; port: number },
      done: (error: unknown, socket?: Socket) => void,
    ) => {
      tunnel(options.host, options.port)
        .then((socket) => (isSecure ? connectTls({ ...options, socket }) : socket))
        .then((socket) => done(null, socket), done);
    },
  });
}
