/**
 * A minimal server: it decodes nothing, and answers each second of audio with a final of three words, so that logs are trimmed.
 * It also measures silence by its own clock.
 */
import { WebSocketServer } from 'ws';
import { serve } from './processes.mjs';
import { finalResults } from './results.mjs';
import { BYTES_PER_SECOND } from './sound.mjs';

/** @typedef {{ url: string }} Started */
/** @typedef {{ open: number, frames: number, keepAlives: number, longestSilenceMs: number }} Observed */

/** Finals until the speaker pauses. */
const PHRASE_FINALS = 3;

/** While clients warm up: so many finals that the compiler has done its work when the measurement begins. */
const WARM_UP_BYTES = BYTES_PER_SECOND / 10;

/** @type {Set<{ lastAt: number, longestMs: number, bytes: number, answerAt: number }>} */
const clients = new Set();
let bytesPerAnswer = BYTES_PER_SECOND;
let frames = 0;
let keepAlives = 0;
let longestSilenceMs = 0;

const server = new WebSocketServer({ host: '127.0.0.1', port: 0, backlog: 4096, perMessageDeflate: false });

server.on('connection', (socket) => {
  const client = { lastAt: performance.now(), longestMs: 0, bytes: 0, answerAt: anyMoment() };
  let answered = 0;
  clients.add(client);

  let answers = 0;

  const answer = (fromFinalize = false) => {
    answers += 1;
    const as = { fromFinalize, speechFinal: fromFinalize || answers % PHRASE_FINALS === 0 };
    socket.send(finalResults(answered / BYTES_PER_SECOND, client.bytes / BYTES_PER_SECOND, as));
    answered = client.bytes;
    client.answerAt = client.bytes + bytesPerAnswer;
  };

  socket.on('message', (/** @type {Buffer} */ data, isBinary) => {
    const now = performance.now();
    client.longestMs = Math.max(client.longestMs, now - client.lastAt);
    client.lastAt = now;
    if (isBinary) {
      frames += 1;
      client.bytes += data.byteLength;
      if (client.bytes >= client.answerAt) answer();
      return;
    }
    const { type } = JSON.parse(data.toString());
    if (type === 'KeepAlive') keepAlives += 1;
    else if (type === 'Finalize') answer(true);
    else if (type === 'CloseStream') {
      socket.send(
        JSON.stringify({ type: 'Metadata', duration: client.bytes / BYTES_PER_SECOND, channels: 1 }),
      );
      socket.close(1000);
    }
  });
  socket.on('error', () => undefined);
  socket.on('close', () => clients.delete(client));
});

let isAwake = false;

/** Looks for frames all the time, instead of sleeping until the kernel wakes it. */
function lookAgain() {
  if (isAwake) setImmediate(lookAgain);
}

/** Clients that begin together would otherwise be answered together for ever. */
function anyMoment() {
  return Math.ceil(Math.random() * BYTES_PER_SECOND);
}

serve((request) => {
  switch (request) {
    case 'start': {
      const address = /** @type {import('node:net').AddressInfo} */ (server.address());
      return { url: `ws://127.0.0.1:${address.port}` };
    }
    case 'warm up':
      bytesPerAnswer = WARM_UP_BYTES;
      return null;
    case 'measure':
      bytesPerAnswer = BYTES_PER_SECOND;
      for (const client of clients) client.answerAt = client.bytes + anyMoment();
      return null;
    case 'stay awake':
      isAwake = true;
      lookAgain();
      return null;
    case 'sleep':
      isAwake = false;
      return null;
    case 'reset':
      frames = 0;
      keepAlives = 0;
      for (const client of clients) client.longestMs = 0;
      return null;
    case 'observe': {
      const now = performance.now();
      longestSilenceMs = 0;
      for (const { lastAt, longestMs } of clients) {
        longestSilenceMs = Math.max(longestSilenceMs, longestMs, now - lastAt);
      }
      return { open: clients.size, frames, keepAlives, longestSilenceMs };
    }
    default:
      throw new Error(`Nobody knows ${String(request)}.`);
  }
});
