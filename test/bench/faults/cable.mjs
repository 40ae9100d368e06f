/**
 * The network between a client and its server: a cable of real TCP on the loopback, which can be cut, unplugged for a time, or
 * go dead without an event. It does not read the bytes.
 */
import { createServer, connect } from 'node:net';

/** @typedef {import('node:net').Socket} Socket */

export class Cable {
  /** Connections that clients have tried to make. */
  attempts = 0;
  #server;
  #isPlugged = true;
  /** @type {Set<{ near: Socket, far: Socket }>} */
  #links = new Set();

  /** @param {number} serverPort */
  constructor(serverPort) {
    this.#server = createServer((near) => this.#join(near, serverPort));
  }

  /** Resolves to the address of the client's end. */
  async lay() {
    await new Promise((resolve) => this.#server.listen(0, '127.0.0.1', () => resolve(undefined)));
    const address = /** @type {import('node:net').AddressInfo} */ (this.#server.address());
    return `ws://127.0.0.1:${address.port}`;
  }

  /** Breaks every connection, by a reset on either side. */
  cut() {
    for (const link of this.#links) drop(link);
  }

  /** As {@link Cable.cut}, and new connections are reset, until {@link Cable.plug}. */
  unplug() {
    this.#isPlugged = false;
    this.cut();
  }

  plug() {
    this.#isPlugged = true;
  }

  /** The present connections carry nothing more, in either direction and without an event. New ones work. */
  goDead() {
    for (const { near, far } of this.#links) {
      near.unpipe(far).pause();
      far.unpipe(near).pause();
    }
  }

  async remove() {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** @param {Socket} near @param {number} serverPort */
  #join(near, serverPort) {
    this.attempts += 1;
    near.on('error', () => undefined);
    if (!this.#isPlugged) {
      near.resetAndDestroy();
      return;
    }
    const far = connect(serverPort, '127.0.0.1');
    const link = { near, far };
    this.#links.add(link);
    near.setNoDelay(true).pipe(far).setNoDelay(true).pipe(near);
    far.on('error', () => undefined);
    for (const end of [near, far]) {
      end.on('close', () => {
        this.#links.delete(link);
        // An orderly close of one side has been passed on; other ends have not.
        if (end.errored) drop(link);
        else (end === near ? far : near).end();
      });
    }
  }
}

/** @param {{ near: Socket, far: Socket }} link */
function drop({ near, far }) {
  near.resetAndDestroy();
  far.resetAndDestroy();
}
