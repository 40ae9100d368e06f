/**
 * The interface of the clients in the bench, and their shared code. Each client is used as its documentation shows; of several
 * ways the one that is best for the client is taken. `docs/bench.md` names the source of each.
 */

/**
 * @typedef {object} Settings
 * @property {string} url Scheme, host and port.
 * @property {string} key
 * @property {Readonly<Record<string, string | number | boolean>>} listen Deepgram's parameters.
 * @property {boolean} [keepAlive] Adds the KeepAlive timer that Deepgram's documentation advises, where the client has none.
 * @property {number} [keepAliveMs] The interval of the client's own KeepAlives; without it, the client's default.
 * @property {(text: string) => void} onFinal The text of each final result that has one.
 */

/**
 * @typedef {object} Client
 * @property {(chunk: Uint8Array) => unknown} send Never throws: what a client refuses, its user has lost.
 * @property {() => Promise<void>} finish Ends the audio; resolves when the last words have come, or no more can.
 * @property {() => void} stop Lets everything go, at once.
 * @property {() => void} [finalize] Asks for a final result of what has been said.
 */

/** Resolves once audio may be sent. @typedef {(settings: Settings) => Promise<Client>} Connect */

/** "Send a KeepAlive message every 3-5 seconds", says Deepgram; its own example takes five. */
export const KEEP_ALIVE_MS = 5_000;

/** A client that has not finished after this time is stopped. */
const FINISH_MS = 20_000;

/** @param {Settings} settings */
export function addressOf({ url, listen }) {
  const query = new URLSearchParams(Object.entries(listen).map(([name, value]) => [name, String(value)]));
  return `${url}/v1/listen?${query.toString()}`;
}

/** The text of a message if it is a final result, as every tutorial reads it. @param {any} message */
export function finalText(message) {
  if (message.type !== 'Results' || message.is_final !== true) return '';
  return /** @type {string} */ (message.channel?.alternatives?.[0]?.transcript ?? '');
}

/**
 * The end of a stream for clients that only carry messages: CloseStream, then Deepgram's last results and its Metadata.
 *
 * @param {(json: string) => void} send
 */
export function closeStream(send) {
  const { promise, resolve } = promiseOf();
  let isAsked = false;
  return {
    /** @param {any} message */
    hear(message) {
      if (isAsked && message.type === 'Metadata') resolve();
    },
    /** The client says that no more will come. */
    ended: resolve,
    async finish() {
      isAsked = true;
      send('{"type":"CloseStream"}');
      const timer = setTimeout(resolve, FINISH_MS);
      await promise;
      clearTimeout(timer);
    },
  };
}

/** @param {boolean | undefined} isWanted @param {(json: string) => void} send */
export function startKeepAlive(isWanted, send) {
  if (!isWanted) return () => undefined;
  const timer = setInterval(() => send('{"type":"KeepAlive"}'), KEEP_ALIVE_MS);
  return () => clearInterval(timer);
}

/** `Promise.withResolvers`, which Node 20 has not. */
export function promiseOf() {
  /** @type {() => void} */
  let resolve = () => undefined;
  /** @type {Promise<void>} */
  const promise = new Promise((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
