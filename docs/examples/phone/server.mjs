/**
 * Captions of telephone calls: takes Twilio's media streams, shows what both sides say on a page, and leaves a WebVTT file of each call.
 * At SIGTERM it takes no more calls, and ends when the last words of those that run have come.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createLiveTranscription } from 'rx-deepgram';
import { toWebVTT } from 'rx-deepgram/captions';
import { callRegistry } from 'rx-deepgram/telephony';
import { lastValueFrom } from 'rxjs';
import { WebSocketServer } from 'ws';

const {
  DEEPGRAM_API_KEY,
  DEEPGRAM_URL = 'wss://api.deepgram.com',
  /** From Twilio's console. The server checks Twilio's signature with it, so nobody else can open a stream. */
  TWILIO_AUTH_TOKEN,
  /** Where Twilio reaches this server, such as wss://calls.example.com: its signature covers the address. */
  PUBLIC_URL = '',
  /** A stream that breaks off is waited for so long. */
  RESUME_WITHIN_MS = '0',
  TRANSCRIPTS = 'transcripts',
  HOST = '127.0.0.1',
  PORT = '8788',
} = process.env;
if (!DEEPGRAM_API_KEY) throw new Error('Set DEEPGRAM_API_KEY.');
if (!TWILIO_AUTH_TOKEN && !/^(127\.|localhost$|::1$)/.test(HOST)) {
  throw new Error(
    'Set TWILIO_AUTH_TOKEN and PUBLIC_URL: without them anybody could open streams at your cost.',
  );
}

const SPEAKERS = ['Caller', 'Agent'];
const GRACE_MS = 1_000;
/** At SIGTERM, while Deepgram cannot be reached: the files must be written before SIGKILL comes. */
const LAST_WORDS_MS = 10_000;
const STREAM_PATH = '/twilio';
const registry = callRegistry({ resumeWithinMs: Number(RESUME_WITHIN_MS) });
/** Pages that listen. @type {Set<import('node:http').ServerResponse>} */
const pages = new Set();
/** How many streams each call has had. @type {Map<string, number>} */
const streamsOf = new Map();
/** Calls whose file is not written yet, by their sessions. @type {Map<import('rx-deepgram').LiveTranscription, Promise<void>>} */
const running = new Map();

/** @param {import('ws').WebSocket} socket */
async function accept(socket) {
  try {
    const { call, resumed } = await registry.accept(socket);
    if (!resumed) transcribe(call);
  } catch (error) {
    console.error(String(error));
    socket.close(1008);
  }
}

/** @param {import('rx-deepgram/telephony').PhoneCall} call */
function transcribe(call) {
  const id = nameOf(call);
  const live = createLiveTranscription({
    auth: { apiKey: DEEPGRAM_API_KEY ?? '' },
    baseUrl: DEEPGRAM_URL,
    listen: { model: 'nova-3', smart_format: true, interim_results: true, endpointing: 300, ...call.listen },
  });
  /** @type {import('rx-deepgram').Transcript[]} */
  const finals = [];
  live.transcripts$.subscribe((transcript) => {
    if (transcript.final) finals.push(transcript);
    const { id: line, text, channel, final } = transcript;
    show({ call: id, line, speaker: SPEAKERS[channel], text, final });
  });
  live.notices$.subscribe(({ severity, message }) => {
    if (severity !== 'info') console.error(`${id}: ${message}`);
  });
  call.notices$.subscribe(({ message }) => console.error(`${id}: ${message}`));
  call.audio$.subscribe({ next: (chunk) => live.send(chunk), complete: () => void live.close() });
  running.set(live, finish());

  async function finish() {
    // Completes when the last words have come, whoever ended the session.
    await lastValueFrom(live.status$);
    const { outcome } = await live.close();
    const file = `${TRANSCRIPTS}/${id}.vtt`;
    await mkdir(TRANSCRIPTS, { recursive: true });
    await writeFile(file, toWebVTT(finals, { nameOf: ({ channel }) => SPEAKERS[channel] }));
    console.log(`${id}: ${outcome}, ${file}`);
    running.delete(live);
  }
}

/** The name of its file: a call may have several streams. @param {import('rx-deepgram/telephony').PhoneCall} call */
function nameOf({ call: { callId = '' } }) {
  const name = callId.replaceAll(/[^\w-]/g, '').slice(0, 64) || 'call';
  const number = (streamsOf.get(name) ?? 0) + 1;
  streamsOf.set(name, number);
  return number === 1 ? name : `${name}-${number}`;
}

/** Base64 of the HMAC-SHA1 of the address, with the account's token. @param {import('node:http').IncomingMessage} request */
function isFromTwilio({ url, headers }) {
  if (!TWILIO_AUTH_TOKEN) return true;
  const expected = createHmac('sha1', TWILIO_AUTH_TOKEN)
    .update(PUBLIC_URL + url)
    .digest();
  const given = Buffer.from(String(headers['x-twilio-signature'] ?? ''), 'base64');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** @param {object} line */
function show(line) {
  for (const page of pages) page.write(`data: ${JSON.stringify(line)}\n\n`);
}

const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Calls</title>
<style>
  body { font: 1rem/1.5 system-ui; max-width: 45rem; margin: 2rem auto; padding: 0 1rem; }
  p { margin: 0.25rem 0; }
  .interim { opacity: 0.6; }
</style>
<h1>Calls</h1>
<main role="log"></main>
<script>
  const log = document.querySelector('main');
  const find = (parent, name, key) => [...parent.querySelectorAll(name)].find((each) => each.dataset.key === key);
  const add = (parent, name, key) => {
    const made = parent.appendChild(document.createElement(name));
    made.dataset.key = key;
    return made;
  };
  new EventSource('/events').onmessage = ({ data }) => {
    const { call, line, speaker, text, final } = JSON.parse(data);
    let section = find(log, 'section', call);
    if (!section) {
      section = add(log, 'section', call);
      section.appendChild(document.createElement('h2')).textContent = call;
    }
    const p = find(section, 'p', line) ?? add(section, 'p', line);
    p.className = final ? '' : 'interim';
    p.textContent = text && speaker + ': ' + text;
  };
</script>
</html>
`;

const server = createServer((request, response) => {
  // On this machine only: what reaches Twilio's path from outside must not reach the captions.
  if (!/^(localhost|127\.0\.0\.1):\d+$/.test(request.headers.host ?? '')) response.writeHead(403).end();
  else if (request.url === '/') {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(PAGE);
  } else if (request.url === '/events' && !isStopping) {
    response
      .writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
      .write(':\n\n');
    pages.add(response);
    response.on('close', () => pages.delete(response));
  } else response.writeHead(404).end();
});

let isStopping = false;
const streams = new WebSocketServer({ noServer: true, maxPayload: 1024 * 1024 });
server.on('upgrade', (request, socket, head) => {
  const status = request.url === STREAM_PATH && isFromTwilio(request) ? (isStopping ? 503 : 101) : 403;
  if (status === 101) streams.handleUpgrade(request, socket, head, (each) => void accept(each));
  else socket.end(`HTTP/1.1 ${status} \r\nconnection: close\r\n\r\n`);
});

/** Ends the calls that run, and takes their last words along. */
async function stop() {
  if (isStopping) return;
  isStopping = true;
  const files = [...running.values()];
  for (const socket of streams.clients) socket.close(1001);
  // Those that wait for another stream, or whose socket does not answer, end a little later.
  setTimeout(
    () => [...running.keys()].forEach((live) => void live.close({ timeoutMs: LAST_WORDS_MS })),
    GRACE_MS,
  );
  await Promise.allSettled(files);
  process.exit();
}
process.on('SIGTERM', () => void stop());
process.on('SIGINT', () => void stop());

server.listen(Number(PORT), HOST, () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  console.log(`Captions of calls: http://localhost:${port}, streams to ${STREAM_PATH}`);
});
