/**
 * The two sides of every comparison: a session of this library, and a bare `ws` that does the least a client can do: it reads
 * the words, and keeps neither audio nor connection.
 */
import { createLiveTranscription } from 'rx-deepgram';
import { WebSocket } from 'ws';
import { LISTEN, PATH } from './sound.mjs';

export let wordsHeard = 0;

/** @param {string} url */
export async function connectOurs(url) {
  const live = createLiveTranscription({
    auth: { apiKey: 'bench' },
    baseUrl: url,
    listen: LISTEN,
    connect: 'eager',
  });
  live.transcripts$.subscribe((transcript) => {
    wordsHeard += transcript.words.length;
  });
  await new Promise((resolve, reject) => {
    live.status$.subscribe(({ phase }) => {
      if (phase === 'open') resolve(undefined);
      else if (phase === 'failed') reject(new Error('A session has failed.'));
    });
  });
  return live;
}

/** @param {string} url */
export async function connectBare(url) {
  const socket = new WebSocket(url + PATH, {
    headers: { Authorization: 'Token bench' },
    perMessageDeflate: false,
  });
  socket.on('message', (/** @type {Buffer} */ data) => {
    const message = JSON.parse(data.toString());
    wordsHeard += message.channel?.alternatives[0]?.words.length ?? 0;
  });
  socket.on('close', () => undefined);
  await new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('open', resolve);
  });
  socket.on('error', () => undefined);
  return socket;
}

/**
 * Many at once, though not all at once: a handshake has its price.
 *
 * @template Client
 * @param {number} count
 * @param {() => Promise<Client>} connect
 */
export async function connectMany(count, connect) {
  /** @type {Client[]} */
  const clients = [];
  while (clients.length < count) {
    const batch = Array.from({ length: Math.min(100, count - clients.length) }, connect);
    clients.push(...(await Promise.all(batch)));
  }
  return clients;
}
