/**
 * `partysocket` as its README shows it for Node, with its own settings for reconnecting and buffering. It cannot send headers,
 * so the key goes into the sub-protocols, as in a browser.
 */
import { WebSocket as ReconnectingWebSocket } from 'partysocket';
import { WebSocket } from 'ws';
import { addressOf, closeStream, finalText, startKeepAlive } from './client.mjs';

/** @type {import('./client.mjs').Connect} */
export async function connectPartySocket(settings) {
  const socket = new ReconnectingWebSocket(addressOf(settings), ['token', settings.key], { WebSocket });
  /** @param {string | Uint8Array} data */
  const send = (data) => socket.send(/** @type {Uint8Array<ArrayBuffer>} */ (data));
  const ending = closeStream(send);
  const stopKeepAlive = startKeepAlive(settings.keepAlive, send);
  socket.addEventListener('message', ({ data }) => {
    const message = JSON.parse(data);
    ending.hear(message);
    const text = finalText(message);
    if (text !== '') settings.onFinal(text);
  });
  await new Promise((resolve) => {
    socket.addEventListener('open', resolve, { once: true });
  });
  const stop = () => {
    stopKeepAlive();
    socket.close();
  };
  return { send, finish: () => ending.finish().then(stop), stop };
}
