/**
 * What a page with live captions has to know, and what it can do: the model beneath the bindings. Sessions come and go with
 * start() and stop(); this stays. It opens nothing by itself, so that it can be made on a server, and twice in Strict Mode.
 */
import {
  BehaviorSubject,
  distinctUntilChanged,
  EMPTY,
  map,
  type Observable,
  Subscription,
  switchMap,
} from 'rxjs';
import {
  type AudioChunk,
  type AudioLedger,
  type Clock,
  type ConnectionPhase,
  createLiveTranscription,
  type LiveTranscription,
  type LiveTranscriptionOptions,
  type Notice,
  type SessionReport,
  systemClock,
  type Transcript,
  transcribe,
  type Utterance,
} from '../index.ts';

/** Live captions at one moment. A value remains the same object until it changes. */
export interface CaptionsState {
  /** Where the session stands; `closed` before the first. */
  readonly phase: ConnectionPhase;
  /** Audio is being taken: the microphone is on, or about to be. */
  readonly isListening: boolean;
  /** What was said since `start()` and will not change, oldest first. */
  readonly finals: readonly Transcript[];
  /** What is being said, and may still change: one at most for each channel. */
  readonly interims: readonly Transcript[];
  /** The last 100, oldest first. */
  readonly notices: readonly Notice[];
  /** Where the audio stands; renewed every 250 ms while it flows, and whenever the server says something. */
  readonly ledger: AudioLedger | undefined;
  /** Why there is nothing more to come: the failure of the session, or of its audio. */
  readonly error: Error | undefined;
  /** The session, for everything that is not here; after its end still the last one. */
  readonly live: LiveTranscription | undefined;
}

/** What can be done with live captions. All of it can be passed on by itself: none needs its `this`. */
export interface CaptionsActions {
  /**
   * Listens to `audio$`, and no longer to what it listened to before. Begins a session and an empty transcript, unless a
   * session is running: after `pause()` it goes on. While one is closing, the next waits for it. When `audio$` completes, that
   * is a `stop()`.
   *
   * @throws TranscriptionError `invalid-option`
   */
  readonly start: (audio$: Observable<AudioChunk>) => void;
  /** Lets go of the audio, asks for the last words, and holds the connection until `start()` or `stop()`. */
  readonly pause: () => void;
  /** Lets go of the audio at once, takes the last results, and ends the session. Answers `undefined` if there was none. */
  readonly stop: () => Promise<SessionReport | undefined>;
  /** Those of all sessions, one after the other. */
  readonly transcripts$: Observable<Transcript>;
  /** Finals joined until the speaker pauses. */
  readonly utterances$: Observable<Utterance>;
  readonly notices$: Observable<Notice>;
}

/** Options, or a function that is asked for them at the start of each session. */
export type CaptionsOptions = LiveTranscriptionOptions | (() => LiveTranscriptionOptions);

/** The state before the first session. */
export const NO_CAPTIONS: CaptionsState = Object.freeze({
  phase: 'closed',
  isListening: false,
  finals: [],
  interims: [],
  notices: [],
  ledger: undefined,
  error: undefined,
  live: undefined,
});

const MAX_NOTICES = 100;
const LEDGER_EVERY_MS = 250;

export class Captions implements CaptionsActions {
  /** Those of the next session. */
  options: CaptionsOptions;
  readonly #state = new BehaviorSubject(NO_CAPTIONS);
  readonly transcripts$ = this.#ofEach((live) => live.transcripts$);
  readonly utterances$ = this.#ofEach((live) => live.utterances$);
  readonly notices$ = this.#ofEach((live) => live.notices$);
  #audio = new Subscription();
  /** To be listened to as soon as that is possible: not while nobody holds us, nor while a session is closing. */
  #wanted: Observable<AudioChunk> | undefined;
  #isHeld = false;
  #clock: Clock = systemClock;
  #ledgerDueMs = 0;

  /** @throws TranscriptionError `invalid-option`, at once, unless a function gives them. */
  constructor(options: CaptionsOptions) {
    if (typeof options !== 'function') transcribe(options);
    this.options = options;
  }

  get state(): CaptionsState {
    return this.#state.value;
  }

  /** Calls back at every change until the returned function is called. */
  readonly subscribe = (changed: () => void): (() => void) => {
    const subscription = this.#state.subscribe(changed);
    return () => subscription.unsubscribe();
  };

  /**
   * Lets sessions run until the returned function is called, which ends them at once. React mounts children before their
   * parents: what a child has started before it was held starts now.
   */
  readonly hold = (): (() => void) => {
    this.#isHeld = true;
    this.#startWanted();
    return () => {
      this.#isHeld = false;
      this.#release();
      this.state.live?.abort();
    };
  };

  /** Ends the observables; nothing is to be started any more. */
  complete(): void {
    this.#state.complete();
  }

  readonly start = (audio$: Observable<AudioChunk>): void => {
    this.#wanted = audio$;
    this.#startWanted();
  };

  readonly pause = (): void => {
    if (this.state.isListening) void this.state.live?.finalize();
    this.#release();
  };

  readonly stop = async (): Promise<SessionReport | undefined> => {
    this.#release();
    return this.state.live?.close();
  };

  #startWanted(): void {
    const audio$ = this.#wanted;
    if (!audio$ || !this.#isHeld || this.state.phase === 'closing') return;
    const { phase, live } = this.state;
    const isRunning = phase !== 'closed' && phase !== 'failed';
    this.#listen(audio$, isRunning && live ? live : this.#begin());
  }

  #begin(): LiveTranscription {
    const options = typeof this.options === 'function' ? this.options() : this.options;
    const live = createLiveTranscription(options);
    this.#clock = options.clock ?? systemClock;
    this.#set({ ...NO_CAPTIONS, live });
    live.transcripts$.subscribe((transcript) => this.#show(transcript));
    live.notices$.subscribe((notice) => {
      this.#set({ notices: [...this.state.notices, notice].slice(-MAX_NOTICES) });
    });
    // What a message means for the ledger is known when all have read it.
    live.messages$.subscribe(() => queueMicrotask(() => this.#readLedger(live)));
    live.status$.subscribe(({ phase, error }) => {
      this.#set({ phase, ...(error && { error }) });
      this.#readLedger(live);
      if (phase !== 'closed' && phase !== 'failed') return;
      const next = this.#wanted;
      this.#release();
      if (next) this.start(next);
    });
    return live;
  }

  #listen(audio$: Observable<AudioChunk>, live: LiveTranscription): void {
    this.#release();
    const audio = new Subscription();
    this.#audio = audio;
    this.#set({ isListening: true });
    const fail = (error: unknown): void => {
      this.#set({ error: error instanceof Error ? error : new Error(String(error)) });
      void this.stop();
    };
    audio.add(
      audio$.subscribe({
        next: (chunk) => {
          try {
            live.send(chunk);
          } catch (error) {
            fail(error);
          }
          if (this.#clock.now() >= this.#ledgerDueMs) this.#readLedger(live);
        },
        error: fail,
        complete: () => void this.stop(),
      }),
    );
  }

  #release(): void {
    this.#wanted = undefined;
    this.#audio.unsubscribe();
    if (this.state.isListening) this.#set({ isListening: false });
  }

  #show(transcript: Transcript): void {
    const { id, final, text } = transcript;
    const { finals, interims } = this.state;
    const others = interims.filter((each) => each.id !== id);
    if (final) this.#set({ interims: others, ...(text !== '' && { finals: [...finals, transcript] }) });
    else this.#set({ interims: text === '' ? others : [...others, transcript] });
  }

  #readLedger(live: LiveTranscription): void {
    if (live !== this.state.live) return;
    this.#ledgerDueMs = this.#clock.now() + LEDGER_EVERY_MS;
    const { ledger } = live;
    if (!isSame(ledger, this.state.ledger)) this.#set({ ledger });
  }

  #set(change: Partial<CaptionsState>): void {
    this.#state.next({ ...this.state, ...change });
  }

  #ofEach<Value>(face: (live: LiveTranscription) => Observable<Value>): Observable<Value> {
    const live$ = this.#state.pipe(
      map(({ live }) => live),
      distinctUntilChanged(),
    );
    return live$.pipe(switchMap((live) => (live ? face(live) : EMPTY)));
  }
}

function isSame(a: AudioLedger, b: AudioLedger | undefined): boolean {
  return (Object.keys(a) as (keyof AudioLedger)[]).every((key) => a[key] === b?.[key]);
}
