/** Calls to a store that may not answer: each has a timeout, and is repeated with the same arguments until it is answered. */
import type { Clock } from '../clock.ts';

/** Delay between two tries: the first, doubled up to the second. */
const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 1_000;

export class StoreCalls {
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #changed: (isAway: boolean, error: unknown) => void;
  readonly #waits = new Set<() => void>();
  /** Calls without an answer at the last try. */
  #failing = 0;
  isOver = false;

  /** Calls `changed` when the store no longer answers, and when it does again. */
  constructor(clock: Clock, timeoutMs: number, changed: (isAway: boolean, error: unknown) => void) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.#changed = changed;
  }

  get isAway(): boolean {
    return this.#failing > 0;
  }

  /** The answer; `undefined` if `end()` was called before it came. */
  async untilAnswered<Answer>(call: () => Promise<Answer>): Promise<{ answer: Answer } | undefined> {
    let retryMs = FIRST_RETRY_MS;
    let hasFailed = false;
    while (!this.isOver) {
      const tried = await this.once(call);
      // oxlint-disable-next-line typescript/no-unnecessary-condition -- it may have ended meanwhile
      if (this.isOver) return undefined;
      if ('answer' in tried) {
        if (hasFailed && --this.#failing === 0) this.#changed(false, undefined);
        return tried;
      }
      if (!hasFailed && ++this.#failing === 1) this.#changed(true, tried.error);
      hasFailed = true;
      await this.sleep(retryMs);
      retryMs = Math.min(2 * retryMs, LAST_RETRY_MS);
    }
    return undefined;
  }

  /** One try. */
  once<Answer>(call: () => Promise<Answer>): Promise<{ answer: Answer } | { error: unknown }> {
    return new Promise((resolve) => {
      const timer = this.#clock.setTimeout(() => {
        resolve({ error: new Error(`The store gave no answer in ${this.#timeoutMs} ms.`) });
      }, this.#timeoutMs);
      const settle = (outcome: { answer: Answer } | { error: unknown }) => {
        this.#clock.clearTimeout(timer);
        resolve(outcome);
      };
      const failed = (error: unknown) => settle({ error });
      try {
        call().then((answer) => settle({ answer }), failed);
      } catch (error) {
        failed(error);
      }
    });
  }

  /** Waits, unless `end()` is called before. */
  sleep(ms: number): Promise<void> {
    if (this.isOver) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        this.#clock.clearTimeout(timer);
        this.#waits.delete(wake);
        resolve();
      };
      const timer = this.#clock.setTimeout(wake, ms);
      this.#waits.add(wake);
    });
  }

  /** Makes no more calls. */
  end(): void {
    this.isOver = true;
    for (const wake of this.#waits) wake();
  }
}
