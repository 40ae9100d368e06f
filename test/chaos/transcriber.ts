/** A process of the pool: claims the session whenever nobody owns it, and transcribes it. */
import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { systemClock } from '../../src/clock.ts';
import { createLiveTranscription } from '../../src/index.ts';
import { DurableSession } from '../../src/store/durable.ts';
import type { Opened } from '../../src/store/index.ts';
import { connectStore } from './connect-store.ts';
import { type Orders, tell } from './told.ts';

const orders = JSON.parse(process.argv[2] ?? '') as Orders;
const store = await connectStore(orders);
const clock = { ...systemClock, wallTime: () => Date.now() + orders.skewMs };
/** At most one at a time. */
let session: DurableSession | undefined;
const stopping = new AbortController();

process.once('SIGTERM', () => stopping.abort());
stopping.signal.addEventListener('abort', () => void session?.handOver());

tell({ told: 'ready' });
while (!stopping.signal.aborted) {
  const holder = randomUUID();
  const opened = await store.claim(holder).catch(() => undefined);
  if (opened) await transcribe(opened, holder);
  else await setTimeout(50);
}
tell({ told: 'handed-over' });
process.exit(0);

async function transcribe(opened: Opened, holder: string): Promise<void> {
  tell({ told: 'claimed', epoch: opened.lease.epoch });
  const own = new DurableSession(store, opened.lease.id, holder, opened);
  session = own;
  const { listen } = opened.session.description as unknown as { listen: Record<string, string | number> };
  const live = createLiveTranscription({
    auth: { apiKey: 'any' },
    baseUrl: orders.deepgramUrl,
    listen: { model: 'nova-3', ...listen },
    session: own,
    clock,
  });
  live.transcripts$.subscribe({
    next: ({ text, final, end, channel }) => tell({ told: 'text', text, isFinal: final, end, channel }),
    // That it was lost is told by the state.
    error: () => undefined,
  });
  live.notices$.subscribe(({ code }) => tell({ told: 'notice', code }));
  // Asked to stop while the claim was on its way.
  if (stopping.signal.aborted) void own.handOver();
  await new Promise<void>((resolve) => own.state$.subscribe({ complete: resolve }));
  tell({ told: 'over', state: own.state });
}
