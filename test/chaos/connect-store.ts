import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { redisStore } from '../../src/store/redis/index.ts';
import type { AudioStore } from '../../src/store/index.ts';
import type { Orders } from './told.ts';

/** As in an app: the client handles connection errors, and connects again. */
export async function connectStore({
  client,
  redisUrl,
}: Pick<Orders, 'client' | 'redisUrl'>): Promise<AudioStore> {
  if (client === 'ioredis') {
    const redis = new Redis(redisUrl, { retryStrategy: () => 50 });
    redis.on('error', () => undefined);
    return redisStore(redis);
  }
  const redis = createClient({ url: redisUrl, socket: { reconnectStrategy: 50 } });
  return redisStore(await redis.on('error', () => undefined).connect());
}
