/** The machine and the version of a measurement. */
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..', '..');

export function describeMachine() {
  return {
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
  };
}

export function versions() {
  const versionAt = (/** @type {string} */ folder) =>
    /** @type {string} */ (JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8')).version);
  const of = (/** @type {string} */ name) => versionAt(join('node_modules', name));
  return {
    'rx-deepgram': versionAt('.'),
    '@deepgram/sdk': of('@deepgram/sdk'),
    partysocket: of('partysocket'),
    rxjs: of('rxjs'),
    xstate: of('xstate'),
    ws: of('ws'),
  };
}
