/** An observable that keeps values until its first subscription, up to a limit. After that it is an ordinary Subject. */
import { Observable, Subject } from 'rxjs';

export class Outlet<T> {
  readonly #live = new Subject<T>();
  readonly #limit: number;
  readonly #overflowed: (value: T) => void;
  #kept: T[] | undefined = [];

  constructor(limit: number, overflowed: (value: T) => void = () => undefined) {
    this.#limit = limit;
    this.#overflowed = overflowed;
  }

  readonly values$ = new Observable<T>((subscriber) => {
    const kept = this.#kept ?? [];
    this.#kept = undefined;
    for (const value of kept) subscriber.next(value);
    return this.#live.subscribe(subscriber);
  });

  next(value: T): void {
    if (this.#kept === undefined) {
      this.#live.next(value);
      return;
    }
    this.#kept.push(value);
    if (this.#kept.length > this.#limit) this.#overflowed(this.#kept.shift() as T);
  }

  complete(): void {
    this.#live.complete();
  }
}
