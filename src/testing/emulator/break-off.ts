import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/**
 * Resets a TCP connection, as a broken network does. One whose end is already being said cannot be reset: libuv refuses, Node
 * takes it for closing all the same, and waits for it in a busy loop when the process ends (seen with Node 20).
 */
export function breakOff(socket: Duplex): void {
  if (socket instanceof Socket && !socket.writableEnded) socket.resetAndDestroy();
  else socket.destroy();
}
