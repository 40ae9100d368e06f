/** The store that all processes share. */
import { createClient } from 'redis';
import { redisStore } from 'rx-deepgram/redis';

const { REDIS_URL = 'redis://127.0.0.1:6379' } = process.env;
const client = createClient({ url: REDIS_URL, socket: { reconnectStrategy: 100 } });
// It connects again by itself; audio waits meanwhile.
client.on('error', (/** @type {Error} */ error) => console.error(`Redis: ${String(error)}`));
await client.connect();

export const store = redisStore(client);
