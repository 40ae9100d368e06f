/**
 * The size of each client in a web page: minified and gzipped, before anything is loaded lazily, as a bundler for browsers
 * makes it.
 */
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';
import { runAsProgram } from './support/report.mjs';

/** @typedef {import('./support/report.mjs').Row} Row */
/** @typedef {import('rolldown').OutputChunk} OutputChunk */

const GOAL_KB = 14;

/** Peers, which the page brings itself. */
const PEERS = [/^rxjs($|\/)/, /^xstate($|\/)/];
const NOTHING = /** @type {RegExp[]} */ ([]);

const SDK = `export { DeepgramClient } from '@deepgram/sdk';`;
const RECIPE = `export { connectDeepgramRecipe } from './clients/deepgram-recipe.mjs';`;
const OURS = `export { createLiveTranscription } from 'rx-deepgram';`;

const ENTRIES = [
  { client: 'rx-deepgram', own: true, code: OURS, external: PEERS },
  { client: 'rx-deepgram', own: false, code: OURS, external: NOTHING },
  { client: 'deepgram-sdk', own: true, code: SDK, external: NOTHING },
  { client: 'deepgram-recipe', own: true, code: RECIPE, external: NOTHING },
  {
    client: 'partysocket',
    own: true,
    code: `export { WebSocket } from 'partysocket';`,
    external: NOTHING,
  },
  {
    client: 'rxjs',
    own: true,
    code: `export { webSocket } from 'rxjs/webSocket'; export { repeat, retry } from 'rxjs';`,
    external: NOTHING,
  },
];

export async function size() {
  /** @type {Row[]} */
  const rows = [];
  for (const { client, own, code, external } of ENTRIES) {
    rows.push({
      id: own ? 'size/own' : 'size/with-peers',
      name: own ? 'minified + gzip; ours without rxjs and xstate' : 'minified + gzip, with rxjs and xstate',
      client,
      value: (await gzipBytes(code, external)) / 1_000,
      unit: 'kB',
      ...(own && client === 'rx-deepgram' && { goal: GOAL_KB }),
    });
  }
  const how =
    'What each makes a web page load; bare ws is nothing there, since the browser has its own WebSocket.';
  return { bench: 'size', how, rows };
}

/** @param {string} code @param {RegExp[]} external */
async function gzipBytes(code, external) {
  const entry = join(import.meta.dirname, 'entry.mjs');
  const build = await rolldown({
    input: entry,
    platform: 'browser',
    external,
    logLevel: 'silent',
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === entry ? entry : undefined),
        load: (id) => (id === entry ? code : undefined),
      },
    ],
  });
  const { output } = await build.generate({ format: 'es', minify: true });
  await build.close();
  const chunks = output.filter((each) => each.type === 'chunk');
  return eagerOf(chunks).reduce((sum, { code: text }) => sum + gzipSync(text, { level: 9 }).length, 0);
}

/** The chunks that the entry cannot start without. @param {readonly OutputChunk[]} chunks */
function eagerOf(chunks) {
  const eager = new Set(chunks.filter((chunk) => chunk.isEntry));
  for (const chunk of eager) {
    for (const each of chunks) if (chunk.imports.includes(each.fileName)) eager.add(each);
  }
  return [...eager];
}

await runAsProgram(import.meta, size);
