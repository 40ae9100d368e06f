/**
 * The cost of a session in Redis compared with one in memory: the CPU of a process for each frame, and the work and memory of
 * Redis. Then a crowd in one process: some speak, most are idle.
 */
import { Party, warmUp, withParties } from './support/processes.mjs';
import { withRedis } from './support/redis.mjs';
import { median, progress, quantile, runAsProgram } from './support/report.mjs';

/** @typedef {import('./support/report.mjs').Row} Row */
/** @typedef {import('./support/speaker.mjs').Spoken} Spoken */

const NAMES = ['rx-deepgram', 'rx-deepgram in Redis'];
const SPEAKERS = 40;
const FRAME_MS = 100;
/** After 15 s a quarter of the CPU is still that of the compiler: the code of the store runs a few times a second only. */
const WARM_UP_MS = 60_000;
const ROUNDS = 5;
const ROUND_MS = 3_000;
const GOAL = 1.5;
const CROWD = { sessions: 2_500, speakers: 500, forMs: 10_000 };

async function store() {
  const rows = await withRedis((redisUrl, redis) =>
    withParties([new Party('sink.mjs')], async (sink) => {
      process.env.REDIS_URL = redisUrl;
      const { url } = await sink.ask('start');
      return [...(await compare(sink, url, redis)), ...(await crowd(url, redis))];
    }),
  );
  const how = `${SPEAKERS} sessions in real time, ${FRAME_MS} ms frames of linear16 at 16 kHz, a final each second; medians of ${ROUNDS} rounds, turn about. Redis on the loopback, without a disk. The crowd: ${CROWD.speakers} sessions that speak and ${CROWD.sessions - CROWD.speakers} idle ones in one process.`;
  return { bench: 'store', how, rows };
}

/** @param {Party} sink @param {string} url @param {import('redis').RedisClientType} redis @returns {Promise<Row[]>} */
function compare(sink, url, redis) {
  const parties = NAMES.map((name) => new Party('speaker.mjs', [name, url, SPEAKERS, FRAME_MS]));
  return withParties(parties, async (...sides) => {
    await Promise.all(sides.map((side) => side.ask('start')));
    progress(`warming up for ${WARM_UP_MS / 1000} s`);
    await warmUp([sink], sides, WARM_UP_MS);
    /** @type {number[][]} */
    const rounds = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      const costs = [0, 0];
      for (const turn of [round % 2, (round + 1) % 2]) {
        const side = /** @type {Party} */ (sides[turn]);
        /** @type {Spoken} */
        const { cpuUs, frames } = await side.ask({ does: 'cost', forMs: ROUND_MS });
        costs[turn] = cpuUs / frames;
      }
      progress(`round ${round} of ${ROUNDS}, µs: ${costs.map((each) => each.toFixed(1)).join(', ')}`);
      rounds.push(costs);
    }
    const before = await commandsOf(redis);
    const startedAt = performance.now();
    await sides[1]?.ask({ does: 'cost', forMs: ROUND_MS });
    const seconds = (performance.now() - startedAt) / 1_000;
    const commands = (await commandsOf(redis)) - before;
    const ratios = rounds.map(([alone = NaN, inRedis = NaN]) => inRedis / alone);
    return [
      {
        id: 'store/cpu/ratio',
        name: 'a session in Redis: CPU of a 100 ms frame, in multiples of one in memory',
        value: median(ratios),
        unit: '×',
        goal: GOAL,
        note: `quartiles ${quantile(ratios, 0.25).toFixed(2)} to ${quantile(ratios, 0.75).toFixed(2)}`,
      },
      {
        id: 'store/cpu/us',
        name: 'a session in Redis: CPU of a 100 ms frame',
        value: median(rounds.map(([, inRedis = NaN]) => inRedis)),
        unit: 'µs',
      },
      {
        id: 'store/commands',
        name: 'a session in Redis that speaks: commands',
        value: commands / seconds / SPEAKERS,
        unit: '/s',
      },
      {
        id: 'store/bytes',
        name: 'a session in Redis, after 650 finals: memory of Redis',
        value: (await bytesOf(redis)) / SPEAKERS / 1000,
        unit: 'kB',
      },
    ];
  });
}

/** @param {string} url @param {import('redis').RedisClientType} redis @returns {Promise<Row[]>} */
async function crowd(url, redis) {
  const { sessions, speakers } = CROWD;
  const alone = await crowdOf(NAMES[0] ?? '', url, redis);
  await redis.flushAll();
  const inRedis = await crowdOf(NAMES[1] ?? '', url, redis);
  const name = `${speakers} sessions that speak and ${(sessions - speakers).toLocaleString('en')} idle ones in Redis`;
  return [
    { id: 'store/crowd/cpu', name: `${name}: CPU, of one core`, value: inRedis.cpuPercent, unit: '%' },
    {
      id: 'store/crowd/ratio',
      name: `${name}: CPU, in multiples of the same in memory`,
      value: inRedis.cpuPercent / alone.cpuPercent,
      unit: '×',
    },
    {
      id: 'store/crowd/redis',
      name: `${name}: CPU of Redis, of one core`,
      value: inRedis.redisPercent,
      unit: '%',
    },
    {
      id: 'store/crowd/commands',
      name: `${name}: commands of a session`,
      value: inRedis.commands / sessions,
      unit: '/s',
    },
    {
      id: 'store/crowd/bytes',
      name: `${name}: memory of Redis for a session`,
      value: (await bytesOf(redis)) / sessions / 1000,
      unit: 'kB',
    },
    {
      id: 'store/crowd/held-back',
      name: `${name}: frames held back`,
      value: inRedis.heldBackPercent,
      unit: '%',
      goal: 1,
    },
  ];
}

/** @param {string} name @param {string} url @param {import('redis').RedisClientType} redis */
async function crowdOf(name, url, redis) {
  const { sessions, speakers, forMs } = CROWD;
  return withParties([new Party('speaker.mjs', [name, url, sessions, FRAME_MS, speakers])], async (side) => {
    await side.ask('start');
    progress(`${name}: ${sessions} sessions are connected`);
    await side.ask({ does: 'cost', forMs });
    const before = await commandsOf(redis);
    const redisCpu = await cpuOf(redis);
    const startedAt = performance.now();
    /** @type {Spoken} */
    const { cpuUs, frames, heldBack } = await side.ask({ does: 'cost', forMs });
    const seconds = (performance.now() - startedAt) / 1_000;
    return {
      cpuPercent: cpuUs / (10 * forMs),
      redisPercent: (100 * ((await cpuOf(redis)) - redisCpu)) / seconds,
      commands: ((await commandsOf(redis)) - before) / seconds,
      heldBackPercent: (100 * heldBack) / frames,
    };
  });
}

/** @param {import('redis').RedisClientType} redis */
async function commandsOf(redis) {
  // Not those within the scripts.
  return Number(/cmdstat_evalsha:calls=(\d+)/.exec(await redis.info('commandstats'))?.[1] ?? 0);
}

/** Seconds. @param {import('redis').RedisClientType} redis */
async function cpuOf(redis) {
  const info = await redis.info('cpu');
  const of = (/** @type {string} */ name) => Number(new RegExp(`used_cpu_${name}:([\\d.]+)`).exec(info)?.[1]);
  return of('user') + of('sys');
}

/** @param {import('redis').RedisClientType} redis */
async function bytesOf(redis) {
  let bytes = 0;
  for (const key of await redis.keys('rx-deepgram:{*')) bytes += Number(await redis.memoryUsage(key));
  return bytes;
}

await runAsProgram(import.meta, store);
