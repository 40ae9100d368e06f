/**
 * A subject that is made for its first subscriber, with the last values kept for those who come later. Of thousands of sessions, most
 * have no subscriber for turns, utterances or messages, and an empty `ReplaySubject` takes half a kilobyte.
 */
import { Observable, Subject } from 'rxjs';

export class Stream<Value> {
  readonly #most: number;
  #subject: Subject<Value> | undefined;
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
    this.#subject?.next(value);
  }

  complete(): void {
    this.#isOver = true;
    this.#subject?.complete();
  }

  /** The same each time. */
  get values$(): Observable<Value> {
    return (this.#values ??= new Observable((subscriber) => {
      // A value that comes while the kept ones are emitted is emitted at once, too.
      if (!this.#isOver) (this.#subject ??= new Subject()).subscribe(subscriber);
      for (const value of this.#kept ?? []) subscriber.next(value);
      if (this.#isOver) subscriber.complete();
    }));
  }
}
