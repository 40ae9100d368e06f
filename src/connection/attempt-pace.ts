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

/** While attempts fail, a crowd tries at this share of the rate, so that the process has time for its audio. */
const FAILING_SHARE = 1 / 4;

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
  /** Of the attempts that have opened or ended, the last one failed. */
  #isFailing = false;
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

  /** An attempt has opened a connection. */
  succeeded(): void {
    this.#refill();
    this.#isFailing = false;
  }

  /** An attempt has ended without a connection. */
  failed(): void {
    this.#refill();
    this.#isFailing = true;
  }

  /** Attempts in a millisecond. */
  get #rate(): number {
    return this.#isFailing && this.#waiting.size > 1 ? FAILING_SHARE * this.#perMs : this.#perMs;
  }

  #refill(): void {
    const now = this.#clock.now();
    this.#tokens = Math.min(this.#most, this.#tokens + (now - this.#tokensAt) * this.#rate);
    this.#tokensAt = now;
  }

  #wait(): void {
    if (this.#timer !== undefined || this.#waiting.size === 0) return;
    const delayMs = Math.max(STEP_MS, (1 - this.#tokens) / this.#rate);
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
