/** The process with the caller's socket: what is said now goes to the store; what was said before it was there is gone. */
import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { count, encodePcm, speak } from '../../src/testing/index.ts';
import { connectStore } from './connect-store.ts';
import { type Orders, SAMPLE_RATE, SESSION, tell } from './told.ts';

const FRAME_MS = 100;
const orders = JSON.parse(process.argv[2] ?? '') as Orders;
const store = await connectStore(orders);
const call = speak(count(1, orders.words), { sampleRate: SAMPLE_RATE });
const calledAt = orders.calledAt || Date.now();
const listen = { model: 'nova-3', encoding: 'linear16', sample_rate: SAMPLE_RATE, interim_results: true };
const description = { listen, startedAt: calledAt, rate: SAMPLE_RATE, frameBytes: 2 };
const holder = randomUUID();

/** Until the store answers. */
async function ask<Answer>(question: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    try {
      return await question();
    } catch {
      await setTimeout(50);
    }
  }
}

const spokenBy = () =>
  Math.min(call.length, Math.floor((Date.now() - calledAt) / FRAME_MS) * ((FRAME_MS * SAMPLE_RATE) / 1000));
const { lease, session } = await ask(async () => store.openWriter(SESSION, { holder, description }));
let end = session.end;
let at = orders.calledAt === 0 ? 0 : spokenBy();
tell({ told: 'begun', position: at, calledAt });
while (at < call.length) {
  await setTimeout(FRAME_MS);
  const to = spokenBy();
  if (to <= at) continue;
  const bytes = encodePcm(call.subarray(at, to), 'linear16');
  const block = {
    position: end,
    end: end + to - at,
    bytes,
    capturedAt: calledAt + (at * 1000) / SAMPLE_RATE,
  };
  const answer = await ask(async () => store.append(lease, block));
  if (typeof answer === 'string') throw new Error(`The append was refused: ${answer}.`);
  end = block.end;
  at = to;
  tell({ told: 'appended', position: at });
}
await ask(async () =>
  store.request(lease, { seq: session.requests + 1, position: end, data: { kind: 'end' } }),
);
tell({ told: 'spoken' });
process.exit(0);
