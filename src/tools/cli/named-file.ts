/** Files named on the command line. */
import { readFile } from 'node:fs/promises';

/** A file on the command line is unreadable: the exit code is 2. */
export class UnreadableFile extends Error {}

/**
 * @param advice The remedy, as the end of the sentence.
 * @throws UnreadableFile
 */
export async function readNamedFile(path: string, advice: string): Promise<Buffer> {
  return readFile(path).catch((error: NodeJS.ErrnoException) => {
    const why = error.code ?? error.message;
    throw new UnreadableFile(`'${path}' cannot be read (${why}): ${advice}.`, { cause: error });
  });
}
