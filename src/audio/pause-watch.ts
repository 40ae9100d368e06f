/**
 * Detects a pause of the source. A frame costs only a timestamp: the timer is not restarted for each frame, but waits for the
 * rest when it fires.
 */
import { type Clock, TIMER_ROUNDING_MS } from '../clock.ts';

export class PauseWatch {
  readonly #clock: Clock;
  readonly #afterMs: number;
  readonly #paused: () => void;
  #lastAudioAt = 0;
  #timer: unknown;

  /** Calls `paused` once in each pause of `afterMs` or longer. */
  constructor(clock: Clock, afterMs: number, paused: () => void) {
    this.#clock = clock;
    this.#afterMs = afterMs;
    this.#paused = paused;
  }

  accepted(now: number): void {
    this.#lastAudioAt = now;
    if (this.#timer === undefined) this.#wait(this.#afterMs);
  }

  stop(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #wait(delayMs: number): void {
    this.#timer = this.#clock.setTimeout(() => {
      this.#timer = undefined;
      const leftMs = this.#lastAudioAt + this.#afterMs - this.#clock.now();
      if (leftMs > TIMER_ROUNDING_MS) this.#wait(leftMs);
      else this.#paused();
    }, delayMs);
  }
}
