/** A process of the pool: claims the session when it has no owner, and transcribes it. */
import { systemClock } from '../../src/clock.ts';
import { createLiveTranscription } from '../../src/index.ts';
import { claim, type ClaimedSession } from '../../src/store/index.ts';
import { connectStore } from './connect-store.ts';
import { type Orders, tell } from './told.ts';

const orders = JSON.parse(process.argv[2] ?? '') as Orders;
const store = await connectStore(orders);
const clock = { ...systemClock, wallTime: () => Date.now() + orders.skewMs };
/** At most one at a time. */
let owned: ClaimedSession | undefined;
const stopping = new AbortController();
const { signal } = stopping;

process.once('SIGTERM', () => stopping.abort());
signal.addEventListener('abort', () => void owned?.handOver());

tell({ told: 'ready' });
for (
  let session = await claim(store, { signal, pollMs: 50 });
  session;
  session = await claim(store, { signal, pollMs: 50 })
)
  await transcribe(session);
tell({ told: 'handed-over' });
process.exit(0);

async function transcribe(session: ClaimedSession): Promise<void> {
  owned = session;
  tell({ told: 'claimed' });
  const live = createLiveTranscription({
    auth: { apiKey: 'any' },
    baseUrl: orders.deepgramUrl,
    listen: { model: 'nova-3', ...session.listen },
    session,
    clock,
  });
  live.transcripts$.subscribe({
    next: ({ text, final, end, channel }) => tell({ told: 'text', text, isFinal: final, end, channel }),
    // The state reports the loss.
    error: () => undefined,
  });
  live.notices$.subscribe(({ code }) => tell({ told: 'notice', code }));
  await new Promise<void>((resolve) => session.state$.subscribe({ complete: resolve }));
  tell({ told: 'over', state: session.state });
}
