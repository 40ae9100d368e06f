import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/**
 * Resets a TCP connection, like a broken network. A connection that is already ending cannot be reset: libuv refuses, but Node
 * marks it as closing, and waits for it in a busy loop at the end of the process (seen with Node 20).
 */
export function breakOff(socket: Duplex): void {
  if (socket instanceof Socket && !socket.writableEnded) socket.resetAndDestroy();
  else socket.destroy();
}
