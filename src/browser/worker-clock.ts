/**
 * A clock for pages. Browsers slow the timers of a hidden page down, to one a minute after five minutes, and a KeepAlive would miss
 * Deepgram's window; but they leave those of a worker alone. So, while the page is hidden, a worker does the waiting.
 *
 * It also finds out about time that passed unseen: while the laptop slept, when many platforms stop the clock behind
 * `performance.now()`, or while the page was frozen. Timers that are overdue then fire at once, so that whoever waits looks anew.
 */
import { type Clock, systemClock } from '../clock.ts';
import { clockWorker } from './inlined-scripts.ts';
import { scriptUrl } from './script-url.ts';

/** Options of {@link workerClock}. */
export interface WorkerClockOptions {
  /**
   * Address of `rx-deepgram/clock-worker.js`, for pages whose Content-Security-Policy refuses `blob:` workers.
   * @defaultValue a `blob:` address
   */
  url?: string | URL;
}

/**
 * A clock that goes on in a hidden tab, by a worker that lives only while the page is hidden and somebody waits. Where the browser
 * refuses the worker, the page's own timers do what they can, and a KeepAlive that comes late is announced by the notice `timer-late`.
 *
 * In a page this is the default: it is needed only to give the worker's address.
 *
 * @example
 * ```ts
 * createLiveTranscription({ auth, clock: workerClock({ url: '/assets/clock-worker.js' }) });
 * ```
 */
export function workerClock({ url }: WorkerClockOptions = {}): Clock {
  const clock = new WorkerClock(url);
  return {
    now: () => clock.now(),
    wallTime: () => systemClock.wallTime(),
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

/** When timers may have become overdue, or the page has been hidden or shown. */
const OCCASIONS = ['visibilitychange', 'resume', 'pageshow'] as const;

class WorkerClock {
  readonly #url: string | URL | undefined;
  readonly #timers = new Set<Timer>();
  readonly #ring = () => this.#ringOverdue();
  readonly #reconsider = () => this.#wakeUp();
  #isAwake = false;
  #releaseUrl: (() => void) | undefined;
  #worker: Worker | undefined;
  #pageTimer: unknown;
  #alarmAt = Infinity;
  #wallAheadMs = systemClock.wallTime() - systemClock.now();
  #sleptMs = 0;

  constructor(url: string | URL | undefined) {
    this.#url = url;
  }

  /** Counts the time that the machine slept, where the platform does not. */
  now(): number {
    const now = systemClock.now();
    const wallAheadMs = systemClock.wallTime() - now;
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
    if (!this.#timers.delete(timer as Timer)) systemClock.clearTimeout(timer);
    // Another may be set in the same breath.
    if (this.#timers.size === 0) queueMicrotask(() => this.#rest());
  }

  /** Sees whether the page is hidden, and what is due: at first, and on every occasion. */
  #wakeUp(): void {
    if (!this.#isAwake) for (const name of OCCASIONS) globalThis.addEventListener(name, this.#reconsider);
    this.#isAwake = true;
    if (!globalThis.document.hidden) this.#dismissWorker();
    else if (!this.#worker) this.#hireWorker();
    this.#ringOverdue();
  }

  #rest(): void {
    if (this.#timers.size > 0) return;
    for (const name of OCCASIONS) globalThis.removeEventListener(name, this.#reconsider);
    this.#isAwake = false;
    this.#dismissWorker();
    systemClock.clearTimeout(this.#pageTimer);
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
    systemClock.clearTimeout(this.#pageTimer);
    this.#pageTimer = systemClock.setTimeout(this.#ring, delayMs);
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
