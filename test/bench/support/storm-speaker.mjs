/** The sessions of `storm`, all in one process: they send audio in real time. `storm-speaker.mjs URL SESSIONS CHUNK_MS` */
import { createLiveTranscription } from 'rx-deepgram';
import { connectMany } from './crowd.mjs';
import { serve, sleep, timeOfAll } from './processes.mjs';
import { LISTEN, makeFrames } from './sound.mjs';

/** @typedef {{ openMs: number, levelMs: number, behindMs: number, lateMs: number, droppedSeconds: number, cpu: number, residentMb: number }} Weathered Infinite: not yet. */

const [url = '', sessions, chunkMs] = process.argv.slice(2);
const SESSIONS = Number(sessions);
const CHUNK_MS = Number(chunkMs);

/** One session after the other begins its chunk within the time of one. */
const STEP_MS = 10;
const WATCH_MS = 100;

/** The storm begins when the process has compiled its code, and no step was later than this for a while. */
const CALM_LATE_MS = 100;
const CALM_MS = 3_000;
const LONGEST_START_MS = 60_000;

const chunks = makeFrames(CHUNK_MS);
/** @type {import('rx-deepgram').LiveTranscription[]} */
const lives = [];
/** @type {Set<import('rx-deepgram').LiveTranscription>} */
const open = new Set();

/** On the clock of all processes. */
let acceptedAt = Infinity;
let watchedAt = 0;
let cpuUs = 0;
let [openAt, levelAt] = [Infinity, Infinity];
let [lateMs, behindMs] = [0, 0];
let lateAt = 0;

async function connect() {
  const live = createLiveTranscription({
    auth: { apiKey: 'bench' },
    baseUrl: url,
    listen: LISTEN,
    connect: 'eager',
  });
  lives.push(live);
  live.transcripts$.subscribe();
  // Otherwise a warning goes to the console.
  live.notices$.subscribe();
  await new Promise((resolve) => {
    live.status$.subscribe(({ phase }) => {
      if (phase !== 'open') open.delete(live);
      else resolve(open.add(live));
    });
  });
}

/** A step that comes late is made up for. */
function speak() {
  const steps = CHUNK_MS / STEP_MS;
  const startedAt = performance.now();
  let step = 0;
  const go = () => {
    const passed = (performance.now() - startedAt) / STEP_MS;
    const late = (passed - step) * STEP_MS;
    lateMs = Math.max(lateMs, late);
    if (late > CALM_LATE_MS) lateAt = performance.now();
    for (; step <= passed; step += 1) {
      for (let index = step % steps; index < SESSIONS; index += steps) {
        lives[index]?.send(/** @type {Buffer} */ (chunks[(index + step) % chunks.length]));
      }
    }
    setTimeout(go, startedAt + step * STEP_MS - performance.now());
  };
  go();
}

function watch() {
  const now = timeOfAll();
  let most = 0;
  for (const live of lives) most = Math.max(most, live.backlogMs);
  behindMs = Math.max(behindMs, most);
  if (now > acceptedAt && open.size === SESSIONS) openAt = Math.min(openAt, now);
  if (openAt < Infinity && most <= 2 * CHUNK_MS) levelAt = Math.min(levelAt, now);
}

async function calm() {
  const startedAt = performance.now();
  lateAt = startedAt;
  while (performance.now() - lateAt < CALM_MS) {
    if (performance.now() - startedAt > LONGEST_START_MS) throw new Error('The process is never on time.');
    await sleep(WATCH_MS);
  }
}

function cpuNow() {
  const { user, system } = process.cpuUsage();
  return user + system;
}

serve(async (/** @type {'start' | 'look' | import('./storm-sink.mjs').Cut} */ request) => {
  if (request === 'start') {
    await connectMany(SESSIONS, connect);
    speak();
    setInterval(watch, WATCH_MS);
    await calm();
    return null;
  }
  if (request !== 'look') {
    ({ acceptedAt } = request);
    watchedAt = timeOfAll();
    cpuUs = cpuNow();
    lateMs = 0;
    return null;
  }
  /** @type {Weathered} */
  const weathered = {
    openMs: openAt - acceptedAt,
    levelMs: levelAt - acceptedAt,
    behindMs,
    lateMs,
    droppedSeconds: lives.reduce((sum, { ledger }) => sum + ledger.dropped / ledger.sampleRate, 0),
    cpu: (cpuNow() - cpuUs) / 1_000 / (timeOfAll() - watchedAt),
    residentMb: process.memoryUsage().rss / 1e6,
  };
  return weathered;
});
