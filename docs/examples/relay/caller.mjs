/**
 * Speaks WAV files (16 kHz, mono, 16 bits), one after the other, into a session in real time, and shows its captions. When the connection
 * breaks it connects again, to another process perhaps, and goes on with the speech of that moment.
 *
 *   node caller.mjs ws://localhost:8790/calls/one [file.wav …]
 */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { WebSocket } from 'ws';

const [address = 'ws://localhost:8790/calls/one', ...given] = process.argv.slice(2);
const FRAME_MS = 100;
const BYTES_PER_MS = 32;
const WAV_HEADER_BYTES = 44;
const PAUSE = Buffer.alloc(1_000 * BYTES_PER_MS);
const audio = Buffer.concat(
  (given.length > 0 ? given : recordings()).flatMap((file) => [
    readFileSync(file).subarray(WAV_HEADER_BYTES),
    PAUSE,
  ]),
);
const startedAt = performance.now();
let last = 0;
let problem = '';
const over = new AbortController();

/** Half a minute of speech. */
function recordings() {
  const folder = new URL('node_modules/rx-deepgram/recordings/', import.meta.url);
  const names = readdirSync(folder).filter((name) => name.endsWith('.wav'));
  return names.sort().map((name) => new URL(name, folder));
}

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
  socket.on('open', () => (problem = ''));
  socket.on('error', ({ message }) => {
    if (message !== problem) console.error(message);
    problem = message;
  });
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
