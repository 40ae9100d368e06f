/**
 * One side of `frame-cost` and `growth`: many clients of one kind that speak in real time, with their CPU and the delay of a
 * frame. `speaker.mjs CLIENT URL CLIENTS FRAME_MS [SPEAKERS] [staggered]`: all clients send at once, or one after the other
 * within the time of a frame.
 */
import { Socket } from 'node:net';
import { KEEP_ALIVE_MS } from '../clients/client.mjs';
import { connectorOf } from '../clients/index.mjs';
import { connectMany } from './crowd.mjs';
import { serve, sleep } from './processes.mjs';
import { quantile } from './report.mjs';
import { LISTEN, makeFrames } from './sound.mjs';

/** @typedef {import('../clients/client.mjs').Client} Client */
/** @typedef {{ frames: number, cpuUs: number, heapBytes: number, collections: number, heldBack: number }} Spoken */
/** @typedef {{ p50Us: number, p99Us: number }} Latency */

const [name = '', url = '', count, frameMs, speakers = count, way] = process.argv.slice(2);
const FRAME_MS = Number(frameMs);
/** The others are connected, and held by KeepAlives. */
const SPEAKERS = Math.min(Number(speakers), Number(count));

/** Into so many groups of clients a frame's time is divided. */
const GROUPS = way === 'staggered' ? 10 : 1;

/** Long enough for the pause before it to be forgotten. */
const WARM_UP_MS = 600;

const frames = makeFrames(FRAME_MS);
/** @type {Client[]} */
const clients = [];
let heldBack = 0;

let collections = 0;
new PerformanceObserver((list) => {
  collections += list.getEntries().length;
}).observe({ entryTypes: ['gc'] });

/** @param {Buffer} frame @param {number} group */
function sendAll(frame, group) {
  for (let index = group; index < SPEAKERS; index += GROUPS) {
    const result = /** @type {{ backlogMs?: number } | undefined} */ (clients[index]?.send(frame));
    if (result?.backlogMs) heldBack += 1;
  }
}

/** @param {number} forMs @param {(frame: Buffer, group: number) => void} send */
function speak(forMs, send) {
  return new Promise((resolve) => {
    const startedAt = performance.now();
    const ticks = Math.round(forMs / FRAME_MS) * GROUPS;
    const tickMs = FRAME_MS / GROUPS;
    let tick = 0;
    const step = () => {
      while (tick < ticks && performance.now() >= startedAt + tick * tickMs) {
        send(/** @type {Buffer} */ (frames[Math.floor(tick / GROUPS) % frames.length]), tick % GROUPS);
        tick += 1;
      }
      const waitMs = startedAt + (tick < ticks ? tick * tickMs : forMs) - performance.now();
      setTimeout(tick < ticks ? step : () => resolve(ticks / GROUPS), waitMs);
    };
    step();
  });
}

/** @param {number} forMs @returns {Promise<Spoken>} */
async function measureCost(forMs) {
  await speak(WARM_UP_MS, sendAll);
  globalThis.gc?.();
  // Until the collection just made has been counted.
  await sleep(50);
  collections = 0;
  heldBack = 0;
  const { heapUsed } = process.memoryUsage();
  const cpu = process.cpuUsage();
  const ticks = await speak(forMs, sendAll);
  const { user, system } = process.cpuUsage(cpu);
  const heapBytes = process.memoryUsage().heapUsed - heapUsed;
  return { frames: ticks * SPEAKERS, cpuUs: user + system, heapBytes, collections, heldBack };
}

/** From the call of `send` to the first byte handed to the TCP socket. @param {number} forMs @returns {Promise<Latency>} */
async function measureLatency(forMs) {
  /** @type {number[]} */
  const latencies = [];
  let writtenAt = 0;
  /** @type {{ write: (this: Socket, ...args: any[]) => boolean }} */
  const sockets = Socket.prototype;
  const { write } = sockets;
  sockets.write = function (...args) {
    if (writtenAt === 0) writtenAt = performance.now();
    return write.apply(this, args);
  };
  await speak(forMs, (frame) => {
    for (const client of clients.slice(0, SPEAKERS)) {
      writtenAt = 0;
      const sentAt = performance.now();
      client.send(frame);
      if (writtenAt !== 0) latencies.push((writtenAt - sentAt) * 1_000);
    }
  });
  sockets.write = write;
  return { p50Us: quantile(latencies, 0.5), p99Us: quantile(latencies, 0.99) };
}

serve(async (/** @type {'start' | { does: 'cost' | 'latency', forMs: number }} */ request) => {
  if (request !== 'start') {
    return request.does === 'cost' ? measureCost(request.forMs) : measureLatency(request.forMs);
  }
  const keepAlive = SPEAKERS < Number(count);
  const keepAliveMs = keepAlive ? KEEP_ALIVE_MS : undefined;
  const settings = { url, key: 'bench', listen: LISTEN, keepAlive, keepAliveMs, onFinal: () => undefined };
  clients.push(...(await connectMany(Number(count), () => connectorOf(name)(settings))));
  return null;
});
