/** `durable(store, id)`: a session that any process can continue, and that one process at a time owns. */
import { BehaviorSubject, type Observable } from 'rxjs';
import type { KeepableSession, Kept, SessionKeeper } from '../client/session-keeper.ts';
import { invalidOption } from '../errors.ts';
import type { AudioStore, Opened } from './audio-store.ts';
import { newHolder } from './holder.ts';
import { type DurableState, KeptSession } from './kept-session.ts';
import { type PublishedTranscript, readFinal } from './published-transcript.ts';

/** Options of {@link durable}. */
export interface DurableOptions {
  /**
   * A name that no other process has, for tests.
   * @defaultValue random
   */
  holder?: string;
  /**
   * Shows interim transcripts and the status to readers of the store, a few times a second.
   * @defaultValue `false`
   */
  interims?: boolean;
}

/** A session in a store, for the option `session` of one `createLiveTranscription()`. */
export class DurableSession implements SessionKeeper {
  /** The name of the session in the store. */
  readonly id: string;
  /** Begins with the present state, and completes when this process has released or lost the session. */
  readonly state$: Observable<DurableState>;
  readonly #store: AudioStore;
  readonly #holder: string;
  readonly #claimed: Opened | undefined;
  readonly #isShown: boolean;
  readonly #states = new BehaviorSubject<DurableState>('opening');
  #kept: KeptSession | undefined;

  /** Made by `durable()` and `claim()`. */
  constructor(store: AudioStore, id: string, holder: string, claimed: Opened | undefined, isShown = false) {
    this.id = id;
    this.#store = store;
    this.#holder = holder;
    this.#claimed = claimed;
    this.#isShown = isShown;
    this.state$ = this.#states.asObservable();
  }

  /** The present state of the session and its store. */
  get state(): DurableState {
    return this.#states.value;
  }

  /**
   * Called by the session. @throws TranscriptionError `invalid-option` where the object has been given to another, or the audio
   * is not raw.
   */
  join(session: KeepableSession): Kept {
    if (this.#kept)
      throw invalidOption('This session is in use.', 'Call durable() for each createLiveTranscription().');
    this.#kept = new KeptSession(
      {
        store: this.#store,
        id: this.id,
        holder: this.#holder,
        claimed: this.#claimed,
        isShown: this.#isShown,
        show: (state) => {
          if (state !== this.state) this.#states.next(state);
          if (state === 'lost' || state === 'released') this.#states.complete();
        },
      },
      session,
    );
    return this.#kept;
  }

  /**
   * All finals of the session so far, from all processes. Rejects while the store does not answer.
   * @param after Only finals with a greater number.
   */
  async history(after = 0): Promise<PublishedTranscript[]> {
    const all: PublishedTranscript[] = [];
    for (let last = after; ; ) {
      const { finals } = await this.#store.published(this.id, last, PAGE);
      all.push(...finals.flatMap(readFinal));
      const next = finals.at(-1)?.seq;
      if (next === undefined || finals.length < PAGE) return all;
      last = next;
    }
  }

  /**
   * Gives the session back, so that another process can continue it at once: for SIGTERM. Here the session ends with the outcome
   * `aborted`; its unconfirmed audio is in the store. Resolves within a second.
   */
  async handOver(): Promise<void> {
    if (!this.#kept) return;
    this.#kept.handOver();
    await new Promise<void>((resolve) => this.#states.subscribe({ complete: resolve }));
  }
}

/** The most finals in one answer of the store. */
const PAGE = 500;

/**
 * A session that outlives its process, for the option `session`. It begins the session with this id, or takes it over when its
 * owner has given it back or its lease has expired. Raw audio only.
 *
 * @example
 * ```ts
 * const session = durable(redisStore(client), callId);
 * const live = createLiveTranscription({ auth, listen: { model: 'nova-3', encoding: 'linear16', sample_rate: 16000 }, session });
 * process.once('SIGTERM', () => session.handOver());
 * ```
 */
export function durable(store: AudioStore, id: string, options: DurableOptions = {}): DurableSession {
  const { holder = newHolder(), interims = false } = options;
  return new DurableSession(store, id, holder, undefined, interims);
}
