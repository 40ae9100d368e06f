/** Plays a call over a real WebSocket, like the provider. */
import { WebSocket } from 'ws';
import { systemClock } from '../../clock.ts';
import type { CallScript } from './call-script.ts';
import { type Line, type PlayedCall, type PlayOptions, play, summaryOf } from './performance.ts';
import { planCall } from './plan-call.ts';

/**
 * Connects to a server like a provider, and plays a call to it. Resolves when the socket is open.
 *
 * @throws Error (by rejection) if the server cannot be reached or refuses; RangeError for an impossible script.
 */
export async function dialCall(
  url: string,
  script: CallScript,
  options: PlayOptions = {},
): Promise<PlayedCall> {
  const plan = planCall(script);
  const socket = new WebSocket(url, { headers: { ...options.headers } });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  // Ignored: a close follows.
  socket.on('error', () => undefined);
  const line: Line = {
    send: (data) => socket.send(data),
    close: () => socket.close(1000),
    cut: () => socket.terminate(),
  };
  const stop = play(plan, line, options.clock ?? systemClock);
  const over = new Promise<void>((resolve) => {
    socket.once('close', () => {
      stop();
      resolve();
    });
  });
  return { ...summaryOf(plan), over, cut: () => line.cut() };
}
