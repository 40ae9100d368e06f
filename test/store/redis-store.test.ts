/** The store in Redis keeps the contract of all stores, with each client that it is for, against a real server. */
import { setTimeout } from 'node:timers/promises';
import { Cluster, Redis } from 'ioredis';
import { createClient, createCluster } from 'redis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RedisClient, redisStore } from '../../src/store/redis/index.ts';
import { storeContract } from '../../src/testing/index.ts';
import type { AudioStore, Lease, Opened } from '../../src/store/index.ts';
import { NO_REDIS, RedisServer, startCluster } from './redis-server.ts';

interface Connected {
  client: RedisClient;
  readonly close: () => void;
}

const CLUSTERS: Record<string, (ports: readonly number[]) => Promise<Connected>> = {
  'redis 6': async (ports) => {
    const client = createCluster({ rootNodes: ports.map((port) => ({ url: `redis://127.0.0.1:${port}` })) });
    client.on('error', () => undefined);
    await client.connect();
    return { client, close: () => client.destroy() };
  },
  'ioredis 6': async (ports) => {
    const client = new Cluster(ports.map((port) => ({ host: '127.0.0.1', port })));
    client.on('error', () => undefined);
    return { client, close: () => client.disconnect() };
  },
};

const CLIENTS: Record<string, (url: string) => Promise<Connected>> = {
  'redis 6': async (url) => {
    const client = await createClient({ url })
      .on('error', () => undefined)
      .connect();
    return { client, close: () => client.destroy() };
  },
  'redis 6 with RESP 3': async (url) => {
    const client = await createClient({ url, RESP: 3 })
      .on('error', () => undefined)
      .connect();
    return { client, close: () => client.destroy() };
  },
  'ioredis 6': async (url) => {
    const client = new Redis(url);
    client.on('error', () => undefined);
    return { client, close: () => client.disconnect() };
  },
};

/** Sessions with a writer each, whose calls come at once. */
async function writersOf(store: AudioStore, count: number): Promise<Lease[]> {
  const ids = Array.from({ length: count }, (_, index) => `call ${index}`);
  const opened = await Promise.all(
    ids.map(async (id) => store.openWriter(id, { holder: 'w', description: null })),
  );
  return opened.map(({ lease }) => lease);
}

const block = (position: number) => ({
  position,
  end: position + 100,
  bytes: new Uint8Array(200).fill(position),
  capturedAt: undefined,
});

const SKIPPED = NO_REDIS ? `: ${NO_REDIS}` : '';

/** The clauses run at once, and must not claim each other's sessions: each has a prefix of its own. */
function keepsTheContract(name: string, client: () => RedisClient): void {
  let stores = 0;
  const clauses = storeContract(
    (settings) => ({
      store: redisStore(client(), { ...settings, prefix: `${name} ${(stores += 1)}` }),
      wait: async (ms) => setTimeout(ms),
    }),
    '} {"é',
  );
  for (const { name: title, run } of clauses) test.concurrent(title, async () => run());
}

describe.skipIf(NO_REDIS)(`a store in Redis${SKIPPED}`, () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await RedisServer.start();
  });
  afterAll(async () => server.dispose());

  describe.concurrent.each(Object.entries(CLIENTS))('with %s', (name, connect) => {
    let connected: Connected;
    beforeAll(async () => {
      connected = await connect(server.url);
    });
    afterAll(() => connected.close());
    keepsTheContract(name, () => connected.client);
  });
});

describe.skipIf(NO_REDIS)(`a store in a Redis Cluster of three${SKIPPED}`, () => {
  let servers: RedisServer[] = [];
  beforeAll(async () => {
    servers = await startCluster();
  });
  afterAll(async () => Promise.all(servers.map(async (each) => each.dispose())));

  describe.concurrent.each(Object.entries(CLUSTERS))('with %s', (name, connect) => {
    let connected: Connected;
    beforeAll(async () => {
      connected = await connect(servers.map(({ port }) => port));
    });
    afterAll(() => connected.close());
    keepsTheContract(name, () => connected.client);

    test('takes calls of sessions in several slots that come at once', async () => {
      const store = redisStore(connected.client, { prefix: `${name} at once` });
      const writers = await writersOf(store, 20);
      for (const position of [0, 100]) {
        const answers = await Promise.all(writers.map(async (each) => store.append(each, block(position))));
        expect(answers).toEqual(
          writers.map(() => ({ previousEnd: position, end: position + 100, confirmed: 0 })),
        );
      }
    });
  });
});

describe.skipIf(NO_REDIS)(`a store in Redis that fails${SKIPPED}`, () => {
  test('goes on after a restart of Redis, which forgets the scripts, with all that was appended', async () => {
    const server = await RedisServer.start('--appendonly', 'yes', '--appendfsync', 'always');
    const { client, close } = await CLIENTS['ioredis 6']!(server.url);
    const store = redisStore(client);
    const { lease } = await store.openWriter('call', { holder: 'w', description: null });
    await store.append(lease, block(0));
    await server.stop();
    await server.start();
    expect(await store.append(lease, block(100))).toEqual({ previousEnd: 100, end: 200, confirmed: 0 });
    expect((await store.read('call', 0, 0, 1_000)).blocks.map(({ position }) => position)).toEqual([0, 100]);
    close();
    await server.dispose();
  });

  test.each(Object.keys(CLIENTS))(
    'rejects after the time of a lease while Redis stands still, and then keeps no further calls (%s)',
    async (name) => {
      const server = await RedisServer.start();
      const { client, close } = await CLIENTS[name]!(server.url);
      const store = redisStore(client, { leaseMs: 1_000 });
      const { lease } = await store.openWriter('call', { holder: 'w', description: null });
      server.signal('SIGSTOP');
      await expect(store.append(lease, block(0))).rejects.toThrow('did not answer within 1000 ms');
      await expect(store.append(lease, block(0))).rejects.toThrow('has not answered the calls before');
      server.signal('SIGCONT');
      // The call that was given up comes to be carried out, and its repeat changes nothing.
      await expect
        .poll(async () => store.append(lease, block(0)).catch(() => undefined))
        .toMatchObject({ end: 100 });
      expect((await store.read('call', 0, 0, 1_000)).blocks).toHaveLength(1);
      close();
      await server.dispose();
    },
  );

  test('takes all finals that waited for it through a long outage', async () => {
    const server = await RedisServer.start();
    const { client, close } = await CLIENTS['redis 6']!(server.url);
    const store = redisStore(client);
    const { lease } = (await store.open('call', { holder: 'o', description: null })) as Opened;
    const finals = Array.from({ length: 4_000 }, (_, index) => ({ channel: 0, end: index + 1, data: index }));
    const confirmed = await store.confirm(lease, { number: 1, position: 4_000, finals, state: null });
    expect(confirmed).toEqual({ previous: 0, seqs: finals.map(({ end }) => end) });
    close();
    await server.dispose();
  });

  test('rejects a call that fails, and not those of other sessions in the same command', async () => {
    const server = await RedisServer.start();
    const { client, close } = await CLIENTS['ioredis 6']!(server.url);
    const store = redisStore(client);
    const [one, two, three] = (await writersOf(store, 3)) as [Lease, Lease, Lease];
    await (client as Redis).set('rx-deepgram:{call%201}:a', 'no stream');
    const answers = await Promise.allSettled(
      [one, two, three].map(async (each) => store.append(each, block(0))),
    );
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(String((answers[1] as PromiseRejectedResult).reason)).toContain('WRONGTYPE');
    close();
    await server.dispose();
  });

  test('every key expires, whichever process dies', async () => {
    const server = await RedisServer.start();
    const { client, close } = await CLIENTS['ioredis 6']!(server.url);
    const redis = client as Redis;
    const store = redisStore(client, { expireMs: 50_000 });
    const writer = await store.openWriter('call', { holder: 'w', description: null });
    await store.append(writer.lease, block(0));
    await store.append(writer.lease, block(100));
    await store.request(writer.lease, { seq: 1, position: 200, data: 'end' });
    const { lease } = (await store.claim('o'))!;
    const final = { channel: 0, end: 50, data: 'one' };
    await store.confirm(lease, { number: 1, position: 50, finals: [final], state: null });
    await store.show(lease, 'two');
    const keys = await redis.keys('*');
    expect(keys.toSorted()).toEqual(
      ['a', 'm', 't']
        .map((each) => `rx-deepgram:{call}:${each}`)
        .concat('rx-deepgram:claims')
        .toSorted(),
    );
    for (const key of keys) expect(await redis.pttl(key)).toBeGreaterThan(40_000);
    close();
    await server.dispose();
  });
});

test('makes one command of the calls of many sessions that come together', async () => {
  const commands: string[] = [];
  const client = {
    callBuffer: async (command: string, args: readonly unknown[]) => {
      commands.push(command);
      return Array.from({ length: Number(args[1]) / 3 }, () => [0, 100, 0, 0]);
    },
  };
  const store = redisStore(client);
  const append = async (session: number) =>
    store.append({ id: `call ${session}`, holder: 'w', epoch: 1 }, block(0));
  const answers = await Promise.all(Array.from({ length: 40 }, async (_, session) => append(session)));
  expect(answers).toEqual(answers.map(() => ({ previousEnd: 0, end: 100, confirmed: 0 })));
  expect(commands).toEqual(['EVALSHA']);
});

test('rejects calls, and makes each once alone, where the keys of a session are in several slots', async () => {
  let commands = 0;
  const client = {
    callBuffer: async () => {
      commands += 1;
      throw new Error("CROSSSLOT Keys in request don't hash to the same slot");
    },
  };
  const store = redisStore(client);
  const append = async (session: number) =>
    store.append({ id: `call ${session}`, holder: 'w', epoch: 1 }, block(0));
  const answers = await Promise.allSettled([append(1), append(2)]);
  expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(commands).toBe(3);
});

test('refuses an object that is no client, and options out of their range', () => {
  expect(() => redisStore({} as RedisClient)).toThrow('no client');
  const client = { callBuffer: async () => null };
  expect(() => redisStore(client, { leaseMs: 0 })).toThrow('leaseMs is 0. Give a number from 100 to 60000.');
  expect(() => redisStore(client, { expireMs: Number.NaN })).toThrow('expireMs is NaN');
});
