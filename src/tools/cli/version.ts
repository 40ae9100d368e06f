/** The version of this package. */
import { readFile } from 'node:fs/promises';

const MANIFEST = new URL('../../../package.json', import.meta.url);

export async function ownVersion(): Promise<string> {
  return (JSON.parse(await readFile(MANIFEST, 'utf8')) as { version: string }).version;
}
