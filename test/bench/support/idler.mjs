/** One side of `idle-memory` and of `many-sessions`: clients that are connected and say nothing. `idler.mjs CLIENT URL` */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { connectorOf } from '../clients/index.mjs';
import { connectMany } from './crowd.mjs';
import { serve, sleep } from './processes.mjs';
import { LISTEN, makeFrames } from './sound.mjs';

/** @typedef {{ bytes: number, residentBytes: number }} Held Of one session. */
/** @typedef {{ fresh: Held, spoken: Held }} Idle */
/** @typedef {{ cpuUs: number, wallMs: number, loopDelayMs: number }} Kept */

const [name = '', url = ''] = process.argv.slice(2);
const connect = () =>
  connectorOf(name)({ url, key: 'bench', listen: LISTEN, keepAlive: true, onFinal: () => undefined });

/** The platform's one-time setup happens here. */
const FIRST_CLIENTS = 100;

/** A second of speech, and the answer to it. */
const speech = makeFrames(100).slice(0, 10);

/** @type {import('../clients/client.mjs').Client[]} */
const clients = [];

async function measureMemory() {
  for (let round = 0; round < 3; round += 1) {
    await sleep(100);
    globalThis.gc?.();
  }
  return process.memoryUsage();
}

/** The memory of `count` more clients: after they have connected, and after speech and silence. @param {number} count @returns {Promise<Idle>} */
async function hold(count) {
  if (clients.length === 0) {
    clients.push(...(await connectMany(FIRST_CLIENTS, connect)));
    await speakAndFallSilent();
  }
  const before = await measureMemory();
  clients.push(...(await connectMany(count, connect)));
  const fresh = await measureMemory();
  await speakAndFallSilent();
  const spoken = await measureMemory();
  return { fresh: less(fresh, before, count), spoken: less(spoken, before, count) };
}

async function speakAndFallSilent() {
  for (const frame of speech) {
    for (const client of clients) client.send(frame);
    await sleep(100);
  }
  // So that no audio is left in our log.
  for (const client of clients) client.finalize?.();
  // Until the last KeepAlive timer has noticed.
  await sleep(5_000);
}

/**
 * @param {NodeJS.MemoryUsage} after
 * @param {NodeJS.MemoryUsage} before
 * @param {number} count
 * @returns {Held}
 */
function less(after, before, count) {
  const held = (/** @type {NodeJS.MemoryUsage} */ { heapUsed, external }) => heapUsed + external;
  return {
    bytes: (held(after) - held(before)) / count,
    residentBytes: (after.rss - before.rss) / count,
  };
}

/** Does nothing for a while; or, now and then, something that takes long. @param {number} forMs @param {number} blockMs @returns {Promise<Kept>} */
async function keep(forMs, blockMs) {
  const delay = monitorEventLoopDelay({ resolution: 10 });
  const startedAt = performance.now();
  const cpu = process.cpuUsage();
  delay.enable();
  await sleep(forMs - blockMs);
  const { user, system } = process.cpuUsage(cpu);
  const wallMs = performance.now() - startedAt;
  delay.disable();
  while (performance.now() - startedAt < wallMs + blockMs);
  return { cpuUs: user + system, wallMs, loopDelayMs: delay.max / 1e6 };
}

serve(
  async (
    /** @type {{ does: 'hold' | 'connect', count: number } | { does: 'keep', forMs: number, blockMs: number }} */ request,
  ) => {
    switch (request.does) {
      case 'hold':
        return hold(request.count);
      case 'connect':
        clients.push(...(await connectMany(request.count, connect)));
        return null;
      case 'keep':
        return keep(request.forMs, request.blockMs);
      default:
        throw new Error(`Nobody knows ${JSON.stringify(request)}.`);
    }
  },
);
