/**
 * One process at a time has a folder. It listens on a local socket whose name follows from the folder: the system lets go of it however
 * the process ends, and no number of a process can be mistaken for another's.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { unlink } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Answers how to give it back. @throws Error (by rejection) if a process has it. */
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

/** A name whose process died is left behind, and nobody answers. */
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
