/** Versions of Node and of the installed packages. */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fail, type Finding, pass, skipped, warn } from './finding.ts';

/** The working directory. */
export interface Machine {
  nodeVersion: string;
  /** The app's folder, whose packages are checked. */
  cwd: string;
}

interface Manifest {
  version: string;
  engines?: { node?: string };
}

/** Older versions do not reconnect by themselves, and 3 is not maintained. */
const CURRENT_SDK = 5;

export async function examineMachine({ nodeVersion, cwd }: Machine): Promise<Finding[]> {
  const own = await readManifest(new URL('../../../../package.json', import.meta.url));
  if (!own)
    throw new Error("The doctor cannot read this package's own package.json: install rx-deepgram anew.");
  return [
    examineNode(nodeVersion, own.engines?.node ?? ''),
    pass('package', own.version, { version: own.version }),
    await examineSdk(cwd),
  ];
}

function examineNode(version: string, range: string): Finding {
  const needed = range.replace(/^>=\s*/, '');
  return isAtLeast(version, needed)
    ? pass('node', version, { version })
    : fail(
        'node',
        `${version}, but ${needed} or later is needed`,
        'Install a current Node: https://nodejs.org.',
        { version },
      );
}

async function examineSdk(cwd: string): Promise<Finding> {
  const version = await installedVersion('@deepgram/sdk', cwd);
  if (version === undefined) return skipped('sdk', 'not installed, and not needed');
  if (Number.parseInt(version, 10) < CURRENT_SDK) {
    return warn(
      'sdk',
      `${version} is superseded`,
      `Update it to version ${CURRENT_SDK} or later, or use only rx-deepgram for the connection.`,
      { version },
    );
  }
  return pass('sdk', `${version}; it sends no KeepAlive by itself`, { version });
}

/** Searches `node_modules` upwards, as Node does. */
async function installedVersion(name: string, from: string): Promise<string | undefined> {
  const manifest = await readManifest(join(from, 'node_modules', name, 'package.json'));
  if (manifest) return manifest.version;
  const parent = dirname(from);
  return parent === from ? undefined : installedVersion(name, parent);
}

async function readManifest(path: string | URL): Promise<Manifest | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Manifest;
  } catch {
    return undefined;
  }
}

function isAtLeast(version: string, needed: string): boolean {
  const [have, want] = [version, needed].map((each) => each.replace(/^v/, '').split('.').map(Number));
  for (const [i, number] of (want ?? []).entries()) {
    const own = have?.[i] ?? 0;
    if (own !== number) return own > number;
  }
  return true;
}
