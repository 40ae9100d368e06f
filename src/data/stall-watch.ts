/**
 * Finds half-open connections by what every platform can see: audio goes out and nothing comes back. Deepgram answers
 * about once a second, through silence too; without interim results only finals can be waited for, so patience is doubled.
 * A server that talks on without ever advancing its transcript is condemned as well, later.
 */
import type { Clock } from '../clock.ts';

/** How much longer a server may talk without advancing than it may be silent. */
const ADVANCE_FACTOR = 2;

/** What is left of the patience with a socket in doubt, or one that owes the last answer. */
const DOUBT_FACTOR = 0.5;

export class StallWatch {
  hasStalled = false;
  readonly #clock: Clock;
  readonly #onStall: () => void;
  #patienceMs: number;
  /** When audio went out that nothing has answered yet. */
  #unansweredSince: number | undefined;
  /** When audio went out that no result has covered yet. */
  #uncoveredSince: number | undefined;
  #timer: unknown;

  constructor(clock: Clock, patienceMs: number, onStall: () => void) {
    this.#clock = clock;
    this.#patienceMs = patienceMs;
    this.#onStall = onStall;
  }

  /** Audio went out, or would have if the socket had taken it. */
  audioSent(now: number): void {
    this.#unansweredSince ??= now;
    this.#uncoveredSince ??= now;
    if (this.#timer === undefined) this.#arm(this.#patienceMs);
  }

  /** Something came back. */
  heard(): void {
    this.#unansweredSince = undefined;
  }

  /** A result went beyond the one before it. */
  advanced(): void {
    this.#uncoveredSince = undefined;
  }

  /** No audio flows: there is nothing to answer. */
  rest(): void {
    this.heard();
    this.advanced();
  }

  /** Find out sooner: the platform says that it is offline, which is a hint and no proof, or time is short. */
  doubt(): void {
    this.#patienceMs *= DOUBT_FACTOR;
    if (this.#timer !== undefined) this.#check();
  }

  stop(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #arm(delayMs: number): void {
    this.stop();
    this.#timer = this.#clock.setTimeout(() => this.#check(), delayMs);
  }

  #check(): void {
    this.stop();
    const now = this.#clock.now();
    const leftMs = Math.min(
      (this.#unansweredSince ?? Infinity) + this.#patienceMs - now,
      (this.#uncoveredSince ?? Infinity) + this.#patienceMs * ADVANCE_FACTOR - now,
    );
    if (leftMs <= 0) {
      this.hasStalled = true;
      this.#onStall();
    } else if (leftMs < Infinity) this.#arm(leftMs);
  }
}
