/**
 * The pace at which a process attempts connections. If many sessions lose theirs at once, simultaneous attempts would delay the
 * audio of open ones. So attempts begin at a rate, in order, those with audio first; fewer begin when the event loop is late, and
 * while attempts fail. A single session never waits.
 */
import type { Clock } from '../clock.ts';
import { runningTimeOf } from '../running-time.ts';

/** Between two groups of attempts. */
const STEP_MS = 10;

/** As many as fall due in this time may begin at once. */
const BURST_MS = 40;

/** An attempt without audio waits at most this long for attempts with audio. */
const PATIENCE_MS = 5_000;

/** While others wait, a failed attempt counts as so many: a server that refuses all gets fewer, and audio gets the time. */
const FAILED_COUNT = 4;

/** Failures delay the next attempt by no more than this. */
const MAX_DELAY_MS = 1_000;

/** An attempt that waits for its turn. */
export interface WaitingAttempt {
  hasAudio(): boolean;
  begin(): void;
}

export class AttemptPace {
  readonly #clock: Clock;
  readonly #perMs: number;
  readonly #most: number;
  /** How many may begin now. */
  #tokens: number;
  #tokensAt: number;
  /** The start of each wait, in the order of the requests. */
  readonly #waiting = new Map<WaitingAttempt, number>();
  #timer: unknown;

  constructor(clock: Clock, perSecond: number) {
    this.#clock = clock;
    this.#perMs = perSecond / 1000;
    this.#most = Math.max(1, this.#perMs * BURST_MS);
    this.#tokens = this.#most;
    this.#tokensAt = clock.now();
  }

  /** Begins at once, or when it is its turn. */
  ask(attempt: WaitingAttempt): void {
    this.#refill();
    if (this.#waiting.size === 0 && this.#tokens >= 1) {
      this.#tokens -= 1;
      attempt.begin();
      return;
    }
    this.#waiting.set(attempt, this.#clock.now());
    this.#wait();
  }

  /** Cancels an attempt that waits. */
  withdraw(attempt: WaitingAttempt): void {
    if (!this.#waiting.delete(attempt) || this.#waiting.size > 0) return;
    this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** An attempt ended without a connection. */
  failed(): void {
    if (this.#waiting.size > 0)
      this.#tokens = Math.max(this.#tokens - (FAILED_COUNT - 1), -MAX_DELAY_MS * this.#perMs);
  }

  #refill(): void {
    const now = this.#clock.now();
    this.#tokens = Math.min(this.#most, this.#tokens + (now - this.#tokensAt) * this.#perMs);
    this.#tokensAt = now;
  }

  #wait(): void {
    if (this.#timer !== undefined || this.#waiting.size === 0) return;
    const delayMs = Math.max(STEP_MS, (1 - this.#tokens) / this.#perMs);
    const dueAt = this.#clock.now() + delayMs;
    this.#timer = this.#clock.setTimeout(() => {
      this.#timer = undefined;
      runningTimeOf(this.#clock).fired(dueAt, this.#clock.now());
      this.#beginSome();
      this.#wait();
    }, delayMs);
  }

  #beginSome(): void {
    this.#refill();
    for (const attempt of this.#next(Math.floor(this.#tokens))) {
      // An attempt that began may have cancelled another.
      if (!this.#waiting.delete(attempt)) continue;
      this.#tokens -= 1;
      attempt.begin();
    }
  }

  #next(count: number): WaitingAttempt[] {
    if (count <= 0) return [];
    const longAgo = this.#clock.now() - PATIENCE_MS;
    const first: WaitingAttempt[] = [];
    const others: WaitingAttempt[] = [];
    for (const [attempt, since] of this.#waiting) {
      if (first.length === count) break;
      if (since <= longAgo || attempt.hasAudio()) first.push(attempt);
      else if (others.length < count) others.push(attempt);
    }
    return [...first, ...others].slice(0, count);
  }
}

const paces = new WeakMap<Clock, Map<number, AttemptPace>>();

/** The pace shared by all sessions with this clock and rate. */
export function attemptPaceOf(clock: Clock, perSecond: number): AttemptPace {
  let ofClock = paces.get(clock);
  if (!ofClock) paces.set(clock, (ofClock = new Map()));
  let pace = ofClock.get(perSecond);
  if (!pace) ofClock.set(perSecond, (pace = new AttemptPace(clock, perSecond)));
  return pace;
}
