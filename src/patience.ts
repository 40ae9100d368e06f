/**
 * How long an answer is waited for. The time grows with what is seen, up to a bound, and shrinks again: a slow peer is not given up
 * for ever, and a quick one is not waited for long.
 */

/** An answer may take this much longer than the last one did. */
const GROWTH = 2;

export class Patience {
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

  /** It was given up before an answer came, which may have been on its way. */
  unanswered(): void {
    this.#ms = Math.min(this.#mostMs, this.#ms * GROWTH);
  }
}
