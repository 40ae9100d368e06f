/**
 * The control page and its API: the same faults as everywhere, over HTTP on the loopback.
 *
 *     GET    /                      the page
 *     GET    /control/state         connections, limits and readings, planned faults
 *     GET    /control/events        server-sent events: `state` and `log`
 *     GET    /control/log           the last lines of the log
 *     GET    /control/faults        the table of faults
 *     POST   /control/faults        {"order": "cut after 5s on 2"}
 *     POST   /control/faults/NAME   {"afterMs": 5000, "on": 2}
 *     DELETE /control/faults        makes all well again
 */
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Emulator } from '../emulator.ts';
import { BadFault, describeFault, type FaultOrder, parseFault, readFault } from '../fault-orders.ts';
import { answer, type HttpAnswer, readBody } from '../http-messages.ts';
import { refusalOf } from './guard.ts';
import { LiveFeed } from './live-feed.ts';
import { faultsView, stateView } from './views.ts';

const FAULTS_PATH = '/control/faults';

export class ControlDesk {
  readonly #emulator: Emulator & { readonly url: string };
  readonly #feed: LiveFeed;
  readonly #unwatch: () => void;

  constructor(emulator: Emulator & { readonly url: string }) {
    this.#emulator = emulator;
    this.#feed = new LiveFeed(() => this.#state());
    this.#unwatch = emulator.watch((event) => this.#feed.note(event));
  }

  handles(path: string): boolean {
    return path === '/' || path === '/control' || path.startsWith('/control/');
  }

  async answer(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', headers } = request;
    const refused = refusalOf({ method, headers, remoteAddress: request.socket.remoteAddress });
    if (refused !== undefined) {
      answer(request, response, problem(403, refused));
      return;
    }
    if (path === '/control/events' && method === 'GET') {
      if (!this.#feed.add(request, response))
        answer(request, response, problem(503, 'Too many are watching.'));
      return;
    }
    const body = await readBody(request);
    answer(
      request,
      response,
      body === undefined ? problem(413, 'The body is too large.') : this.#route(path, method, body),
    );
  }

  close(): void {
    this.#unwatch();
    this.#feed.close();
  }

  #route(path: string, method: string, body: string): HttpAnswer {
    const isRead = method === 'GET' || method === 'HEAD';
    if (path === '/' && isRead) return page();
    if (path === '/control/state' && isRead) return json(200, this.#state());
    if (path === '/control/log' && isRead) return json(200, this.#feed.lines);
    if (path === FAULTS_PATH && isRead) return json(200, faultsView());
    if (path === FAULTS_PATH && method === 'DELETE') {
      this.#emulator.clearFaults();
      return json(200, { cleared: true });
    }
    if (method === 'POST' && (path === FAULTS_PATH || path.startsWith(`${FAULTS_PATH}/`))) {
      return this.#order(path.slice(FAULTS_PATH.length + 1), body);
    }
    return problem(404, `There is no ${method} ${path} here.`);
  }

  #order(name: string, body: string): HttpAnswer {
    try {
      const order = this.#emulator.inflict(readOrder(name, body));
      return json(200, { ordered: describeFault(order) });
    } catch (error) {
      if (error instanceof BadFault) return problem(400, error.message);
      throw error;
    }
  }

  #state(): object {
    return stateView(this.#emulator, this.#emulator.url, this.#feed);
  }
}

function readOrder(name: string, body: string): FaultOrder {
  const fields = readFields(body);
  if (name !== '') return readFault(name, fields);
  const { order } = fields;
  if (typeof order !== 'string')
    throw new BadFault('Give {"order": "…"}, such as {"order": "cut after 5s"}.');
  return parseFault(order);
}

function readFields(body: string): Record<string, unknown> {
  if (body.trim() === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw new BadFault('The body is not JSON.');
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw new BadFault('The body must be a JSON object, such as {"afterMs": 5000}.');
}

function json(status: number, value: unknown): HttpAnswer {
  return {
    status,
    headers: {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    },
    body: `${JSON.stringify(value, null, 2)}\n`,
  };
}

function problem(status: number, text: string): HttpAnswer {
  return json(status, { error: text });
}

/** A single file. The policy forbids frames around it and content from other addresses. */
function page(): HttpAnswer {
  return {
    status: 200,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy':
        "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    },
    body: readFileSync(new URL('page.html', import.meta.url), 'utf8'),
  };
}
