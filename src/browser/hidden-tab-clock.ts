/**
 * A clock for pages. Browsers slow the timers of a hidden page to one a minute after five minutes, too slow for KeepAlives. They do
 * not slow workers. So a worker keeps time while the page is hidden.
 *
 * It also detects sleep and frozen pages, during which many platforms stop `performance.now()`. Overdue timers then fire at once.
 */
import type { Clock } from '../clock.ts';
import { clockWorker } from './inlined-scripts.ts';
import { scriptUrl } from './script-url.ts';

/** What it needs of a page. */
export interface Page extends Pick<EventTarget, 'addEventListener' | 'removeEventListener'> {
  readonly document: { readonly hidden: boolean };
  readonly Worker: new (url: string) => Pick<Worker, 'onmessage' | 'postMessage' | 'terminate'>;
  reportError(error: unknown): void;
}

/** Wraps the system's clock; `url` is the address of the worker's script, for policies that refuse `blob:`. */
export function hiddenTabClock(system: Clock, url?: string | URL, page: Page = globalThis): Clock {
  const clock = new HiddenTabClock(system, url, page);
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

/** The machine slept if wall time is ahead of the other clock by more; smaller corrections are normal. */
const SLEEP_MS = 2_000;

/** Events after which timers may be overdue or the visibility changed; captured, since not all of them bubble. */
const OCCASIONS = ['visibilitychange', 'resume', 'pageshow'] as const;

class HiddenTabClock {
  readonly #system: Clock;
  readonly #url: string | URL | undefined;
  readonly #page: Page;
  readonly #timers = new Set<Timer>();
  readonly #ring = () => this.#ringOverdue();
  readonly #reconsider = () => this.#wakeUp();
  #isAwake = false;
  #releaseUrl: (() => void) | undefined;
  #worker: InstanceType<Page['Worker']> | undefined;
  #pageTimer: unknown;
  #alarmAt = Infinity;
  #wallAheadMs: number;
  #sleptMs = 0;

  constructor(system: Clock, url: string | URL | undefined, page: Page) {
    this.#system = system;
    this.#url = url;
    this.#page = page;
    this.#wallAheadMs = system.wallTime() - system.now();
  }

  /** Adds the time of sleep on platforms that do not count it. */
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
    // A timer from before this clock belongs to the system's clock.
    if (!this.#timers.delete(timer as Timer)) this.#system.clearTimeout(timer);
    // Another timer may be set in the same task.
    if (this.#timers.size === 0) queueMicrotask(() => this.#rest());
  }

  /** Checks visibility and overdue timers, at first and after each event. */
  #wakeUp(): void {
    if (!this.#isAwake)
      for (const name of OCCASIONS) this.#page.addEventListener(name, this.#reconsider, true);
    this.#isAwake = true;
    if (!this.#page.document.hidden) this.#dismissWorker();
    else if (!this.#worker) this.#hireWorker();
    this.#ringOverdue();
  }

  #rest(): void {
    if (this.#timers.size > 0) return;
    for (const name of OCCASIONS) this.#page.removeEventListener(name, this.#reconsider, true);
    this.#isAwake = false;
    this.#dismissWorker();
    this.#system.clearTimeout(this.#pageTimer);
    this.#alarmAt = Infinity;
  }

  #ringOverdue(): void {
    const now = this.now();
    const overdue = [...this.#timers].filter(({ dueAt }) => dueAt <= now);
    for (const timer of overdue.sort((a, b) => a.dueAt - b.dueAt)) {
      // An earlier callback may have cleared it.
      if (!this.#timers.delete(timer)) continue;
      try {
        timer.callback();
      } catch (error) {
        this.#page.reportError(error);
      }
    }
    if (this.#timers.size > 0) this.#arm();
    else this.#rest();
  }

  /** Also sets the page's own timer, as a fallback for the worker. */
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
      this.#worker = new this.#page.Worker(url);
      this.#worker.onmessage = this.#ring;
      this.#releaseUrl = release;
    } catch {
      // The page's policy refuses workers, or the platform has none.
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
