/** One side of `frame-cost`: many clients that speak in real time, and the CPU they take. `speaker.mjs bare|ours URL CLIENTS FRAME_MS` */
import { connectBare, connectMany, connectOurs } from './clients.mjs';
import { serve, sleep } from './processes.mjs';
import { makeFrames } from './sound.mjs';

/** @typedef {{ frames: number, cpuUs: number, heapBytes: number, externalBytes: number, collections: number, heldBack: number, lateMs: number }} Spoken */

const [side, url = '', count, frameMs] = process.argv.slice(2);
const FRAME_MS = Number(frameMs);

/** Long enough for the pause before it to be forgotten. */
const WARM_UP_MS = 600;

const frames = makeFrames(FRAME_MS);
let heldBack = 0;
/** @type {(frame: Buffer) => void} */
let sendAll = () => undefined;

let collections = 0;
new PerformanceObserver((list) => {
  collections += list.getEntries().length;
}).observe({ entryTypes: ['gc'] });

/** @param {number} forMs */
function speak(forMs) {
  return new Promise((resolve) => {
    const startedAt = performance.now();
    const ticks = Math.round(forMs / FRAME_MS);
    let tick = 0;
    let latestMs = 0;
    const next = () => {
      latestMs = Math.max(latestMs, performance.now() - startedAt - tick * FRAME_MS);
      while (tick < ticks && performance.now() >= startedAt + tick * FRAME_MS) {
        sendAll(/** @type {Buffer} */ (frames[tick % frames.length]));
        tick += 1;
      }
      if (tick < ticks) setTimeout(next, startedAt + tick * FRAME_MS - performance.now());
      else setTimeout(() => resolve({ ticks, lateMs: latestMs }), startedAt + forMs - performance.now());
    };
    next();
  });
}

/** @param {number} forMs */
async function measure(forMs) {
  await speak(WARM_UP_MS);
  globalThis.gc?.();
  // Until the collection just made has been counted.
  await sleep(50);
  collections = 0;
  heldBack = 0;
  const memory = process.memoryUsage();
  const cpu = process.cpuUsage();
  const { ticks, lateMs } = await speak(forMs);
  const { user, system } = process.cpuUsage(cpu);
  const after = process.memoryUsage();
  return {
    frames: ticks * Number(count),
    cpuUs: user + system,
    heapBytes: after.heapUsed - memory.heapUsed,
    externalBytes: after.external - memory.external,
    collections,
    heldBack,
    lateMs,
  };
}

serve(async (request) => {
  if (request !== 'start') return measure(Number(request));
  if (side === 'bare') {
    const sockets = await connectMany(Number(count), () => connectBare(url));
    sendAll = (frame) => {
      for (const socket of sockets) socket.send(frame);
    };
  } else {
    const sessions = await connectMany(Number(count), () => connectOurs(url));
    sendAll = (frame) => {
      for (const session of sessions) {
        const { backlogMs } = session.send(frame);
        if (backlogMs > 0) heldBack += 1;
      }
    };
  }
  return null;
});
