/**
 * How long to wait for an answer. The timeout grows with observed delays up to a bound, and shrinks again: a slow peer is not
 * given up repeatedly, and a fast one gets no long timeout.
 */

/** An answer may take this much longer than the last one did. */
const GROWTH = 2;

export class AdaptiveTimeout {
  readonly #leastMs: number;
  readonly #mostMs: number;
  #ms: number;

  constructor(leastMs: number, mostMs: number) {
    this.#leastMs = leastMs;
    this.#mostMs = Math.max(leastMs, mostMs);
    this.#ms = leastMs;
  }

  get ms(): number {
    return this.#ms;
  }

  answered(afterMs: number): void {
    this.#ms = Math.min(this.#mostMs, Math.max(this.#leastMs, afterMs * GROWTH));
  }

  /** No answer came in time; it may still have been on its way. */
  timedOut(): void {
    this.#ms = Math.min(this.#mostMs, this.#ms * GROWTH);
  }
}
