import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { hiddenTabClock, type Page } from '../../src/browser/hidden-tab-clock.ts';
import type { Clock } from '../../src/index.ts';
import { VirtualClock } from '../../src/testing/index.ts';

/** A worker with a virtual clock; the real one is tested in Chromium. */
class WorkerDouble {
  static alive = new Set<WorkerDouble>();
  static refuses = false;
  static time: VirtualClock;
  onmessage: (() => void) | undefined;
  #timer: unknown;

  constructor() {
    if (WorkerDouble.refuses) throw new DOMException('no', 'SecurityError');
    WorkerDouble.alive.add(this);
  }

  postMessage(delayMs: number): void {
    WorkerDouble.time.clearTimeout(this.#timer);
    this.#timer = WorkerDouble.time.setTimeout(() => this.onmessage?.(), delayMs);
  }

  freeze(): void {
    WorkerDouble.time.clearTimeout(this.#timer);
  }

  terminate(): void {
    WorkerDouble.time.clearTimeout(this.#timer);
    WorkerDouble.alive.delete(this);
  }
}

class PageDouble extends EventTarget {
  readonly document = { hidden: false };
  readonly Worker = WorkerDouble as unknown as Page['Worker'];
  reportError: (error: unknown) => void = () => undefined;
}

/** The system's clock in a page: its timers starve while the page is hidden, and it may stand still while time goes on. */
class PageClock implements Clock {
  sleptMs = 0;
  readonly #time: VirtualClock;
  readonly #page: { hidden: boolean };

  constructor(time: VirtualClock, page: { hidden: boolean }) {
    this.#time = time;
    this.#page = page;
  }

  now = () => this.#time.now();
  wallTime = () => this.#time.wallTime() + this.sleptMs;
  clearTimeout = (timer: unknown) => this.#time.clearTimeout(timer);
  setTimeout = (callback: () => void, delayMs: number) =>
    this.#time.setTimeout(callback, this.#page.hidden ? 60_000 : delayMs);
}

let time: VirtualClock;
let page: PageDouble;
let system: PageClock;
let clock: Clock;

beforeEach(() => {
  time = WorkerDouble.time = new VirtualClock();
  page = new PageDouble();
  system = new PageClock(time, page.document);
  WorkerDouble.refuses = false;
  clock = hiddenTabClock(system, undefined, page);
});
afterEach(() => {
  expect(WorkerDouble.alive.size).toBe(0);
});

function look(hidden: boolean): void {
  page.document.hidden = hidden;
  page.dispatchEvent(new Event('visibilitychange'));
}

/** When timers fired, in the order in which they did. */
function timers(...delaysMs: number[]): string[] {
  const fired: string[] = [];
  for (const delayMs of delaysMs) clock.setTimeout(() => fired.push(`${delayMs} at ${clock.now()}`), delayMs);
  return fired;
}

test('timers fire in order and in time, and nothing is left when none waits', async () => {
  const fired = timers(300, 100, 200);
  clock.clearTimeout(clock.setTimeout(() => fired.push('cleared'), 150));
  await time.advanceAsync(1_000);
  expect(fired).toEqual(['100 at 100', '200 at 200', '300 at 300']);
  expect(time.pendingTimers).toBe(0);
});

test('a worker waits while the page is hidden, and only then [G1]', async () => {
  const fired = timers(1_000, 5_000, 9_000);
  expect(WorkerDouble.alive.size).toBe(0);
  await time.advanceAsync(2_000);
  look(true);
  expect(WorkerDouble.alive.size).toBe(1);
  await time.advanceAsync(4_000);
  look(false);
  expect(WorkerDouble.alive.size).toBe(0);
  await time.advanceAsync(4_000);
  expect(fired).toEqual(['1000 at 1000', '5000 at 5000', '9000 at 9000']);
});

test('the worker ends when no timer is left, and not between two timers', async () => {
  page.document.hidden = true;
  const timer = clock.setTimeout(() => {}, 1_000);
  const [worker] = WorkerDouble.alive;
  clock.clearTimeout(timer);
  clock.setTimeout(() => {}, 500);
  await time.advanceAsync(100);
  expect([...WorkerDouble.alive]).toEqual([worker]);
  await time.advanceAsync(500);
  expect(WorkerDouble.alive.size).toBe(0);
  expect(time.pendingTimers).toBe(0);
});

test('where the browser refuses a worker, the timers of the page are used', async () => {
  WorkerDouble.refuses = true;
  page.document.hidden = true;
  const fired = timers(1_000);
  await time.advanceAsync(60_000);
  expect(fired).toEqual(['1000 at 60000']);
});

describe('when the machine has slept', () => {
  test('with a clock that stood still, overdue timers fire at the first reading of the time', async () => {
    const fired = timers(5_000, 700_000);
    await time.advanceAsync(1_000);
    system.sleptMs = 600_000;
    expect(clock.now()).toBe(601_000);
    await Promise.resolve();
    expect(fired).toEqual(['5000 at 601000']);
    await time.advanceAsync(99_000);
    expect(fired).toEqual(['5000 at 601000', '700000 at 700000']);
  });

  test('a small or backward correction of the wall clock is not sleep', async () => {
    const fired = timers(5_000);
    for (const correctionMs of [900, -3_600_000]) {
      system.sleptMs += correctionMs;
      expect(clock.now()).toBe(0);
    }
    await time.advanceAsync(4_999);
    expect(fired).toEqual([]);
    await time.advanceAsync(1);
    expect(fired).toEqual(['5000 at 5000']);
  });
});

test('after a page was frozen, overdue timers fire at once', async () => {
  page.document.hidden = true;
  const fired = timers(1_000);
  for (const worker of WorkerDouble.alive) worker.freeze();
  await time.advanceAsync(20_000);
  page.dispatchEvent(new Event('resume'));
  expect(fired).toEqual(['1000 at 20000']);
});

test('a timer that throws does not keep the others from firing', async () => {
  const reported = vi.fn();
  page.reportError = reported;
  clock.setTimeout(() => {
    throw new Error('mine');
  }, 10);
  const fired = timers(10);
  await time.advanceAsync(10);
  expect(fired).toEqual(['10 at 10']);
  expect(reported).toHaveBeenCalledWith(new Error('mine'));
});
