/**
 * Time that a test moves. An hour of transcription takes milliseconds, two runs with one seed are identical, and no test sleeps.
 *
 * It is an exact discrete-event clock: timers fire one by one in order of their due time, those due at the same
 * instant in the order they were set, and each sees `now()` at its own due time. A binary heap keeps this cheap
 * enough for a hundred thousand sessions in one run.
 */
import type { Clock } from '../../clock.ts';

class Timer {
  readonly dueMs: number;
  readonly order: number;
  /** `undefined` once the timer has fired or was cleared; the heap removes such entries later. */
  callback: (() => void) | undefined;

  constructor(dueMs: number, order: number, callback: () => void) {
    this.dueMs = dueMs;
    this.order = order;
    this.callback = callback;
  }
}

/** Options of {@link VirtualClock}. */
export interface VirtualClockOptions {
  /**
   * Wall time at the start, in milliseconds since 1970.
   * @defaultValue 2026-01-01T00:00:00Z
   */
  wallTimeMs?: number;
}

/**
 * A {@link Clock} that a test moves.
 *
 * @example
 * ```ts
 * const clock = new VirtualClock();
 * clock.setTimeout(() => console.log('ten seconds later'), 10_000);
 * clock.advance(10_000);
 * ```
 */
export class VirtualClock implements Clock {
  #nowMs = 0;
  #wallOffsetMs: number;
  #order = 0;
  #live = 0;
  readonly #heap: Timer[] = [];

  constructor(options: VirtualClockOptions = {}) {
    this.#wallOffsetMs = options.wallTimeMs ?? Date.UTC(2026, 0, 1);
  }

  now(): number {
    return this.#nowMs;
  }

  wallTime(): number {
    return this.#wallOffsetMs + this.#nowMs;
  }

  /** Timers that were neither fired nor cleared: zero after a clean end, otherwise something leaks. */
  get pendingTimers(): number {
    return this.#live;
  }

  setTimeout(callback: () => void, delayMs: number): unknown {
    // As on platforms, a negative or invalid delay means "as soon as possible".
    const timer = new Timer(this.#nowMs + (delayMs > 0 ? delayMs : 0), this.#order++, callback);
    this.#push(timer);
    this.#live += 1;
    return timer;
  }

  clearTimeout(timer: unknown): void {
    if (!(timer instanceof Timer) || timer.callback === undefined) return;
    timer.callback = undefined;
    this.#live -= 1;
  }

  /** Moves time by `ms`, and fires every timer that becomes due, including new ones. */
  advance(ms: number): void {
    const untilMs = this.#nowMs + ms;
    while (this.fireNext(untilMs));
    this.#nowMs = Math.max(this.#nowMs, untilMs);
  }

  /**
   * Moves time to the next timer that is due by `untilMs`, and fires it; returns whether there was one. For tests that check the
   * state after every event.
   */
  fireNext(untilMs = Infinity): boolean {
    for (;;) {
      const next = this.#heap[0];
      if (next === undefined) return false;
      if (next.callback === undefined) {
        this.#pop();
        continue;
      }
      if (next.dueMs > untilMs) return false;
      this.#pop();
      this.#nowMs = Math.max(this.#nowMs, next.dueMs);
      const { callback } = next;
      next.callback = undefined;
      this.#live -= 1;
      callback();
      return true;
    }
  }

  /** Like {@link VirtualClock.advance}, but lets promises settle before the first timer and after each. */
  async advanceAsync(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    await settlePromises();
    while (this.fireNext(untilMs)) await settlePromises();
    this.#nowMs = Math.max(this.#nowMs, untilMs);
  }

  /** Moves time by `ms` without firing timers, like a laptop that sleeps. Due timers fire late, at the next advance. */
  jump(ms: number): void {
    this.#nowMs += ms;
  }

  /** Moves only the wall clock, like a correction by a time server. */
  jumpWallTime(ms: number): void {
    this.#wallOffsetMs += ms;
  }

  #push(timer: Timer): void {
    const heap = this.#heap;
    let child = heap.length;
    heap.push(timer);
    while (child > 0) {
      const parent = (child - 1) >> 1;
      const above = heap[parent]!;
      if (!isBefore(timer, above)) break;
      heap[child] = above;
      child = parent;
    }
    heap[child] = timer;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let parent = 0;
    for (;;) {
      let child = 2 * parent + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child += 1;
      const below = heap[child]!;
      if (!isBefore(below, last)) break;
      heap[parent] = below;
      parent = child;
    }
    heap[parent] = last;
  }
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order);
}

/** A macrotask runs only after all microtasks, also after a long chain of promises. */
function settlePromises(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') setImmediate(resolve);
    else setTimeout(resolve, 0);
  });
}
