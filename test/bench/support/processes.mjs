/**
 * Each side of a measurement is a separate process, so that CPU and heap are measured separately. Parties answer one request at
 * a time, and end with the process that started them.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/**
 * What V8 does to a process that allocates little, and that waits between its turns, to one earlier than to another: it shrinks the
 * young generation, which is then collected twice a second, and collects all of the heap. With these flags the clients are compared,
 * and not that.
 */
export const SAME_MEMORY = ['--min-semi-space-size=16', '--no-memory-reducer'];

export class Party {
  #child;

  /**
   * @param {string} file beside this one
   * @param {readonly (string | number)[]} [args]
   * @param {string[]} [flags] for Node
   */
  constructor(file, args = [], flags = []) {
    this.#child = fork(join(import.meta.dirname, file), args.map(String), { execArgv: flags });
  }

  /**
   * Waits for the answer to one request; the first answer of all is to `start`.
   *
   * @template Answer
   * @param {unknown} request
   * @returns {Promise<Answer>}
   */
  async ask(request) {
    const ended = new AbortController();
    const failure = once(this.#child, 'exit', { signal: ended.signal }).then(() => {
      throw new Error(`A party of the bench has ended early: ${this.#child.spawnargs.slice(1).join(' ')}`);
    });
    try {
      this.#child.send(/** @type {import('node:child_process').Serializable} */ (request));
      const answer = await Promise.race([once(this.#child, 'message', { signal: ended.signal }), failure]);
      return /** @type {Answer} */ (answer[0]);
    } finally {
      ended.abort();
      failure.catch(() => undefined);
    }
  }

  async stop() {
    if (this.#child.exitCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await gone;
  }
}

/**
 * Starts parties, and stops them when the work is done or has failed.
 *
 * @template Result
 * @param {Party[]} parties
 * @param {(...parties: Party[]) => Promise<Result>} work
 */
export async function withParties(parties, work) {
  try {
    return await work(...parties);
  } finally {
    await Promise.all(parties.map((party) => party.stop()));
  }
}

/**
 * Lets clients speak until the compiler has seen enough of them. Their servers answer ten times as often meanwhile: with a final a
 * second it would still be at work, and be measured, minutes later.
 *
 * @param {readonly Party[]} servers
 * @param {readonly Party[]} clients
 * @param {number} forMs
 */
export async function warmUp(servers, clients, forMs) {
  await Promise.all(servers.map((server) => server.ask('warm up')));
  await Promise.all(clients.map((client) => client.ask({ does: 'cost', forMs })));
  await Promise.all(servers.map((server) => server.ask('measure')));
}

/**
 * The CPU of a client that speaks, while its server does not sleep. A server that sleeps between frames must be woken, and the
 * kernel bills that to the client: up to five microseconds, a third of a frame.
 *
 * @param {Party} server
 * @param {Party} client
 * @param {number} forMs
 * @returns {Promise<import('./speaker.mjs').Spoken>}
 */
export async function measureSpeech(server, client, forMs) {
  await server.ask('stay awake');
  /** @type {import('./speaker.mjs').Spoken} */
  const spoken = await client.ask({ does: 'cost', forMs });
  await server.ask('sleep');
  return spoken;
}

/**
 * The other side: answers requests one by one.
 *
 * @param {(request: any) => unknown} answer
 */
export function serve(answer) {
  const respond = async (/** @type {unknown} */ request) => {
    const reply = await answer(request);
    process.send?.(reply ?? null);
  };
  process.on('disconnect', () => process.exit());
  process.on('message', (request) => void respond(request));
}

/** @param {number} delayMs */
export function sleep(delayMs) {
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}

/** Milliseconds on a clock that all processes of this machine share. */
export function timeOfAll() {
  return performance.timeOrigin + performance.now();
}
