/**
 * `@deepgram/sdk` as its README shows it: `listen.v1.connect`, `on`, `connect`, `waitForOpen`, `sendMedia`. It reconnects by its own
 * settings, and `sendMedia` throws while it is down: what is spoken then is not sent.
 */
import { DeepgramClient } from '@deepgram/sdk';
import { closeStream, finalText, startKeepAlive } from './client.mjs';

/**
 * @param {import('./client.mjs').Settings} settings
 * @param {ConstructorParameters<typeof DeepgramClient>[0]} [client] Further options of the client.
 * @returns {Promise<import('./client.mjs').Client>}
 */
export async function connectDeepgramSdk({ url, key, listen, keepAlive, onFinal }, client = {}) {
  const connection = await openSdk({ url, key, listen }, {}, client);
  const whenOpen = (/** @type {() => void} */ send) => {
    try {
      send();
    } catch {
      // "Socket is not open."
    }
  };
  const ending = closeStream(() => whenOpen(() => connection.sendCloseStream({ type: 'CloseStream' })));
  const stopKeepAlive = startKeepAlive(keepAlive, () => {
    whenOpen(() => connection.sendKeepAlive({ type: 'KeepAlive' }));
  });
  connection.on('message', (message) => {
    ending.hear(message);
    const text = finalText(message);
    if (text !== '') onFinal(text);
  });
  connection.on('error', () => undefined);
  connection.connect();
  await connection.waitForOpen().catch(() => undefined);
  const stop = () => {
    stopKeepAlive();
    connection.close();
  };
  return {
    send: (chunk) => whenOpen(() => connection.sendMedia(/** @type {Uint8Array<ArrayBuffer>} */ (chunk))),
    finish: () => ending.finish().then(stop),
    stop,
  };
}

/** @typedef {import('@deepgram/sdk').DeepgramClient['listen']['v1']['connect']} ConnectSdk */

/**
 * A connection that is yet to be opened.
 *
 * @param {Pick<import('./client.mjs').Settings, 'url' | 'key' | 'listen'>} settings
 * @param {{ reconnectAttempts?: number, connectionTimeoutInSeconds?: number }} [options]
 * @param {ConstructorParameters<typeof DeepgramClient>[0]} [clientOptions]
 * @returns {ReturnType<ConnectSdk>}
 */
export function openSdk({ url, key, listen }, options = {}, clientOptions = {}) {
  const client = new DeepgramClient({ ...clientOptions, apiKey: key, baseUrl: url });
  const { model, ...rest } = Object.fromEntries(
    Object.entries(listen).map(([name, value]) => [name, String(value)]),
  );
  return client.listen.v1.connect(/** @type {Parameters<ConnectSdk>[0]} */ ({ model, ...rest, ...options }));
}
