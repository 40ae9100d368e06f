/**
 * The server of `storm`: drops all its clients at once, refuses them for a while, and then accepts them. It answers each second
 * of audio with a final, and counts attempts.
 */
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import { serve, timeOfAll } from './processes.mjs';
import { finalResults } from './results.mjs';
import { BYTES_PER_SECOND } from './sound.mjs';

/** @typedef {{ acceptedAt: number }} Cut On the clock of all processes. */
/** @typedef {{ attempts: number, mostAttempts: number }} Attempts In all, and in a tenth of a second at most. */

const SLICE_MS = 100;
const FINALS_PER_UTTERANCE = 3;

const server = createServer();
const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
let refusedUntil = 0;
/** @type {Map<number, number>} */
const attempts = new Map();

server.on('upgrade', (request, socket, head) => {
  const now = performance.now();
  const slice = Math.floor(now / SLICE_MS);
  attempts.set(slice, (attempts.get(slice) ?? 0) + 1);
  socket.on('error', () => undefined);
  if (now < refusedUntil) {
    socket.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    return;
  }
  sockets.handleUpgrade(request, socket, head, (client) => {
    let bytes = 0;
    let answered = 0;
    let finals = 0;
    let answerAt = Math.ceil(Math.random() * BYTES_PER_SECOND);
    client.on('error', () => undefined);
    client.on('message', (/** @type {Buffer} */ data, isBinary) => {
      if (!isBinary) return;
      bytes += data.byteLength;
      if (bytes < answerAt) return;
      finals += 1;
      const speechFinal = finals % FINALS_PER_UTTERANCE === 0;
      client.send(finalResults(answered / BYTES_PER_SECOND, bytes / BYTES_PER_SECOND, { speechFinal }));
      answered = bytes;
      answerAt = bytes + BYTES_PER_SECOND;
    });
  });
});
server.listen({ host: '127.0.0.1', port: 0, backlog: 4096 });

serve(async (/** @type {'start' | 'attempts' | { refuseMs: number }} */ request) => {
  if (request === 'start') {
    if (!server.listening) await new Promise((resolve) => server.once('listening', () => resolve(null)));
    const address = /** @type {import('node:net').AddressInfo} */ (server.address());
    return { url: `ws://127.0.0.1:${address.port}` };
  }
  if (request === 'attempts') {
    const counts = [...attempts.values()];
    return { attempts: counts.reduce((sum, each) => sum + each, 0), mostAttempts: Math.max(0, ...counts) };
  }
  attempts.clear();
  refusedUntil = performance.now() + request.refuseMs;
  for (const client of sockets.clients) client.terminate();
  return { acceptedAt: timeOfAll() + request.refuseMs };
});
