/**
 * Gathers calls to Redis, and limits their time. Calls of all sessions that can wait a little become one command, since most of
 * the cost of a call is the command itself. A call that timed out may still be carried out; every call is safe to repeat.
 */
import type { Clock } from '../../clock.ts';
import type { Argument } from './redis-client.ts';
import type { Reply } from './replies.ts';
import type { Operation } from './scripts.ts';

/** An argument of a script. */
export type Given = Argument | number;

/** A call that can be made together with others. */
export interface Gathered {
  operation: Operation;
  keys: readonly string[];
  args: readonly Given[];
}

/** The most calls in one command: Redis does nothing else meanwhile. */
const MOST_CALLS = 50;

interface Call {
  id: string;
  madeAt: number;
  isLate: boolean;
  resolve: (reply: Reply) => void;
  reject: (error: unknown) => void;
}

export class RedisCalls {
  readonly #clock: Clock;
  readonly #answerMs: number;
  readonly #send: (calls: readonly Gathered[]) => Promise<readonly Reply[]>;
  #gathered: { call: Call; what: Gathered }[] = [];
  #gatherTimer: unknown;
  #gatheredUntil = Infinity;
  /** In the order in which they were made. */
  readonly #unanswered = new Set<Call>();
  /** Late calls of each session. While there is one, no other is made: the client would queue them with their audio. */
  readonly #late = new Map<string, number>();
  #timer: unknown;

  /** A call without an answer is given up after `answerMs`. `send` answers each of the calls, or none. */
  constructor(
    clock: Clock,
    answerMs: number,
    send: (calls: readonly Gathered[]) => Promise<readonly Reply[]>,
  ) {
    this.#clock = clock;
    this.#answerMs = answerMs;
    this.#send = send;
  }

  /** Makes a call at once, behind those that were gathered before. */
  make(id: string, send: () => Promise<Reply>): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const call = this.#begin(id, resolve, reject);
      this.#sendGathered();
      send().then(
        (reply) => this.#answered(call, reply),
        (error: unknown) => this.#failed(call, error),
      );
    });
  }

  /** Makes a call within this time, together with others. */
  gather(id: string, what: Gathered, withinMs: number): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const call = this.#begin(id, resolve, reject);
      this.#gathered.push({ call, what });
      const until = call.madeAt + withinMs;
      if (this.#gathered.length === MOST_CALLS) this.#sendGathered();
      else if (until < this.#gatheredUntil) {
        this.#clock.clearTimeout(this.#gatherTimer);
        this.#gatheredUntil = until;
        this.#gatherTimer = this.#clock.setTimeout(() => this.#sendGathered(), withinMs);
      }
    });
  }

  #sendGathered(): void {
    this.#clock.clearTimeout(this.#gatherTimer);
    this.#gatheredUntil = Infinity;
    const gathered = this.#gathered;
    if (gathered.length === 0) return;
    this.#gathered = [];
    this.#send(gathered.map(({ what }) => what)).then(
      (replies) => {
        for (const [index, { call }] of gathered.entries()) this.#answered(call, replies[index] ?? null);
      },
      (error: unknown) => {
        for (const { call } of gathered) this.#failed(call, error);
      },
    );
  }

  #begin(id: string, resolve: Call['resolve'], reject: Call['reject']): Call {
    if (this.#late.has(id)) throw new Error('Redis has not answered the calls before.');
    const call = { id, madeAt: this.#clock.now(), isLate: false, resolve, reject };
    this.#unanswered.add(call);
    if (this.#timer === undefined) this.#watch(this.#answerMs);
    return call;
  }

  #answered(call: Call, reply: Reply): void {
    this.#settle(call);
    if (reply instanceof Error) call.reject(reply);
    else call.resolve(reply);
  }

  #failed(call: Call, error: unknown): void {
    this.#settle(call);
    call.reject(error);
  }

  #settle(call: Call): void {
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
        call.reject(new Error(`Redis did not answer within ${this.#answerMs} ms.`));
      }
    }, inMs);
  }
}
