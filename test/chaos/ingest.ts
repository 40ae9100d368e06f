/** The process with the caller's socket: it sends the speech from now on to the store; earlier speech is lost. */
import { setTimeout } from 'node:timers/promises';
import { systemClock } from '../../src/clock.ts';
import { writer } from '../../src/store/index.ts';
import { count, encodePcm, speak } from '../../src/testing/index.ts';
import { connectStore } from './connect-store.ts';
import { type Orders, SAMPLE_RATE, SESSION, tell } from './told.ts';

const FRAME_MS = 20;
const orders = JSON.parse(process.argv[2] ?? '') as Orders;
const store = await connectStore(orders);
const call = speak(count(1, orders.words), { sampleRate: SAMPLE_RATE });
const calledAt = orders.calledAt || Date.now();

const spokenBy = () =>
  Math.min(call.length, Math.floor((Date.now() - calledAt) / FRAME_MS) * ((FRAME_MS * SAMPLE_RATE) / 1000));
let at = orders.calledAt === 0 ? 0 : spokenBy();

// Positions of the call begin at its start, positions of the session at the end of the writer before.
let offset = 0;
const openWriter = store.openWriter.bind(store);
store.openWriter = async (...given) => {
  const opened = await openWriter(...given);
  offset = opened.session.end - begunAt;
  return opened;
};
const append = store.append.bind(store);
store.append = async (...given) => {
  const answer = await append(...given);
  if (typeof answer === 'object') tell({ told: 'appended', position: answer.end - offset });
  return answer;
};

const begunAt = at;
tell({ told: 'begun', position: at, calledAt });
const audio = writer(store, SESSION, {
  listen: { model: 'nova-3', encoding: 'linear16', sample_rate: SAMPLE_RATE, interim_results: true },
  clock: { ...systemClock, wallTime: () => Date.now() + orders.skewMs },
});
audio.drops$.subscribe(({ startSeconds, endSeconds, from }) => {
  throw new Error(`Audio was given up in ${from}: ${startSeconds} to ${endSeconds} s.`);
});
while (at < call.length) {
  await setTimeout(FRAME_MS);
  const to = spokenBy();
  if (to <= at) continue;
  if (!audio.send(encodePcm(call.subarray(at, to), 'linear16')).accepted)
    throw new Error(`Audio was refused; the writer is ${audio.state}.`);
  at = to;
  tell({ told: 'sent', position: at });
}
if (!(await audio.end(60_000))) throw new Error('The end was not taken.');
tell({ told: 'spoken' });
process.exit(0);
