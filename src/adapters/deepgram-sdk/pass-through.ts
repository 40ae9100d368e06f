/** A plain WebSocket as a transport of the SDK, for services without recovery. */
import type { DeepgramTransport } from '@deepgram/sdk';
import { plainSocket } from '#transport';

/** Close codes that an app may use; platforms refuse others. */
const isAppCode = (code: number) => code === 1000 || (code >= 3000 && code <= 4999);

export function passThrough(
  url: string,
  headers: Readonly<Record<string, string>>,
  protocols: readonly string[],
): DeepgramTransport {
  const socket = plainSocket(url, headers, protocols);
  socket.binaryType = 'arraybuffer';
  let hasOpened = false;
  const isOpen = () => socket.readyState === 1;
  return {
    send: (data) => socket.send(data as string | ArrayBuffer),
    isOpen,
    onOpen: (listener) =>
      socket.addEventListener('open', () => {
        hasOpened = true;
        listener();
      }),
    onMessage: (listener) =>
      socket.addEventListener('message', ({ data }: MessageEvent<string | ArrayBuffer>) => listener(data)),
    // The SDK drops a transport after an error. After the open, only the close is reported.
    onError: (listener) =>
      socket.addEventListener('error', (event) => {
        const { message } = event as Event & { message?: string };
        if (!hasOpened) listener(new Error(message || 'The WebSocket could not be opened.'));
      }),
    onClose: (listener) => socket.addEventListener('close', ({ code, reason }) => listener({ code, reason })),
    close: (code = 1000, reason = '') => {
      if (isAppCode(code)) socket.close(code, reason);
      else socket.close();
    },
  };
}
