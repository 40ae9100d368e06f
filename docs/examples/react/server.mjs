/**
 * What a page with captions needs of its server: tokens, since the key must not leave this file. Without a key, Deepgram is
 * played by an emulator on this machine, whose network can be cut.
 */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { refuse, startEmulator, startVosk } from 'rx-deepgram/testing';

const PAGES = join(import.meta.dirname, 'dist');
const CUT_MS = 4_000;
/** @type {Record<string, string>} */
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.svg': 'image/svg+xml',
};

const { DEEPGRAM_API_KEY, DEEPGRAM_URL = 'https://api.deepgram.com', PORT = '8787' } = process.env;
const deepgram = DEEPGRAM_API_KEY
  ? { url: DEEPGRAM_URL, apiKey: DEEPGRAM_API_KEY, cut: undefined }
  : await emulate();

/** Understands real speech; that takes a second or two to load. */
async function emulate() {
  const { recogniser } = await startVosk();
  let cutUntil = 0;
  const faultsOf = () => (Date.now() < cutUntil ? [refuse(503)] : []);
  const emulator = await startEmulator({ recogniser, faultsOf });
  const cut = () => {
    cutUntil = Date.now() + CUT_MS;
    emulator.cut();
  };
  return { url: emulator.url.replace('ws', 'http'), apiKey: 'any-key-will-do', cut };
}

/** A token that opens connections for half a minute, and does nothing else. In an app of yours, see first who is asking. */
async function grantToken() {
  const response = await fetch(`${deepgram.url}/v1/auth/grant`, {
    method: 'POST',
    headers: { authorization: `Token ${deepgram.apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ ttl_seconds: 30 }),
  });
  if (!response.ok) throw new Error(`Deepgram granted no token: HTTP ${response.status}`);
  return /** @type {{ access_token: string }} */ (await response.json());
}

/** @type {Record<string, () => unknown>} */
const api = {
  'GET /api/deepgram': () => ({
    baseUrl: deepgram.url.replace('http', 'ws'),
    canCut: deepgram.cut !== undefined,
  }),
  'POST /api/token': grantToken,
  'POST /api/cut': () => deepgram.cut?.(),
};

/** Where `npm run dev` and `ng serve` show the page; they pass on what it asks for. */
const DEVELOPMENT = ['http://localhost:5173', 'http://localhost:4200'];

const server = createServer((request, response) => void reply(request, response));

/**
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 */
async function reply(request, response) {
  // Only under our own names: another site's name may be made to lead here.
  const isOurs = /^(localhost|127\.0\.0\.1):\d+$/.test(request.headers.host ?? '');
  // Any website that somebody has open can send a POST here: the browser says which it was.
  const { origin = '' } = request.headers;
  const isPage = origin === `http://${request.headers.host}` || DEVELOPMENT.includes(origin);
  const call = api[`${request.method} ${request.url}`];
  try {
    if (!isOurs || (request.method === 'POST' && !isPage)) response.writeHead(403).end();
    else if (call) response.end(JSON.stringify((await call()) ?? {}));
    else await sendPage(request.url ?? '/', response);
  } catch (error) {
    if (call) console.error(error);
    response.writeHead(call ? 502 : 404).end();
  }
}

/**
 * @param {string} path
 * @param {import('node:http').ServerResponse} response
 */
async function sendPage(path, response) {
  // Dots in the path are resolved here, so that it cannot lead out of the folder.
  const { pathname } = new URL(path, 'http://localhost');
  const file = pathname === '/' ? '/index.html' : pathname;
  const page = await readFile(PAGES + file);
  response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' }).end(page);
}

server.listen(Number(PORT), '127.0.0.1', () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  console.log(`Live captions: http://localhost:${port}`);
  console.log(
    deepgram.cut ? 'by the emulator; set DEEPGRAM_API_KEY for Deepgram itself' : `by ${deepgram.url}`,
  );
});
