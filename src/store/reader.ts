/** `reader()`: the transcripts that a session publishes, in any process. */
import { Observable, share } from 'rxjs';
import { type Clock, systemClock } from '../clock.ts';
import type { AudioStore, Json, Published } from './audio-store.ts';
import { readFinal } from './published-transcript.ts';
import { fieldsOf } from './session-record.ts';
import { readTranscript, type StoredTranscript } from './stored-transcript.ts';

/** A transcript for a reader. */
export interface ReadTranscript extends StoredTranscript {
  /** The number of a final; the first of a session is 1. A gap: finals that the store has lost. */
  seq: number | undefined;
}

/** The state of a session, as known to a reader. */
export interface ReadStatus {
  /** The phase that its owner showed last; `undefined` before the first. */
  phase: string | undefined;
  /** The store does not answer. */
  isAway: boolean;
}

/** Options of {@link reader}. */
export interface ReaderOptions {
  /**
   * Reads the finals whose numbers are greater than this one.
   * @defaultValue `0`: with the first final of the session
   */
  after?: number;
  /**
   * Time between two reads of the store, in milliseconds.
   * @defaultValue `200`
   */
  pollMs?: number;
  /** Replaces time, for tests. @defaultValue the system's clock */
  clock?: Clock;
}

/** Reads one session. Both observables complete when the session has ended and everything was read. */
export interface SessionReader {
  /** Finals exactly once and in order, from the first; some of the interims. */
  readonly transcripts$: Observable<ReadTranscript>;
  /** Emits each change once. */
  readonly status$: Observable<ReadStatus>;
}

const PAGE = 100;

/** Finals that are remembered, so that an outdated interim is not emitted again. */
const REMEMBERED = 64;

type News = { transcript: ReadTranscript } | { status: ReadStatus };

/**
 * A reader of the session with this id, which need not exist yet. It reads the store while it has a subscriber; the first
 * subscriber after a time without any begins at `after` again.
 */
export function reader(store: AudioStore, id: string, options: ReaderOptions = {}): SessionReader {
  const news$ = new Observable<News>((subscriber) => {
    const poll = new Poll(store, id, options, (news) => subscriber.next(news));
    void poll.run().then(() => subscriber.complete());
    return () => poll.stop();
  }).pipe(share());
  return {
    transcripts$: pick(news$, (news) => ('transcript' in news ? news.transcript : undefined)),
    status$: pick(news$, (news) => ('status' in news ? news.status : undefined)),
  };
}

function pick<Value>(news$: Observable<News>, choose: (news: News) => Value | undefined): Observable<Value> {
  return new Observable((subscriber) =>
    news$.subscribe({
      next: (news) => {
        const value = choose(news);
        if (value !== undefined) subscriber.next(value);
      },
      complete: () => subscriber.complete(),
    }),
  );
}

class Poll {
  readonly #store: AudioStore;
  readonly #id: string;
  readonly #clock: Clock;
  readonly #pollMs: number;
  readonly #tell: (news: News) => void;
  #after: number;
  #shown = '';
  #status = '';
  #finalIds: string[] = [];
  #isStopped = false;
  #timer: unknown;
  #wake: () => void = () => {};

  constructor(
    store: AudioStore,
    id: string,
    { after = 0, pollMs = 200, clock = systemClock }: ReaderOptions,
    tell: (news: News) => void,
  ) {
    this.#store = store;
    this.#id = id;
    this.#clock = clock;
    this.#pollMs = pollMs;
    this.#after = after;
    this.#tell = tell;
  }

  async run(): Promise<void> {
    while (!this.#isStopped) {
      const published = await this.#read();
      if (this.#mustStop()) return;
      if (published) this.#take(published);
      const isFull = published?.finals.length === PAGE;
      if (published?.isEnded && !isFull) return;
      if (!isFull) await this.#pause();
    }
  }

  stop(): void {
    this.#isStopped = true;
    this.#clock.clearTimeout(this.#timer);
    this.#wake();
  }

  /** It may have been stopped during a call to the store. */
  #mustStop(): boolean {
    return this.#isStopped;
  }

  async #read(): Promise<Published | undefined> {
    try {
      return await this.#store.published(this.#id, this.#after, PAGE);
    } catch {
      this.#tellStatus({ phase: undefined, isAway: true });
      return undefined;
    }
  }

  #take({ finals, shown }: Published): void {
    for (const final of finals) {
      this.#after = final.seq;
      for (const transcript of readFinal(final)) {
        this.#finalIds = [...this.#finalIds.slice(1 - REMEMBERED), transcript.id];
        this.#tell({ transcript });
      }
    }
    const { phase, interims } = fieldsOf(shown);
    this.#tellStatus({ phase: typeof phase === 'string' ? phase : undefined, isAway: false });
    const text = JSON.stringify(interims);
    if (text === this.#shown) return;
    this.#shown = text;
    for (const each of Array.isArray(interims) ? (interims as readonly Json[]) : []) {
      const transcript = readTranscript(each);
      if (transcript && !transcript.final && !this.#finalIds.includes(transcript.id))
        this.#tell({ transcript: { ...transcript, seq: undefined } });
    }
  }

  #tellStatus(status: ReadStatus): void {
    const text = JSON.stringify(status);
    if (text !== this.#status) this.#tell({ status });
    this.#status = text;
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      this.#timer = this.#clock.setTimeout(resolve, this.#pollMs);
    });
  }
}
