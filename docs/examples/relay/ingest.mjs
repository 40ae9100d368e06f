/**
 * The process that holds the sockets: takes audio by session id, and gives back captions. It transcribes nothing, so that transcribers can
 * be replaced under a running call. Any number of these may run.
 *
 *   /calls/ID?after=SEQ   binary: linear16, 16 kHz, mono; the text 'end' ends the session; back come captions as JSON, finals behind SEQ once
 *   /phone                a telephone provider's stream; captions of it at /calls/ID?listen
 */
import { createServer } from 'node:http';
import { reader, writer } from 'rx-deepgram/store';
import { fromCall } from 'rx-deepgram/telephony';
import { WebSocketServer } from 'ws';
import { store } from './store.mjs';

const { HOST = '127.0.0.1', PORT = '8790' } = process.env;
const LISTEN = { model: 'nova-3', smart_format: true, interim_results: true, endpointing: 300 };
const MICROPHONE = { ...LISTEN, encoding: 'linear16', sample_rate: 16_000 };

/** @param {import('ws').WebSocket} socket @param {string} id @param {URLSearchParams} query */
function serve(socket, id, query) {
  const captions = reader(store, id, { after: Number(query.get('after') ?? 0) });
  const subscription = captions.transcripts$.subscribe({
    next: ({ seq, id: line, text, final, channel }) =>
      socket.send(JSON.stringify({ seq, line, text, final, channel })),
    complete: () => socket.close(1000),
  });
  socket.on('close', () => subscription.unsubscribe());
  if (query.has('listen')) return;
  // A new writer of the same session goes on where the one before was, in whatever process that was.
  const audio = writer(store, id, { listen: MICROPHONE });
  audio.drops$.subscribe(({ startSeconds, endSeconds }) =>
    console.error(`${id}: lost ${startSeconds} to ${endSeconds} s`),
  );
  audio.state$.subscribe((state) => {
    if (state === 'lost') socket.close(4000, 'another socket sends this session');
  });
  socket.on('message', (/** @type {Buffer} */ data, isBinary) => {
    if (isBinary) audio.send(data);
    else if (data.toString() === 'end') void audio.end();
  });
}

/** @param {import('ws').WebSocket} socket */
async function answer(socket) {
  try {
    const { call, listen, audio$ } = await fromCall(socket);
    const audio = writer(store, call.callId ?? crypto.randomUUID(), { listen: { ...LISTEN, ...listen } });
    audio$.subscribe({ next: (chunk) => audio.send(chunk), complete: () => void audio.end() });
  } catch (error) {
    console.error(String(error));
    socket.close(1008);
  }
}

const server = createServer((_, response) => response.writeHead(404).end());
const sockets = new WebSocketServer({ noServer: true, maxPayload: 1024 * 1024 });
server.on('upgrade', (request, socket, head) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const [, id] = /^\/calls\/([\w-]{1,64})$/.exec(pathname) ?? [];
  if (id === undefined && pathname !== '/phone') {
    socket.end('HTTP/1.1 404 \r\nconnection: close\r\n\r\n');
    return;
  }
  sockets.handleUpgrade(request, socket, head, (each) => {
    if (id === undefined) void answer(each);
    else serve(each, id, searchParams);
  });
});
server.listen(Number(PORT), HOST, () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  console.log(`Audio and captions: http://localhost:${port}`);
});
