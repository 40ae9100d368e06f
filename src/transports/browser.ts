/**
 * The transport over the platform's own `WebSocket`: browsers, workers, React Native. Credentials are sent as a sub-protocol,
 * since no header can be set. The platform does not show why a handshake failed: it is reported as 1006.
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
  // The `error` event has no information, and `close` always follows it.
  socket.addEventListener('close', ({ code, reason }) => end(code, reason));

  return {
    send: (message) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(message as string | Uint8Array<ArrayBuffer>);
    },
    get bufferedAmount() {
      return socket.bufferedAmount;
    },
    close: (code, reason) => socket.close(code, reason),
    // A browser cannot drop a connection at once: we ignore its later events, and the platform closes it after its own timeout.
    terminate: () => {
      socket.close();
      queueMicrotask(() => end(1006, ''));
    },
  };
};

/** The same for other Deepgram services of the SDK: its headers are sent as its own sub-protocols. */
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
