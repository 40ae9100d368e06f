/**
 * A store in Redis, over the client that the app has.
 * @module rx-deepgram/redis
 */
export type { IoRedisClient, NodeRedisClient, NodeRedisCluster, RedisClient } from './redis-client.ts';
export { redisStore, type RedisStoreOptions } from './redis-store.ts';
