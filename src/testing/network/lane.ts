/**
 * One direction of a link: things put in come out in the order they went in, each no earlier than its time. One
 * timer serves the whole queue, and none is left when the lane is closed.
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

  /** Delivers after `delayMs`, or later where that would overtake what went before. */
  put(delayMs: number, deliver: () => void): void {
    if (this.#isClosed) return;
    this.#queue.push({ dueMs: this.#clock.now() + delayMs, deliver });
    if (this.#timer === undefined && !this.#isHeld) this.#arm();
  }

  /** Delivers nothing, and loses nothing, until it is released. */
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

  /** Loses what is under way, and all that comes. */
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
