/**
 * Keeps audio at or below the catch-up rate. Tokens are samples, refilled at that rate up to a small burst. A frame may be sent
 * while there are tokens, and may overdraw them. So live audio never waits, and a backlog is sent at the catch-up rate, over any
 * window longer than a few seconds.
 */

/** Tolerance for the jitter of live audio: late frames that come together need not wait. */
const BURST_SECONDS = 0.1;

/** Longer pieces may come in longer bursts: with what the last one overdraws, 1.25 × real time is kept over 15 seconds. */
const LONG_BURST_FACTOR = 2.5;

/** A frame needs more than zero tokens; a timer that is exact would find just zero. */
const MARGIN_MS = 0.01;

/** The fields of a link, or of a run on it, that its pace needs. */
export interface Pace {
  /** Samples that may go at once; negative where the last frame overdrew them. */
  tokens: number;
  /** When they were last refilled. */
  tokensAt: number;
  /** Tokens per millisecond; 0 before the first audio of the link. */
  tokensPerMs: number;
  /** The most tokens, for pieces up to this length. */
  maxTokens: number;
}

/** `catchUpRate` is a multiple of real time. */
export function startPace(pace: Pace, samplesPerSecond: number, catchUpRate: number, now: number): void {
  pace.tokensPerMs = (samplesPerSecond * catchUpRate) / 1000;
  pace.maxTokens = BURST_SECONDS * samplesPerSecond;
  pace.tokens = pace.maxTokens;
  pace.tokensAt = now;
}

/** Milliseconds until a piece of this many samples may be sent; 0: now. */
export function waitMs(pace: Pace, now: number, samples: number): number {
  const most = samples > pace.maxTokens ? LONG_BURST_FACTOR * pace.maxTokens : pace.maxTokens;
  pace.tokens = Math.min(most, pace.tokens + (now - pace.tokensAt) * pace.tokensPerMs);
  pace.tokensAt = now;
  return pace.tokens > 0 ? 0 : -pace.tokens / pace.tokensPerMs + MARGIN_MS;
}
