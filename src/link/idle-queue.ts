/**
 * KeepAlives of all idle links of a process. Links with one clock and interval share one queue, in the order of their due times,
 * with one timer for the first: thousands of idle sessions need no timers of their own, and send in groups.
 */
import { type Clock, TIMER_ROUNDING_MS } from '../clock.ts';

/** The groups of an interval: messages that go out together cost both sides less than as many alone. */
const GROUPS = 30;

/** An idle link. */
export interface IdleLink {
  /** When its next KeepAlive is due, on the clock of the queue. */
  keepAliveDueAt: number;
  keepAlive(now: number): void;
}

export class IdleQueue {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  /** A KeepAlive may go out this much early, with the one before it. */
  readonly #earlyMs: number;
  /** In the order of their due times, since all wait for the same interval. */
  readonly #links = new Set<IdleLink>();
  #timer: unknown;

  constructor(clock: Clock, intervalMs: number) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
    this.#earlyMs = Math.max(intervalMs / GROUPS, TIMER_ROUNDING_MS);
  }

  /** The link's next KeepAlive is due after the interval. */
  add(link: IdleLink, now: number): void {
    link.keepAliveDueAt = now + this.#intervalMs;
    this.#links.add(link);
    if (this.#links.size === 1) this.#arm(this.#intervalMs);
  }

  remove(link: IdleLink): void {
    if (!this.#links.delete(link) || this.#links.size > 0) return;
    this.#clock.clearTimeout(this.#timer);
  }

  #arm(delayMs: number): void {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = this.#clock.setTimeout(() => this.#sendDue(), delayMs);
  }

  #sendDue(): void {
    const now = this.#clock.now();
    for (const link of this.#links) {
      if (link.keepAliveDueAt - now > this.#earlyMs) break;
      this.#links.delete(link);
      link.keepAliveDueAt = now + this.#intervalMs;
      this.#links.add(link);
      link.keepAlive(now);
    }
    const [first] = this.#links;
    if (first) this.#arm(Math.max(0, first.keepAliveDueAt - now));
  }
}

const queues = new WeakMap<Clock, Map<number, IdleQueue>>();

/** The queue of all links with this clock and interval. */
export function idleQueueOf(clock: Clock, intervalMs: number): IdleQueue {
  let ofClock = queues.get(clock);
  if (!ofClock) queues.set(clock, (ofClock = new Map()));
  let queue = ofClock.get(intervalMs);
  if (!queue) ofClock.set(intervalMs, (queue = new IdleQueue(clock, intervalMs)));
  return queue;
}
