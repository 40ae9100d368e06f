/**
 * The event loop of one program on a virtual clock. It can be blocked, and its machine can sleep, while server and network
 * continue: due events then reach the program late, all at once.
 *
 *     world     ──┬────────────┬──►     block: the program's clock goes on, nothing of it runs
 *     program   ──┤░░░░░░░░░░░░├──►     sleep: its clock stands still as well, and the wall clock jumps
 */
import type { Clock } from '../../clock.ts';
import type { Transport } from '../../transports/transport.ts';
import type { VirtualClock } from './virtual-clock.ts';

interface ProgramTimer {
  /** On the program's clock. */
  dueMs: number;
  /** `undefined` once it has fired or was cleared. */
  callback: (() => void) | undefined;
  handle: unknown;
}

/** Smaller differences come from adding times up. */
const ROUNDING_MS = 1e-6;

/**
 * The clock of one program, whose event loop can be blocked.
 *
 * @example
 * ```ts
 * const loop = new VirtualEventLoop(clock);
 * const live = createLiveTranscription({ auth, clock: loop, transport: loop.guard(network.transport) });
 * loop.block(4_000); // no timer of the client fires, and no message reaches it, for four seconds
 * clock.advance(10_000);
 * ```
 */
export class VirtualEventLoop implements Clock {
  readonly #clock: VirtualClock;
  #sleptMs = 0;
  /** When the present sleep began, on the world's clock. */
  #asleepSinceMs: number | undefined;
  #wakesAtMs = -Infinity;
  readonly #timers = new Set<ProgramTimer>();
  /** Events that wait for the loop, in order. */
  #held: (() => void)[] = [];

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  now(): number {
    return (this.#asleepSinceMs ?? this.#clock.now()) - this.#sleptMs;
  }

  wallTime(): number {
    return this.#clock.wallTime();
  }

  /** Whether the loop is blocked or asleep. */
  get isBlocked(): boolean {
    return this.#clock.now() < this.#wakesAtMs;
  }

  /** Timers of this program that were neither fired nor cleared. */
  get pendingTimers(): number {
    return this.#timers.size;
  }

  setTimeout(callback: () => void, delayMs: number): unknown {
    const dueMs = this.now() + (delayMs > 0 ? delayMs : 0);
    const timer: ProgramTimer = { dueMs, callback, handle: undefined };
    this.#timers.add(timer);
    this.#arm(timer);
    return timer;
  }

  clearTimeout(timer: unknown): void {
    const known = timer as ProgramTimer | undefined;
    if (!known || !this.#timers.delete(known)) return;
    known.callback = undefined;
    this.#clock.clearTimeout(known.handle);
  }

  /** Blocks the event loop for this long. */
  block(ms: number): void {
    this.#wakesAtMs = Math.max(this.#wakesAtMs, this.#clock.now() + ms);
    this.#clock.setTimeout(() => this.#wake(), ms);
  }

  /** Suspends the machine for this long. Its monotonic clock does not count that time, as on Linux and macOS. */
  sleep(ms: number): void {
    this.#asleepSinceMs ??= this.#clock.now();
    this.block(ms);
  }

  /** Runs a task as soon as the loop is free: at once, or after the block or sleep. */
  run(task: () => void): void {
    if (this.isBlocked || this.#held.length > 0) this.#held.push(task);
    else task();
  }

  /** The same transport, whose events wait while the loop is blocked. */
  guard(transport: Transport): Transport {
    return (request, handlers) =>
      transport(request, {
        opened: (handshake) => this.run(() => handlers.opened(handshake)),
        message: (text) => this.run(() => handlers.message(text)),
        binary: (bytes) => this.run(() => handlers.binary(bytes)),
        ended: (end) => this.run(() => handlers.ended(end)),
      });
  }

  #arm(timer: ProgramTimer): void {
    timer.handle = this.#clock.setTimeout(
      () => this.run(() => this.#fire(timer)),
      Math.max(0, timer.dueMs - this.now()),
    );
  }

  #fire(timer: ProgramTimer): void {
    const { callback } = timer;
    if (!callback) return;
    // The sleep is over: its clock stood still meanwhile.
    if (timer.dueMs - this.now() > ROUNDING_MS) {
      this.#arm(timer);
      return;
    }
    this.#timers.delete(timer);
    timer.callback = undefined;
    callback();
  }

  #wake(): void {
    if (this.isBlocked) return;
    if (this.#asleepSinceMs !== undefined) this.#sleptMs += this.#clock.now() - this.#asleepSinceMs;
    this.#asleepSinceMs = undefined;
    const held = this.#held;
    this.#held = [];
    for (const task of held) task();
  }
}
