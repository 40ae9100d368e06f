/**
 * One direction of a link: entries come out in their order, each not before its time. One timer serves the whole queue; none is
 * left after the close.
 */
import type { Clock } from '../../clock.ts';

export class Lane {
  readonly #clock: Clock;
  #queue: { dueMs: number; deliver: () => void }[] = [];
  #timer: unknown;
  #isClosed = false;
  #isHeld = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isEmpty(): boolean {
    return this.#queue.length === 0;
  }

  /** Delivers after `delayMs`, or later if it would overtake an earlier entry. */
  put(delayMs: number, deliver: () => void): void {
    if (this.#isClosed) return;
    this.#queue.push({ dueMs: this.#clock.now() + delayMs, deliver });
    if (this.#timer === undefined && !this.#isHeld) this.#arm();
  }

  /** Holds all entries until it is released. */
  hold(): void {
    this.#isHeld = true;
    this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  release(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    if (!this.#isClosed) this.#arm();
  }

  /** Loses all entries, present and later ones. */
  close(): void {
    this.#isClosed = true;
    this.#queue = [];
    this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #arm(): void {
    const head = this.#queue[0];
    if (head === undefined) return;
    this.#timer = this.#clock.setTimeout(
      () => {
        this.#timer = undefined;
        this.#queue.shift();
        head.deliver();
        if (this.#timer === undefined && !this.#isClosed && !this.#isHeld) this.#arm();
      },
      Math.max(0, head.dueMs - this.#clock.now()),
    );
  }
}
