/**
 * The server of the page: on the loopback, for this page only. Other websites in the browser can reach the loopback, too. So the
 * host is checked (a name that was re-bound to 127.0.0.1 is another host), and for every action also the origin.
 */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { headersFor } from './page.ts';

/** Files and actions of the server. */
export interface PageContent {
  /** Where the session's WebSocket goes, if there is one: the only other address that the page may talk to. */
  socketUrl?: string;
  /** By path. */
  files: ReadonlyMap<string, { type: string; body: string | Uint8Array }>;
  /** By path, for POST; results are sent as JSON. */
  actions: ReadonlyMap<string, () => unknown>;
}

/** A running page server. */
export interface PageServer {
  readonly url: string;
  close(): Promise<void>;
}

interface Answer {
  status: number;
  type?: string;
  body?: string | Uint8Array;
}

const LOOPBACK = '127.0.0.1';

/** @param port 0 for any free one. */
export async function startPageServer(content: PageContent, port: number): Promise<PageServer> {
  const headers = headersFor(content.socketUrl);
  let origin = '';
  const server = createServer((request, response) => {
    void answer(request, content, origin).then(({ status, type, body = '' }) => {
      response.writeHead(status, { ...headers, ...(type !== undefined && { 'content-type': type }) });
      response.end(request.method === 'HEAD' ? undefined : body);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code ?? cause.message;
      reject(
        new Error(`The page cannot be served on port ${port} (${why}): pass another --port, or none.`, {
          cause,
        }),
      );
    });
    server.listen(port, LOOPBACK, resolve);
  });
  origin = `http://${LOOPBACK}:${(server.address() as AddressInfo).port}`;
  return { url: `${origin}/`, close: () => closed(server) };
}

async function answer(request: IncomingMessage, content: PageContent, origin: string): Promise<Answer> {
  if (`http://${request.headers.host ?? ''}` !== origin) return { status: 421, body: 'Wrong host.\n' };
  const [path = '/'] = (request.url ?? '/').split('?');
  const file = content.files.get(path);
  const action = content.actions.get(path);
  if (file) {
    const mayRead = request.method === 'GET' || request.method === 'HEAD';
    return mayRead ? { status: 200, ...file } : { status: 405 };
  }
  if (!action) return { status: 404, body: 'Not found.\n' };
  if (request.method !== 'POST') return { status: 405 };
  if (request.headers.origin !== origin)
    return { status: 403, body: 'Only the page itself may request this.\n' };
  try {
    const result = await action();
    if (result === undefined) return { status: 204 };
    return { status: 200, type: 'application/json', body: JSON.stringify(result) };
  } catch {
    // The error may contain the request and its secret; the page gets only the fact.
    return { status: 502 };
  }
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
}
