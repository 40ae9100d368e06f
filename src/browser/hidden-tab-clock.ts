/**
 * A clock for pages. Browsers slow the timers of a hidden page down, to one a minute after five minutes, and a KeepAlive would miss
 * Deepgram's window; but they leave those of a worker alone. So, while the page is hidden, a worker does the waiting.
 *
 * It also finds out about time that passed unseen: while the laptop slept, when many platforms stop the clock behind
 * `performance.now()`, or while the page was frozen. Timers that are overdue then fire at once, so that whoever waits looks anew.
 */
import type { Clock } from '../clock.ts';
import { clockWorker } from './inlined-scripts.ts';
import { scriptUrl } from './script-url.ts';

/** Improves on the system's clock; `url` is where the worker's script is, if it may not be a text. */
export function hiddenTabClock(system: Clock, url?: string | URL): Clock {
  const clock = new HiddenTabClock(system, url);
  return {
    now: () => clock.now(),
    wallTime: () => system.wallTime(),
    setTimeout: (callback, delayMs) => clock.setTimeout(callback, delayMs),
    clearTimeout: (timer) => clock.clearTimeout(timer),
  };
}

interface Timer {
  callback: () => void;
  dueAt: number;
}

/** Wall time may be put right by a second at any time; more than this ahead of the other clock, and the machine has slept. */
const SLEEP_MS = 2_000;

/** When timers may have become overdue, or the page has been hidden or shown; heard on the way down, since not all of them bubble. */
const OCCASIONS = ['visibilitychange', 'resume', 'pageshow'] as const;

class HiddenTabClock {
  readonly #system: Clock;
  readonly #url: string | URL | undefined;
  readonly #timers = new Set<Timer>();
  readonly #ring = () => this.#ringOverdue();
  readonly #reconsider = () => this.#wakeUp();
  #isAwake = false;
  #releaseUrl: (() => void) | undefined;
  #worker: Worker | undefined;
  #pageTimer: unknown;
  #alarmAt = Infinity;
  #wallAheadMs: number;
  #sleptMs = 0;

  constructor(system: Clock, url: string | URL | undefined) {
    this.#system = system;
    this.#url = url;
    this.#wallAheadMs = system.wallTime() - system.now();
  }

  /** Counts the time that the machine slept, where the platform does not. */
  now(): number {
    const now = this.#system.now();
    const wallAheadMs = this.#system.wallTime() - now;
    const leapMs = wallAheadMs - this.#wallAheadMs;
    this.#wallAheadMs = wallAheadMs;
    if (leapMs > SLEEP_MS) {
      this.#sleptMs += leapMs;
      queueMicrotask(this.#ring);
    }
    return now + this.#sleptMs;
  }

  setTimeout(callback: () => void, delayMs: number): Timer {
    const timer = { callback, dueAt: this.now() + delayMs };
    this.#timers.add(timer);
    if (!this.#isAwake) this.#wakeUp();
    else if (timer.dueAt < this.#alarmAt) this.#arm();
    return timer;
  }

  clearTimeout(timer: unknown): void {
    // One that was set before this clock took over is the system's.
    if (!this.#timers.delete(timer as Timer)) this.#system.clearTimeout(timer);
    // Another may be set in the same breath.
    if (this.#timers.size === 0) queueMicrotask(() => this.#rest());
  }

  /** Sees whether the page is hidden, and what is due: at first, and on every occasion. */
  #wakeUp(): void {
    if (!this.#isAwake)
      for (const name of OCCASIONS) globalThis.addEventListener(name, this.#reconsider, true);
    this.#isAwake = true;
    if (!globalThis.document.hidden) this.#dismissWorker();
    else if (!this.#worker) this.#hireWorker();
    this.#ringOverdue();
  }

  #rest(): void {
    if (this.#timers.size > 0) return;
    for (const name of OCCASIONS) globalThis.removeEventListener(name, this.#reconsider, true);
    this.#isAwake = false;
    this.#dismissWorker();
    this.#system.clearTimeout(this.#pageTimer);
    this.#alarmAt = Infinity;
  }

  #ringOverdue(): void {
    const now = this.now();
    const overdue = [...this.#timers].filter(({ dueAt }) => dueAt <= now);
    for (const timer of overdue.sort((a, b) => a.dueAt - b.dueAt)) {
      // One that came before may have cleared it.
      if (!this.#timers.delete(timer)) continue;
      try {
        timer.callback();
      } catch (error) {
        reportError(error);
      }
    }
    if (this.#timers.size > 0) this.#arm();
    else this.#rest();
  }

  /** The page's own timer is set in any case: it comes late, but it comes, even if the worker does not. */
  #arm(): void {
    this.#alarmAt = Math.min(...[...this.#timers].map(({ dueAt }) => dueAt));
    const delayMs = Math.max(0, Math.ceil(this.#alarmAt - this.now()));
    this.#system.clearTimeout(this.#pageTimer);
    this.#pageTimer = this.#system.setTimeout(this.#ring, delayMs);
    this.#worker?.postMessage(delayMs);
  }

  #hireWorker(): void {
    const { url, release } = scriptUrl(this.#url, clockWorker);
    try {
      this.#worker = new Worker(url);
      this.#worker.onmessage = this.#ring;
      this.#releaseUrl = release;
    } catch {
      // Refused by the page's policy, or there are none here.
      release();
    }
  }

  #dismissWorker(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#releaseUrl?.();
    this.#releaseUrl = undefined;
  }
}
