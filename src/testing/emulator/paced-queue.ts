/**
 * The order and pace of processing. Audio and control messages share one queue, so Finalize and CloseStream are answered for the
 * audio before them. Audio that comes faster than the permitted pace waits, and so do the entries after it. Nothing is refused.
 */
import type { Clock } from '../../clock.ts';

export interface Work {
  /** Audio in it; control messages have none, and take no time. */
  audioMs: number;
  /** Memory it holds while it waits. */
  bytes: number;
  /** Does the work, and calls `done` when the next may start. */
  run(done: () => void): void;
}

export interface Pacing {
  /** In multiples of real time. */
  maxPace: number;
  burstMs: number;
  processingDelayMs: number;
}

/** Memory of an entry besides its audio, so that many tiny messages count, too. */
const BYTES_PER_ENTRY = 300;

export class PacedQueue {
  readonly #clock: Clock;
  readonly #pacing: Pacing;
  #waiting: { work: Work; arrivedMs: number }[] = [];
  /** The time at which all accepted audio would be processed at the permitted pace. */
  #paidUntilMs = -Infinity;
  #timer: unknown;
  #isBusy = false;
  #isHeld = false;
  #isClosed = false;
  #waitingMs = 0;
  #waitingBytes = 0;

  constructor(clock: Clock, pacing: Pacing) {
    this.#clock = clock;
    this.#pacing = { ...pacing };
  }

  /** Audio in the queue. */
  get waitingMs(): number {
    return this.#waitingMs;
  }

  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  push(work: Work): void {
    if (this.#isClosed) return;
    this.#waitingMs += work.audioMs;
    this.#waitingBytes += work.bytes + BYTES_PER_ENTRY;
    this.#waiting.push({ work, arrivedMs: this.#clock.now() });
    this.#proceed();
  }

  /** Stops the processing; the entries stay in the queue. */
  hold(): void {
    this.#isHeld = true;
  }

  release(): void {
    this.#isHeld = false;
    this.#proceed();
  }

  /** Audio that was accepted and is not processed yet takes its time at the new pace. */
  setMaxPace(maxPace: number): void {
    const nowMs = this.#clock.now();
    const waitMs = this.#paidUntilMs - nowMs;
    if (waitMs > 0) this.#paidUntilMs = nowMs + (waitMs * this.#pacing.maxPace) / maxPace;
    this.#pacing.maxPace = maxPace;
    this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#proceed();
  }

  close(): void {
    this.#isClosed = true;
    this.#waiting = [];
    this.#waitingMs = 0;
    this.#waitingBytes = 0;
    this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #proceed(): void {
    if (this.#isBusy || this.#timer !== undefined) return;
    for (;;) {
      const next = this.#isHeld || this.#isClosed ? undefined : this.#waiting[0];
      if (next === undefined) return;
      const waitMs = this.#dueMs(next.arrivedMs) - this.#clock.now();
      if (waitMs > 0) {
        this.#timer = this.#clock.setTimeout(() => {
          this.#timer = undefined;
          this.#proceed();
        }, waitMs);
        return;
      }
      this.#waiting.shift();
      this.#waitingMs -= next.work.audioMs;
      this.#waitingBytes -= next.work.bytes + BYTES_PER_ENTRY;
      this.#paidUntilMs =
        Math.max(this.#paidUntilMs, this.#clock.now()) + next.work.audioMs / this.#pacing.maxPace;
      if (!this.#runNow(next.work)) return;
    }
  }

  #dueMs(arrivedMs: number): number {
    const { burstMs, processingDelayMs } = this.#pacing;
    return Math.max(arrivedMs + processingDelayMs, this.#paidUntilMs - burstMs);
  }

  /** Returns whether the work was done at once; otherwise its end continues the queue. */
  #runNow(work: Work): boolean {
    let returned = false;
    this.#isBusy = true;
    work.run(() => {
      this.#isBusy = false;
      if (returned) this.#proceed();
    });
    returned = true;
    return !this.#isBusy;
  }
}
