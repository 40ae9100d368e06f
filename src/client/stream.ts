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
  #kept: readonly Value[] = NONE;
  #isOver = false;

  /** `most`: how many values are kept. */
  constructor(most = 0) {
    this.#most = most;
  }

  next(value: Value): void {
    if (this.#isOver) return;
    if (this.#most > 0) this.#kept = [...this.#kept, value].slice(-this.#most);
    let hasGone = false;
    for (const subscriber of this.#subscribers) {
      subscriber.next(value);
      hasGone ||= subscriber.closed;
    }
    if (hasGone) this.#subscribers = this.#subscribers.filter(isHere);
  }

  complete(): void {
    this.#isOver = true;
    for (const subscriber of this.#subscribers) subscriber.complete();
    this.#subscribers = NONE;
  }

  /** The same each time. */
  get values$(): Observable<Value> {
    return (this.#values ??= new Values(this));
  }

  subscribe(subscriber: Subscriber<Value>): void {
    // Subscribers that have unsubscribed are removed here. A function for each, called when it unsubscribes, would take 300 B.
    // A value that comes while the kept ones are emitted is emitted at once, too.
    if (!this.#isOver) this.#subscribers = this.#subscribers.filter(isHere).concat(subscriber);
    for (const value of this.#kept) subscriber.next(value);
    if (this.#isOver) subscriber.complete();
  }
}

function isHere({ closed }: Subscriber<unknown>): boolean {
  return !closed;
}

/** The observable of a stream. It keeps the stream in a field: a closure for each stream would take twice the memory. */
class Values<Value> extends Observable<Value> {
  readonly #stream: Stream<Value>;

  constructor(stream: Stream<Value>) {
    super(subscribe);
    this.#stream = stream;
  }

  static begin<Value>(values: Values<Value>, subscriber: Subscriber<Value>): void {
    values.#stream.subscribe(subscriber);
  }
}

function subscribe<Value>(this: Observable<Value>, subscriber: Subscriber<Value>): void {
  Values.begin(this as Values<Value>, subscriber);
}
