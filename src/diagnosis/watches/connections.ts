/** How connections begin and end: credentials, outages, flapping, and the end of it all. */
import type { ResultsMessage } from '../../protocol/server-messages.ts';
import type { StartWatch } from './watch.ts';

/** More than this of waiting for a token is felt as a slow start. */
const SLOW_CREDENTIALS_MS = 3_000;
/** So many losses in a minute are no accident. */
const FLAPPING_LOSSES = 3;
const FLAPPING_MS = 60_000;

export const watchConnections: StartWatch = (board, session) => {
  let losses: number[] = [];
  return {
    fact({ code, evidence }, now) {
      if (code === 'connection-suspended') board.raise(code, evidence);
      if (code !== 'connection-lost') return;
      losses = [...losses, now].filter((at) => at > now - FLAPPING_MS);
      if (losses.length >= FLAPPING_LOSSES) board.raise('connection-flapping', { losses: losses.length });
    },
    message(message) {
      // An open connection proves nothing.
      if (message.type === 'Results' && (message as ResultsMessage).is_final)
        board.clear('connection-suspended');
    },
    status({ error }) {
      if (error) board.tell('session-failed', { reason: error.reason }, undefined, error);
    },
    tick(now) {
      losses = losses.filter((at) => at > now - FLAPPING_MS);
      if (losses.length === 0) board.clear('connection-flapping');
      const askedAt = session.credentialsAskedAt();
      const waitedMs = now - (askedAt ?? now);
      if (waitedMs > SLOW_CREDENTIALS_MS) board.raise('credentials-slow', { waitedMs }, waitedMs);
      else if (askedAt === undefined) board.clear('credentials-slow');
    },
  };
};
