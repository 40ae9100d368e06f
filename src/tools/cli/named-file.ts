/** Files named on the command line. */
import { open, readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';

/** A file on the command line is unreadable: the exit code is 2. */
export class UnreadableFile extends Error {}

/**
 * @param advice The remedy, as the end of the sentence.
 * @throws UnreadableFile
 */
export async function readNamedFile(path: string, advice: string): Promise<Buffer> {
  return readFile(path).catch((error: NodeJS.ErrnoException) => refuse(path, error, advice));
}

/** A second or two of most recordings: reading can stop after one piece. */
const READ_BYTES = 8 * 1024;

/**
 * The bytes of a file, or of standard input for `-`, read on demand.
 *
 * @throws UnreadableFile
 */
export async function openNamedFile(path: string, stdin: Readable): Promise<Readable> {
  if (path === '-') return stdin;
  const file = await open(path).catch((error: NodeJS.ErrnoException) =>
    refuse(path, error, 'pass the path of a recording'),
  );
  if ((await file.stat()).isDirectory()) {
    await file.close();
    throw new UnreadableFile(`'${path}' is a folder: pass the path of a recording.`);
  }
  return file.createReadStream({ highWaterMark: READ_BYTES });
}

function refuse(path: string, error: NodeJS.ErrnoException, advice: string): never {
  const why = error.code ?? error.message;
  throw new UnreadableFile(`'${path}' cannot be read (${why}): ${advice}.`, { cause: error });
}
