/**
 * The transport over the platform's own `WebSocket`: browsers, workers, React Native. Credentials travel as a sub-protocol, since no
 * header can be set; why a handshake failed is not shown, and comes as 1006.
 */
import type { Transport } from './transport.ts';

/** Opens WebSockets with the platform's `WebSocket`. */
export const transport: Transport = ({ url, credentials }, handlers) => {
  const socket = new WebSocket(url, [credentials.scheme, credentials.value]);
  socket.binaryType = 'arraybuffer';
  let hasEnded = false;
  const end = (code: number, reason: string) => {
    if (hasEnded) return;
    hasEnded = true;
    handlers.ended({ code, reason });
  };
  socket.addEventListener('open', () => handlers.opened({}));
  socket.addEventListener('message', ({ data }: MessageEvent<string | ArrayBuffer>) => {
    if (hasEnded) return;
    if (typeof data === 'string') handlers.message(data);
    else handlers.binary(data.byteLength);
  });
  // `error` tells nothing, and `close` always follows it.
  socket.addEventListener('close', ({ code, reason }) => end(code, reason));

  return {
    send: (message) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(message as string | Uint8Array<ArrayBuffer>);
    },
    get bufferedAmount() {
      return socket.bufferedAmount;
    },
    close: (code, reason) => socket.close(code, reason),
    // A browser cannot drop a connection at once: it is forgotten here, and closed when the platform gives up on it.
    terminate: () => {
      socket.close();
      queueMicrotask(() => end(1006, ''));
    },
  };
};

/** The same for services that are handed through: headers of Deepgram's SDK travel as its own sub-protocols. */
export function plainSocket(
  url: string,
  { authorization = '', 'x-deepgram-session-id': session }: Readonly<Record<string, string>>,
  protocols: readonly string[],
): WebSocket {
  const [scheme = '', secret] = authorization.split(/\s+/);
  return new WebSocket(url, [
    ...(secret === undefined ? [] : [scheme.toLowerCase(), secret]),
    ...(session === undefined ? [] : ['x-deepgram-session-id', session]),
    ...protocols,
  ]);
}
