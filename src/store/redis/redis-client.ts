/** The used part of an app's client: one command at a time, with answers in bytes. */

/** A client of `redis` 6: `createClient()`, connected. */
export interface NodeRedisClient {
  sendCommand(args: string[], options?: object): Promise<unknown>;
  withTypeMapping(mapping: object): unknown;
}

/** A client of `redis` 6 for a cluster: `createCluster()`, connected. */
export interface NodeRedisCluster {
  sendCommand(
    firstKey: string | undefined,
    isReadonly: boolean | undefined,
    args: string[],
    options?: object,
  ): Promise<unknown>;
  readonly masters: readonly unknown[];
}

/** A client of `ioredis` 6: `new Redis()` or `new Cluster()`. */
export interface IoRedisClient {
  callBuffer(command: string, args: (string | Buffer | number)[]): Promise<unknown>;
}

/** The app's client. */
export type RedisClient = NodeRedisClient | NodeRedisCluster | IoRedisClient;

/** An argument of a command. */
export type Argument = string | Buffer;

/** Sends a command; `key` selects the node of a cluster. Texts in its answer are bytes. */
export type SendCommand = (command: string, key: string, args: Argument[]) => Promise<unknown>;

/**
 * Texts as bytes: 36 is `$`, the type of a text in the protocol. Without the client's time limit, which costs a quarter of a
 * command: the store has one for all calls.
 */
const AS_BYTES = { typeMapping: { 36: Buffer }, timeout: 0 };

/** @throws TypeError for any other object. */
export function commandsOf(client: RedisClient): SendCommand {
  if ('callBuffer' in client) return async (command, _, args) => client.callBuffer(command, args);
  if ('masters' in client) {
    return async (command, key, args) =>
      client.sendCommand(key, false, [command, ...args] as string[], AS_BYTES);
  }
  if (typeof client.sendCommand === 'function') {
    return async (command, _, args) => client.sendCommand([command, ...args] as string[], AS_BYTES);
  }
  throw new TypeError('redisStore() was given no client: give one of redis 6 or ioredis 6.');
}
