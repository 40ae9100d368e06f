/** `ws` as its README shows it: no reconnect and no buffer, by design. The other clients use it, and are compared with it. */
import { WebSocket } from 'ws';
import { addressOf, closeStream, finalText, startKeepAlive } from './client.mjs';

/** @type {import('./client.mjs').Connect} */
export async function connectBareWs(settings) {
  const socket = new WebSocket(addressOf(settings), {
    headers: { Authorization: `Token ${settings.key}` },
    perMessageDeflate: false,
  });
  /** @param {string | Uint8Array} data */
  const send = (data) => {
    if (socket.readyState === WebSocket.OPEN) socket.send(data);
  };
  const ending = closeStream(send);
  const stopKeepAlive = startKeepAlive(settings.keepAlive, send);
  socket.on('error', () => undefined);
  socket.on('message', (/** @type {Buffer} */ data) => {
    const message = JSON.parse(data.toString());
    ending.hear(message);
    const text = finalText(message);
    if (text !== '') settings.onFinal(text);
  });
  socket.on('close', () => {
    stopKeepAlive();
    ending.ended();
  });
  await new Promise((resolve) => {
    socket.once('open', resolve);
    socket.once('close', resolve);
  });
  return {
    send,
    finish: () => ending.finish(),
    stop: () => socket.terminate(),
    finalize: () => send('{"type":"Finalize"}'),
  };
}
