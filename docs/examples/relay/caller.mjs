/**
 * Speaks a WAV file (16 kHz, mono, 16 bits) into a session in real time, and shows its captions. Where the connection breaks it comes back, to
 * another process perhaps, and goes on with what is said then.
 *
 *   node caller.mjs ws://localhost:8790/calls/one [file.wav]
 */
import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { WebSocket } from 'ws';

const [
  address = 'ws://localhost:8790/calls/one',
  file = new URL('node_modules/rx-deepgram/recordings/austen-0870.wav', import.meta.url),
] = process.argv.slice(2);
const FRAME_MS = 100;
const BYTES_PER_MS = 32;
const WAV_HEADER_BYTES = 44;
const audio = readFileSync(file).subarray(WAV_HEADER_BYTES);
const startedAt = performance.now();
let last = 0;
const over = new AbortController();

function connect() {
  const socket = new WebSocket(`${address}?after=${last}`);
  socket.on('message', (/** @type {Buffer} */ data) => {
    const { seq, text, final } = /** @type {{ seq: number, text: string, final: boolean }} */ (
      JSON.parse(data.toString())
    );
    if (final) last = seq;
    console.log(final ? `${seq} ${text}` : `  ${text}`);
  });
  socket.on('close', (code) => {
    if (code === 1000) over.abort();
  });
  socket.on('error', (error) => console.error(error.message));
  return socket;
}

let socket = connect();
let isEnded = false;
let sentTo = 0;
while (!over.signal.aborted) {
  await setTimeout(FRAME_MS);
  if (socket.readyState === WebSocket.CLOSED) socket = connect();
  const spokenTo = Math.min(
    audio.length,
    Math.floor((performance.now() - startedAt) / FRAME_MS) * FRAME_MS * BYTES_PER_MS,
  );
  if (socket.readyState !== WebSocket.OPEN) {
    isEnded = false;
    continue;
  }
  if (spokenTo > sentTo) socket.send(audio.subarray(sentTo, spokenTo));
  else if (spokenTo === audio.length && !isEnded) {
    socket.send('end');
    isEnded = true;
  }
  sentTo = spokenTo;
}
