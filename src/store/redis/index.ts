/** The public names of `rx-deepgram/redis`. */
export type { IoRedisClient, NodeRedisClient, NodeRedisCluster, RedisClient } from './redis-client.ts';
export { redisStore, type RedisStoreOptions } from './redis-store.ts';
