/** Delays between attempts, from a seeded random number, so that every run can be repeated. */

/** Milliseconds. */
export interface BackoffSettings {
  /** The first retry comes within this time: enough to spread many clients, too short to notice. */
  firstJitterMs: number;
  /** The first bound of the delays; each failure doubles it … */
  baseMs: number;
  /** … up to this maximum. */
  capMs: number;
  /** Replaces `baseMs` when the server has too many connections. */
  gentleBaseMs: number;
}

export const BACKOFF: BackoffSettings = {
  firstJitterMs: 100,
  baseMs: 500,
  capMs: 10_000,
  gentleBaseMs: 2_000,
};

/**
 * The delay before the retry after `failures` failures in a row (0: the connection gave results). It is random between half and
 * all of the exponential bound, so that short delays cannot use up the retry budget. Unless the server asked for longer delays,
 * it is at most the outage so far: a short outage is not followed by a long delay.
 */
export function backoffDelayMs(
  failures: number,
  gently: boolean,
  outageMs: number,
  random: number,
  settings = BACKOFF,
): number {
  const { firstJitterMs, baseMs, capMs, gentleBaseMs } = settings;
  if (!gently && failures === 0) return random * firstJitterMs;
  const bound = gently
    ? exponential(gentleBaseMs, failures, capMs)
    : Math.min(exponential(baseMs, failures - 1, capMs), Math.max(baseMs, outageMs));
  return (0.5 + random / 2) * bound;
}

function exponential(baseMs: number, doublings: number, capMs: number): number {
  return Math.min(capMs, baseMs * 2 ** Math.min(doublings, 30));
}

/** One step of a small generator (mulberry32): the next seed, and a number from 0 up to 1. */
export function nextRandom(seed: number): { seed: number; random: number } {
  const next = (seed + 0x6d2b79f5) | 0;
  let mixed = Math.imul(next ^ (next >>> 15), 1 | next);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return { seed: next, random: ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296 };
}
