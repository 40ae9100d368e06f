/** One side of `idle-memory` and of `many-sessions`: clients that are connected and say nothing. `idler.mjs bare|ours URL` */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { connectBare, connectMany, connectOurs } from './clients.mjs';
import { serve, sleep } from './processes.mjs';
import { makeFrames } from './sound.mjs';

/** @typedef {{ heapBytes: number, externalBytes: number, residentBytes: number }} Held */
/** @typedef {{ cpuUs: number, wallMs: number, loopDelayMs: number }} Kept */

const [side, url = ''] = process.argv.slice(2);
/** @type {(url: string) => Promise<any>} */
const connect = side === 'bare' ? connectBare : connectOurs;

/** What the platform sets up once, it sets up for these. */
const FIRST_CLIENTS = 100;

/** A second of speech, and the answer to it. */
const speech = makeFrames(100).slice(0, 10);

/** @type {Awaited<ReturnType<typeof connect>>[]} */
const clients = [];

async function measureMemory() {
  for (let round = 0; round < 3; round += 1) {
    await sleep(100);
    globalThis.gc?.();
  }
  return process.memoryUsage();
}

/** @param {number} count */
async function hold(count) {
  clients.push(...(await connectMany(FIRST_CLIENTS, () => connect(url))));
  await speakAndFallSilent();
  const before = await measureMemory();
  clients.push(...(await connectMany(count, () => connect(url))));
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
  for (const client of clients) {
    if ('finalize' in client) void client.finalize();
    else client.send('{"type":"Finalize"}');
  }
  // Until the last KeepAlive timer has noticed.
  await sleep(5_000);
}

/**
 * @param {NodeJS.MemoryUsage} after
 * @param {NodeJS.MemoryUsage} before
 * @param {number} count
 */
function less(after, before, count) {
  return {
    heapBytes: (after.heapUsed - before.heapUsed) / count,
    externalBytes: (after.external - before.external) / count,
    residentBytes: (after.rss - before.rss) / count,
  };
}

/** @param {number} forMs */
async function keep(forMs) {
  const delay = monitorEventLoopDelay({ resolution: 10 });
  const startedAt = performance.now();
  const cpu = process.cpuUsage();
  delay.enable();
  await sleep(forMs);
  delay.disable();
  const { user, system } = process.cpuUsage(cpu);
  return { cpuUs: user + system, wallMs: performance.now() - startedAt, loopDelayMs: delay.max / 1e6 };
}

/** The longest silence by the sessions' own account. */
async function end() {
  let longestMs = 0;
  for (const client of clients) {
    if (!('abort' in client)) continue;
    client.abort();
    const { longestOutboundSilenceMs } = await client.close();
    longestMs = Math.max(longestMs, longestOutboundSilenceMs);
  }
  return longestMs;
}

serve(async (/** @type {{ does: string, count: number, forMs: number }} */ { does, count, forMs }) => {
  switch (does) {
    case 'hold':
      return hold(count);
    case 'connect':
      clients.push(...(await connectMany(count, () => connect(url))));
      return null;
    case 'keep':
      return keep(forMs);
    case 'end':
      return end();
    default:
      throw new Error(`Nobody knows ${does}.`);
  }
});
