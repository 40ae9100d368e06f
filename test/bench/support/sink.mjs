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

/** @type {Set<{ lastAt: number, longestMs: number }>} */
const clients = new Set();
let frames = 0;
let keepAlives = 0;
let longestSilenceMs = 0;

const server = new WebSocketServer({ host: '127.0.0.1', port: 0, backlog: 4096, perMessageDeflate: false });

server.on('connection', (socket) => {
  const client = { lastAt: performance.now(), longestMs: 0 };
  let bytes = 0;
  let answered = 0;
  // Clients that begin together would otherwise be answered together for ever.
  let answerAt = Math.ceil(Math.random() * BYTES_PER_SECOND);
  clients.add(client);

  let answers = 0;

  const answer = (fromFinalize = false) => {
    answers += 1;
    const as = { fromFinalize, speechFinal: fromFinalize || answers % PHRASE_FINALS === 0 };
    socket.send(finalResults(answered / BYTES_PER_SECOND, bytes / BYTES_PER_SECOND, as));
    answered = bytes;
    answerAt = bytes + BYTES_PER_SECOND;
  };

  socket.on('message', (/** @type {Buffer} */ data, isBinary) => {
    const now = performance.now();
    client.longestMs = Math.max(client.longestMs, now - client.lastAt);
    client.lastAt = now;
    if (isBinary) {
      frames += 1;
      bytes += data.byteLength;
      if (bytes >= answerAt) answer();
      return;
    }
    const { type } = JSON.parse(data.toString());
    if (type === 'KeepAlive') keepAlives += 1;
    else if (type === 'Finalize') answer(true);
    else if (type === 'CloseStream') {
      socket.send(JSON.stringify({ type: 'Metadata', duration: bytes / BYTES_PER_SECOND, channels: 1 }));
      socket.close(1000);
    }
  });
  socket.on('error', () => undefined);
  socket.on('close', () => clients.delete(client));
});

serve((request) => {
  switch (request) {
    case 'start': {
      const address = /** @type {import('node:net').AddressInfo} */ (server.address());
      return { url: `ws://127.0.0.1:${address.port}` };
    }
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
