/** Reports slow credentials, outages, flapping and the failure of the session. */
import { resultOf } from '../result-of.ts';
import type { StartWatch } from './watch.ts';

/** Users notice a longer wait for a token. */
const SLOW_CREDENTIALS_MS = 3_000;
/** Losses in a minute that count as flapping. */
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
      // An open connection does not end the flapping.
      if (resultOf(message)?.isFinal) board.clear('connection-suspended');
    },
    status(status) {
      if (status.phase !== 'failed') return;
      const { error } = status;
      board.tell('session-failed', { reason: error.reason }, undefined, error);
    },
    tick(now) {
      if (losses.length > 0) losses = losses.filter((at) => at > now - FLAPPING_MS);
      if (losses.length === 0) board.clear('connection-flapping');
      const askedAt = session.credentialsAskedAt();
      const waitedMs = now - (askedAt ?? now);
      if (waitedMs > SLOW_CREDENTIALS_MS) board.raise('credentials-slow', { waitedMs }, waitedMs);
      else if (askedAt === undefined) board.clear('credentials-slow');
    },
  };
};
