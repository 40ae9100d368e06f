/**
 * The outgoing messages of one connection. Faults can delay, hold, double and swap them. Without a fault a message is sent
 * synchronously.
 */
import type { Clock } from '../../clock.ts';

/** How long a message waits for another one to swap with: longer than any pause between two finals. */
const LONGEST_WAIT_FOR_A_PAIR_MS = 5_000;

/** Whether a message is a result: faults of results apply to it. */
export function isResult(json: string): boolean {
  return json.startsWith('{"type":"Results"') || json.startsWith('{"type":"TurnInfo"');
}

export interface OutboxWire {
  text(json: string): void;
  close(code: number, reason: string): void;
}

export class Outbox {
  readonly #clock: Clock;
  readonly #wire: OutboxWire;
  #delayMs = 0;
  #isHeld = false;
  #isDuplicating = false;
  #isReordering = false;
  #toLose = 0;
  #queue: { dueMs: number; send: () => void }[] = [];
  #timer: unknown;
  /** A result that waits for the next, to be sent after it. */
  #overtaken: string | undefined;
  #pairTimer: unknown;

  constructor(clock: Clock, wire: OutboxWire) {
    this.#clock = clock;
    this.#wire = wire;
  }

  text(json: string): void {
    if (this.#toLose > 0) this.#toLose -= 1;
    else this.#pass(json);
  }

  close(code: number, reason: string): void {
    this.#sendOvertaken();
    this.#put(() => this.#wire.close(code, reason));
  }

  /** Loses the next messages, `count` of them. */
  lose(count: number): void {
    this.#toLose = count;
  }

  #pass(json: string): void {
    if (!this.#isReordering || !isResult(json)) {
      this.#sendOvertaken();
      this.#push(json);
    } else if (this.#overtaken === undefined) {
      this.#overtaken = json;
      this.#pairTimer = this.#clock.setTimeout(() => this.#sendOvertaken(), LONGEST_WAIT_FOR_A_PAIR_MS);
    } else {
      this.#push(json);
      this.#sendOvertaken();
    }
  }

  delayBy(delayMs: number): void {
    this.#delayMs = delayMs;
  }

  duplicate(on: boolean): void {
    this.#isDuplicating = on;
  }

  reorder(on: boolean): void {
    this.#isReordering = on;
    if (!on) this.#sendOvertaken();
  }

  hold(): void {
    this.#isHeld = true;
    this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  release(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    this.#sendDue();
  }

  /** The connection is broken: messages on their way are lost. */
  discard(): void {
    this.#queue = [];
    this.#overtaken = undefined;
    this.#clock.clearTimeout(this.#timer);
    this.#clock.clearTimeout(this.#pairTimer);
    this.#timer = undefined;
  }

  #sendOvertaken(): void {
    const json = this.#overtaken;
    if (json === undefined) return;
    this.#overtaken = undefined;
    this.#clock.clearTimeout(this.#pairTimer);
    this.#push(json);
  }

  #push(json: string): void {
    this.#put(() => this.#wire.text(json));
    if (this.#isDuplicating && isResult(json)) this.#put(() => this.#wire.text(json));
  }

  #put(send: () => void): void {
    if (this.#delayMs === 0 && !this.#isHeld && this.#queue.length === 0) {
      send();
      return;
    }
    // Keeps the order: a message that is due waits for earlier ones.
    const dueMs = Math.max(this.#clock.now() + this.#delayMs, this.#queue.at(-1)?.dueMs ?? 0);
    this.#queue.push({ dueMs, send });
    if (this.#timer === undefined) this.#sendDue();
  }

  #sendDue(): void {
    this.#timer = undefined;
    for (;;) {
      const next = this.#isHeld ? undefined : this.#queue[0];
      if (next === undefined) return;
      const waitMs = next.dueMs - this.#clock.now();
      if (waitMs > 0) {
        this.#timer = this.#clock.setTimeout(() => this.#sendDue(), waitMs);
        return;
      }
      this.#queue.shift();
      next.send();
    }
  }
}
