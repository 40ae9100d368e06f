/**
 * `webSocket` of RxJS, which buffers while it is down, with `retry`, whose configuration RxJS documents. `retry` alone would leave
 * it down after every clean close, such as 1011, which completes the stream: `repeat` is added for that.
 */
import { Subject, repeat, retry, takeUntil } from 'rxjs';
import { webSocket } from 'rxjs/webSocket';
import { WebSocket } from 'ws';
import { addressOf, closeStream, finalText, startKeepAlive } from './client.mjs';

/** RxJS has no default of its own; a second is what its tutorials take, or more. */
const RETRY_MS = 1_000;

/** @type {import('./client.mjs').Connect} */
export async function connectRxjs(settings) {
  /** @type {Subject<unknown>} */
  const opened = new Subject();
  /** @type {Subject<void>} */
  const stopped = new Subject();
  /** @type {import('rxjs/webSocket').WebSocketSubject<any>} */
  const socket = webSocket({
    url: addressOf(settings),
    protocol: ['token', settings.key],
    WebSocketCtor: /** @type {any} */ (WebSocket),
    binaryType: 'arraybuffer',
    serializer: (data) => data,
    openObserver: opened,
  });
  /** @param {string | Uint8Array} data */
  const send = (data) => socket.next(data);
  const ending = closeStream(send);
  const stopKeepAlive = startKeepAlive(settings.keepAlive, send);
  const isOpen = new Promise((resolve) => {
    opened.subscribe(resolve);
  });
  socket
    .pipe(retry({ delay: RETRY_MS }), repeat({ delay: RETRY_MS }), takeUntil(stopped))
    .subscribe((message) => {
      ending.hear(message);
      const text = finalText(message);
      if (text !== '') settings.onFinal(text);
    });
  await isOpen;
  const stop = () => {
    stopKeepAlive();
    stopped.next();
  };
  return { send, finish: () => ending.finish().then(stop), stop };
}
