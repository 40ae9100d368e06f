/**
 * An observable of values as they come, with the last ones kept for those who subscribe later. It keeps its subscribers itself: of
 * thousands of sessions, most have none for turns, utterances or messages, and a `Subject` takes half a kilobyte and copies its list
 * of observers for each value.
 */
import { Observable, type Subscriber } from 'rxjs';

const NONE: readonly never[] = [];

export class Stream<Value> {
  readonly #most: number;
  /** Replaced, never changed: a loop over it may be under way. */
  #subscribers: readonly Subscriber<Value>[] = NONE;
  #values: Observable<Value> | undefined;
  #kept: Value[] | undefined;
  #isOver = false;

  /** `most`: how many values are kept. */
  constructor(most = 0) {
    this.#most = most;
  }

  next(value: Value): void {
    if (this.#isOver) return;
    if (this.#most === 1) this.#kept = [value];
    else if (this.#most > 1) this.#kept = [...(this.#kept ?? []).slice(1 - this.#most), value];
    let hasGone = false;
    for (const subscriber of this.#subscribers) {
      subscriber.next(value);
      hasGone ||= subscriber.closed;
    }
    if (hasGone) this.#forgetGone();
  }

  complete(): void {
    this.#isOver = true;
    for (const subscriber of this.#subscribers) subscriber.complete();
    this.#subscribers = NONE;
  }

  /** The same each time. */
  get values$(): Observable<Value> {
    return (this.#values ??= new Observable((subscriber) => {
      // A value that comes while the kept ones are emitted is emitted at once, too.
      if (!this.#isOver) this.#add(subscriber);
      for (const value of this.#kept ?? []) subscriber.next(value);
      if (this.#isOver) subscriber.complete();
    }));
  }

  #add(subscriber: Subscriber<Value>): void {
    this.#forgetGone();
    this.#subscribers = this.#subscribers.concat(subscriber);
  }

  /** Not at once, by a function for each subscriber: that takes 300 B, and one that has gone holds no observer. */
  #forgetGone(): void {
    this.#subscribers = this.#subscribers.filter(({ closed }) => !closed);
  }
}
