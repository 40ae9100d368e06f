/**
 * The model of live captions behind the bindings. start() and stop() begin and end sessions; the model stays. It opens nothing by
 * itself, so a server and Strict Mode can create it without effect.
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
  type Status,
  systemClock,
  type Transcript,
  TranscriptionError,
  transcribe,
  type Utterance,
} from '../index.ts';

/** A transcript to show. It leaves out the server's message, which would be most of its memory; `transcripts$` has it. */
export type Caption = Omit<Transcript, 'raw'>;

/** Live captions at one moment. A value remains the same object until it changes. */
export interface CaptionsState {
  /** Phase of the session; `closed` before the first. */
  readonly phase: ConnectionPhase;
  /** The whole status, for example with the reason and time of a retry; `undefined` before the first session. */
  readonly status: Status | undefined;
  /** Audio is being taken: the microphone is on or starting. */
  readonly isListening: boolean;
  /** Final transcripts since `start()`, oldest first, at most the last `maxFinals`. */
  readonly finals: readonly Caption[];
  /** Interim transcripts, at most one for each channel. */
  readonly interims: readonly Caption[];
  /** The last 100, oldest first. */
  readonly notices: readonly Notice[];
  /** Samples accepted, confirmed, pending and dropped; updated every 250 ms while audio flows, and on messages of the server. */
  readonly ledger: AudioLedger | undefined;
  /** The failure of the session or of its audio. */
  readonly error: Error | undefined;
  /** The session, for everything else; after its end still the last one. */
  readonly live: LiveTranscription | undefined;
}

/** Methods of live captions. None needs its `this`. */
export interface CaptionsActions {
  /**
   * Switches to `audio$`. Begins a session with an empty transcript, unless one is running: after `pause()` that one continues. The
   * next session waits for a closing one. The end of `audio$` is a `stop()`.
   *
   * @throws TranscriptionError `invalid-option`
   */
  readonly start: (audio$: Observable<AudioChunk>) => void;
  /** Unsubscribes from the audio, asks for the last words, and holds the connection until `start()` or `stop()`. */
  readonly pause: () => void;
  /** Unsubscribes from the audio at once, takes the last results, and ends the session. Resolves with `undefined` without one. */
  readonly stop: () => Promise<SessionReport | undefined>;
  /** The transcripts of all sessions. */
  readonly transcripts$: Observable<Transcript>;
  /** Finals joined until the speaker pauses. */
  readonly utterances$: Observable<Utterance>;
  readonly notices$: Observable<Notice>;
}

/** Options of a session and of its captions. */
export interface CaptionsSessionOptions extends LiveTranscriptionOptions {
  /**
   * Final transcripts that are kept; the oldest go first.
   * @defaultValue `2000`: about two hours of speech, and 4 MB
   */
  maxFinals?: number;
}

/** Options, or a function that returns them at the start of each session. */
export type CaptionsOptions = CaptionsSessionOptions | (() => CaptionsSessionOptions);

/** The state before the first session. */
export const NO_CAPTIONS: CaptionsState = Object.freeze({
  phase: 'closed',
  status: undefined,
  isListening: false,
  finals: [],
  interims: [],
  notices: [],
  ledger: undefined,
  error: undefined,
  live: undefined,
});

const MAX_NOTICES = 100;
const MAX_FINALS = 2_000;
const LEDGER_EVERY_MS = 250;

export class Captions implements CaptionsActions {
  /** Options of the next session. */
  options: CaptionsOptions;
  readonly #state = new BehaviorSubject(NO_CAPTIONS);
  readonly transcripts$ = this.#ofEach((live) => live.transcripts$);
  readonly utterances$ = this.#ofEach((live) => live.utterances$);
  readonly notices$ = this.#ofEach((live) => live.notices$);
  #audio = new Subscription();
  /** Audio to subscribe to later: while unmounted, or while a session is closing. */
  #wanted: Observable<AudioChunk> | undefined;
  #isHeld = false;
  #clock: Clock = systemClock;
  #maxFinals = MAX_FINALS;
  #ledgerDueMs = 0;

  /** @throws TranscriptionError `invalid-option`, at once, unless options are a function. */
  constructor(options: CaptionsOptions) {
    if (typeof options !== 'function') transcribe(checked(options).session);
    this.options = options;
  }

  get state(): CaptionsState {
    return this.#state.value;
  }

  /** Calls back at every change, until the returned function is called. */
  readonly subscribe = (changed: () => void): (() => void) => {
    const subscription = this.#state.subscribe(changed);
    return () => subscription.unsubscribe();
  };

  /**
   * Allows sessions until the returned function is called, which ends them at once. React mounts children before their parents:
   * a session that a child started before this call begins now.
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

  /** Completes the observables; no session may start after it. */
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
    const { session, maxFinals } = checked(options);
    const live = createLiveTranscription(session);
    this.#maxFinals = maxFinals;
    this.#clock = options.clock ?? systemClock;
    this.#set({ ...NO_CAPTIONS, live });
    live.transcripts$.subscribe((transcript) => this.#show(transcript));
    live.notices$.subscribe((notice) => {
      this.#set({ notices: [...this.state.notices, notice].slice(-MAX_NOTICES) });
    });
    // The ledger is updated after all subscribers have read the message.
    live.messages$.subscribe(() => queueMicrotask(() => this.#readLedger(live)));
    live.status$.subscribe((status) => {
      const { phase } = status;
      this.#set({ phase, status, ...(phase === 'failed' && { error: status.error }) });
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
    const caption = captionOf(transcript);
    const { id, final, text } = caption;
    const { finals, interims } = this.state;
    const others = interims.filter((each) => each.id !== id);
    if (!final) this.#set({ interims: text === '' ? others : [...others, caption] });
    else if (text === '') this.#set({ interims: others });
    else this.#set({ interims: others, finals: [...finals, caption].slice(-this.#maxFinals) });
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

function captionOf(transcript: Transcript): Caption {
  const caption: Caption & { raw?: unknown } = { ...transcript };
  delete caption.raw;
  return caption;
}

/** @throws TranscriptionError `invalid-option` */
function checked({ maxFinals = MAX_FINALS, ...session }: CaptionsSessionOptions) {
  if (!(Number.isInteger(maxFinals) && maxFinals > 0)) {
    throw new TranscriptionError('invalid-option', `maxFinals is ${String(maxFinals)}.`, {
      remedy: 'Give a whole number from 1 on.',
    });
  }
  return { session, maxFinals };
}

function isSame(a: AudioLedger, b: AudioLedger | undefined): boolean {
  return (Object.keys(a) as (keyof AudioLedger)[]).every((key) => a[key] === b?.[key]);
}
