/**
 * Batches calls to Redis, and limits their time. Calls that can wait go together in one packet: most of the cost of a call is the
 * socket. A call that timed out may still be carried out; every call is safe to repeat.
 */
import type { Clock } from '../../clock.ts';

/** Short compared with a block of audio (250 ms), and enough for some sessions to share a packet. */
const GATHER_MS = 25;

interface Call {
  id: string;
  madeAt: number;
  isLate: boolean;
  giveUp: (error: Error) => void;
}

export class RedisCalls {
  readonly #clock: Clock;
  readonly #answerMs: number;
  #gathered: (() => void)[] = [];
  #gatherTimer: unknown;
  /** In the order in which they were made. */
  readonly #unanswered = new Set<Call>();
  /** Late calls of each session. While there is one, no other is made: the client would queue them with their audio. */
  readonly #late = new Map<string, number>();
  #timer: unknown;

  /** A call without an answer is given up after `answerMs`. */
  constructor(clock: Clock, answerMs: number) {
    this.#clock = clock;
    this.#answerMs = answerMs;
  }

  async make<Reply>(id: string, canWait: boolean, call: () => Promise<Reply>): Promise<Reply> {
    if (this.#late.has(id)) throw new Error('Redis has not answered the calls before.');
    return new Promise((resolve, reject) => {
      const made: Call = { id, madeAt: this.#clock.now(), isLate: false, giveUp: reject };
      this.#unanswered.add(made);
      const settled = () => this.#settled(made);
      this.#gathered.push(() => {
        const answer = call();
        answer.then(resolve, reject);
        answer.then(settled, settled);
      });
      if (!canWait) this.#sendAll();
      else this.#gatherTimer ??= this.#clock.setTimeout(() => this.#sendAll(), GATHER_MS);
      if (this.#timer === undefined) this.#watch(this.#answerMs);
    });
  }

  #sendAll(): void {
    this.#clock.clearTimeout(this.#gatherTimer);
    this.#gatherTimer = undefined;
    const calls = this.#gathered;
    this.#gathered = [];
    for (const send of calls) send();
  }

  #settled(call: Call): void {
    this.#unanswered.delete(call);
    if (!call.isLate) return;
    const left = (this.#late.get(call.id) ?? 1) - 1;
    if (left > 0) this.#late.set(call.id, left);
    else this.#late.delete(call.id);
  }

  /** One timer for all calls, set for the oldest. */
  #watch(inMs: number): void {
    this.#timer = this.#clock.setTimeout(() => {
      this.#timer = undefined;
      const now = this.#clock.now();
      for (const call of this.#unanswered) {
        if (call.isLate) continue;
        const leftMs = call.madeAt + this.#answerMs - now;
        if (leftMs > 0) {
          this.#watch(leftMs);
          return;
        }
        call.isLate = true;
        this.#late.set(call.id, (this.#late.get(call.id) ?? 0) + 1);
        call.giveUp(new Error(`Redis did not answer within ${this.#answerMs} ms.`));
      }
    }, inMs);
  }
}
