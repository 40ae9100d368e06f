/** Raises and clears notices: each is raised at most once while it lasts. */
import type { Clock } from '../clock.ts';
import type { Evidence } from '../facts.ts';
import { createNotice, type Notice, type NoticeCode } from './notices.ts';

export class NoticeBoard {
  readonly #clock: Clock;
  readonly #publish: (notice: Notice) => void;
  /** Start times, in milliseconds since 1970. */
  readonly #raised = new Map<NoticeCode, number>();

  constructor(clock: Clock, publish: (notice: Notice) => void) {
    this.#clock = clock;
    this.#publish = publish;
  }

  /** No notice lasts at present. */
  get isEmpty(): boolean {
    return this.#raised.size === 0;
  }

  /** Reports an event, now or at another time. */
  tell(code: NoticeCode, evidence: Evidence = {}, at = this.#clock.wallTime(), cause?: unknown): void {
    this.#publish(createNotice(code, 'event', evidence, at, at, cause));
  }

  /** Raises a notice. `lastedMs`: the condition began that long ago. */
  raise(code: NoticeCode, evidence: Evidence = {}, lastedMs = 0): void {
    if (this.#raised.has(code)) return;
    const at = this.#clock.wallTime();
    this.#raised.set(code, at - lastedMs);
    this.#publish(createNotice(code, 'raised', evidence, at, at - lastedMs));
  }

  /** Clears a notice. */
  clear(code: NoticeCode, evidence: Evidence = {}): void {
    const since = this.#raised.get(code);
    if (since === undefined) return;
    this.#raised.delete(code);
    this.#publish(createNotice(code, 'cleared', evidence, this.#clock.wallTime(), since));
  }
}
