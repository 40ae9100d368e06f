/**
 * The process that talks to Deepgram: claims sessions that have audio and no owner. Any number of these may run; one that dies is replaced
 * by the others when its lease ends, after 3 s. At SIGTERM it gives its sessions back, and the others go on at once.
 */
import { createLiveTranscription } from 'rx-deepgram';
import { claim } from 'rx-deepgram/store';
import { store } from './store.mjs';

const {
  DEEPGRAM_API_KEY,
  DEEPGRAM_URL = 'wss://api.deepgram.com',
  /** Sessions at a time. */
  SESSIONS = '100',
} = process.env;
if (!DEEPGRAM_API_KEY) throw new Error('Set DEEPGRAM_API_KEY.');

const stopping = new AbortController();
/** @type {Set<import('rx-deepgram/store').ClaimedSession>} */
const owned = new Set();
let room = () => {};

process.once('SIGTERM', () => stopping.abort());
process.once('SIGINT', () => stopping.abort());
stopping.signal.addEventListener('abort', () => room());

console.log(`Transcriber ${process.pid} claims sessions.`);
while (!stopping.signal.aborted) {
  const session = await claim(store, { signal: stopping.signal });
  if (!session) break;
  console.log(`${session.id}: owned by ${process.pid}`);
  owned.add(session);
  const { listen } = session;
  const live = createLiveTranscription({
    auth: { apiKey: DEEPGRAM_API_KEY },
    baseUrl: DEEPGRAM_URL,
    listen: { model: 'nova-3', ...listen },
    session,
  });
  live.transcripts$.subscribe({ error: (error) => console.error(`${session.id}: ${String(error)}`) });
  session.state$.subscribe({
    complete: () => {
      console.log(`${session.id}: ${session.state} by ${process.pid}`);
      owned.delete(session);
      room();
    },
  });
  if (owned.size >= Number(SESSIONS)) await new Promise((resolve) => (room = () => resolve(undefined)));
}
await Promise.all([...owned].map((session) => session.handOver()));
process.exit();
