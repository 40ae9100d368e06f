/**
 * Events of a socket after its end: late, repeated, and in wrong order. Real platforms deliver such events after a suspend or by
 * a bug; they must have no effect.
 */
import type { Clock } from '../../clock.ts';
import type { SocketEnd, SocketHandlers } from '../../transports/transport.ts';

const AFTER_MS = [0, 40, 1_500, 20_000];
const STALE_RESULTS = JSON.stringify({
  type: 'Results',
  channel_index: [0, 1],
  start: 0,
  duration: 9,
  is_final: true,
  speech_final: true,
  channel: {
    alternatives: [
      { transcript: 'stale', confidence: 1, words: [{ word: 'stale', start: 1, end: 2, confidence: 1 }] },
    ],
  },
  metadata: { request_id: 'stale' },
  from_finalize: true,
});

export function haunt(handlers: SocketHandlers, end: SocketEnd, clock: Clock): void {
  for (const delayMs of AFTER_MS) {
    clock.setTimeout(() => {
      handlers.message(STALE_RESULTS);
      handlers.opened({ headers: { 'dg-request-id': 'stale' } });
      handlers.binary(4);
      handlers.ended(end);
    }, delayMs);
  }
}
