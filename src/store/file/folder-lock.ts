/**
 * Gives a folder to one process at a time. The process listens on a local socket whose name follows from the folder. The system
 * releases the socket when the process ends in any way; a file with a process number could be stale.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { unlink } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Resolves with a function that releases the folder. @throws Error (by rejection) if another process has it. */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const name = `rx-deepgram-${createHash('sha256').update(folder).digest('hex').slice(0, 16)}`;
  const path = process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : join(tmpdir(), name);
  const server =
    (await listen(path)) ?? ((await isAlive(path)) ? undefined : (await unlink(path), await listen(path)));
  if (!server) throw new Error(`The folder ${folder} is used by another process, or by another fileStore().`);
  server.unref();
  return async () => {
    server.close();
    await once(server, 'close');
  };
}

async function listen(path: string): Promise<Server | undefined> {
  const server = createServer((socket) => socket.destroy());
  try {
    server.listen(path);
    await once(server, 'listening');
    return server;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return undefined;
    throw error;
  }
}

/** The socket file of a dead process remains, but no process answers. */
async function isAlive(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
