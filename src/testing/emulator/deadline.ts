/**
 * A timeout that can be restarted thousands of times a second at little cost: a restart only notes the time. The single timer,
 * when it fires, checks whether it was early and waits for the rest.
 */
import type { Clock } from '../../clock.ts';

export class Deadline {
  readonly #clock: Clock;
  readonly #limitMs: number;
  readonly #missed: () => void;
  #since: number | undefined;
  #timer: unknown;

  constructor(clock: Clock, limitMs: number | false, missed: () => void) {
    this.#clock = clock;
    this.#limitMs = limitMs === false ? Infinity : limitMs;
    this.#missed = missed;
  }

  get isRunning(): boolean {
    return this.#since !== undefined;
  }

  /** Milliseconds until the deadline; `undefined` while it does not run. */
  get leftMs(): number | undefined {
    return this.#since === undefined
      ? undefined
      : Math.max(0, this.#since + this.#limitMs - this.#clock.now());
  }

  /** Starts the count, or starts it again. */
  restart(): void {
    if (this.#limitMs === Infinity) return;
    this.#since = this.#clock.now();
    if (this.#timer === undefined) this.#arm(this.#limitMs);
  }

  stop(): void {
    this.#since = undefined;
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #arm(delayMs: number): void {
    this.#timer = this.#clock.setTimeout(() => {
      this.#timer = undefined;
      if (this.#since === undefined) return;
      const leftMs = this.#since + this.#limitMs - this.#clock.now();
      if (leftMs > 0) {
        this.#arm(leftMs);
        return;
      }
      this.#since = undefined;
      this.#missed();
    }, delayMs);
  }
}
