/** This library, with its sessions in Redis: the server at `REDIS_URL`, one client for all. */
import { randomUUID } from 'node:crypto';
import { createClient } from 'redis';
import { redisStore } from 'rx-deepgram/redis';
import { durable } from 'rx-deepgram/store';
import { connectSession } from './ours.mjs';

/** @type {Promise<import('rx-deepgram/store').AudioStore> | undefined} */
let store;

/** @type {import('./client.mjs').Connect} */
export async function connectOursInRedis(settings) {
  store ??= createClient({ url: process.env.REDIS_URL })
    .on('error', console.error)
    .connect()
    .then((client) => redisStore(client));
  return connectSession(settings, { session: durable(await store, randomUUID()) });
}
