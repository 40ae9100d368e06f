/**
 * `writer()`: writes audio into a session that another process transcribes, for the process that holds the socket of a telephone
 * or browser.
 */
import { BehaviorSubject, type Observable, Subject } from 'rxjs';
import {
  type AudioChunk,
  type CapturedAudio,
  capturedAtOf,
  refuseFloats,
  sizeOf,
} from '../audio/audio-chunk.ts';
import { AudioTimeline } from '../audio/audio-timeline.ts';
import { Intake } from '../audio/intake.ts';
import { type Clock, systemClock } from '../clock.ts';
import { chooseApi } from '../protocol/choose.ts';
import type { ListenChange } from '../protocol/configure.ts';
import { LOG_BYTES, PROCESS_BYTES } from '../protocol/limits.ts';
import type { Parameters } from '../protocol/protocol.ts';
import { AudioFeed } from './audio-feed.ts';
import type { Appended, AudioStore, Json, StoredBlock } from './audio-store.ts';
import { newHolder } from './holder.ts';
import { Ownership, type Written } from './ownership.ts';
import { readDescription, storedFormatOf, type StoredFormat, writeDescription } from './session-record.ts';
import { StoreCalls } from './store-calls.ts';

/** Options of {@link writer}. */
export interface WriterOptions {
  /** Deepgram's parameters, for the transcriber. Raw audio only, so `encoding` and `sample_rate` are required. */
  listen: Parameters;
  /**
   * Audio that waits in memory for a store that does not answer, in seconds. Beyond it the oldest is dropped and announced.
   * @defaultValue `60`
   */
  maxSeconds?: number;
  /**
   * The same in bytes.
   * @defaultValue `8388608` (8 MiB)
   */
  maxBytes?: number;
  /**
   * The same in bytes, for all writers and sessions of this process together. Beyond it the logs with more than their share are
   * full.
   * @defaultValue `1073741824` (1 GiB)
   */
  maxProcessBytes?: number;
  /**
   * Unconfirmed audio in the store, in seconds: how long a call may be without a transcriber. Beyond it the oldest is dropped and
   * announced.
   * @defaultValue `600`
   */
  maxStoredSeconds?: number;
  /** Replaces time, for tests. @defaultValue the system's clock */
  clock?: Clock;
  /** A name that no other process has, for tests. @defaultValue random */
  holder?: string;
}

/** `lost`: another writer has this session, or it began with another format. `ended`: by `end()`. */
export type WriterState = 'opening' | 'writing' | 'away' | 'lost' | 'ended';

/** Audio that was dropped before it was confirmed, in seconds since the session began. */
export interface WriterDrop {
  startSeconds: number;
  endSeconds: number;
  /** `memory`: it never reached the store. `store`: the store was full; it is lost unless a transcriber had read it. */
  from: 'memory' | 'store';
}

/** The answer of `send()` for one chunk. */
export type WriterResult =
  /** The chunk is kept. `backlogMs`: unconfirmed audio; if it grows, slow down or start transcribers. */
  | { accepted: true; backlogMs: number }
  /** The chunk is not kept. */
  | { accepted: false; reason: 'closed' | 'empty' | 'log-full'; backlogMs: number };

interface Limits {
  maxBytes: number;
  maxStoredSeconds: number;
}

/** Writes the audio of one session. */
export class SessionWriter {
  /** Begins with the present state; completes with `lost` or `ended`. */
  readonly state$: Observable<WriterState>;
  /** Audio that was dropped. */
  readonly drops$: Observable<WriterDrop>;
  readonly #states = new BehaviorSubject<WriterState>('opening');
  readonly #drops = new Subject<WriterDrop>();
  readonly #store: AudioStore;
  readonly #listen: Parameters;
  readonly #limits: Limits;
  readonly #calls: StoreCalls;
  readonly #ownership: Ownership;
  readonly #timeline: AudioTimeline;
  readonly #intake: Intake;
  readonly #feed: AudioFeed;
  #confirmed = 0;
  #keptFrom = 0;
  #requests = 0;
  /** Requests are sent one after the other. */
  #lastRequest: Promise<boolean> = Promise.resolve(true);
  #isClosed = false;

  /** Made by `writer()`. @throws TranscriptionError `invalid-option` for audio that is not raw. */
  constructor(store: AudioStore, id: string, options: WriterOptions) {
    const { clock = systemClock, holder = newHolder(), listen, maxSeconds = 60 } = options;
    const { maxBytes = LOG_BYTES, maxProcessBytes = PROCESS_BYTES, maxStoredSeconds = 600 } = options;
    const api = chooseApi(listen);
    api.checkParameters(listen);
    const audio = api.audioFormat(listen);
    const format = storedFormatOf(audio);
    this.#store = store;
    this.#listen = listen;
    this.#limits = { maxBytes, maxStoredSeconds };
    this.state$ = this.#states.asObservable();
    this.drops$ = this.#drops.asObservable();
    this.#calls = new StoreCalls(clock, store.leaseMs, (isAway) => this.#away(isAway));
    this.#ownership = new Ownership({
      store,
      calls: this.#calls,
      clock,
      id,
      holder,
      description: writeDescription({ ...format, listen, startedAt: clock.wallTime() }),
      isOwner: false,
      isWriter: true,
      waiting: () => {},
      lost: () => this.#end('lost'),
      forgotten: ({ end }) => this.#feed.startAt(Math.max(end, this.#timeline.frontier)),
    });
    this.#timeline = new AudioTimeline(
      clock,
      { ...format, maxSeconds, maxBytes, maxProcessBytes },
      { onDrop: ({ start, end }) => this.#drop(start, end, 'memory'), onWaiting: () => {} },
    );
    this.#feed = new AudioFeed({
      clock,
      timeline: this.#timeline,
      frameBytes: format.frameBytes,
      append: (block) => this.#append(block),
      confirm: () => Promise.resolve(),
      appended: (answer) => this.#appended(answer),
      forgotten: () => {},
    });
    this.#intake = new Intake(clock, audio, this.#feed, { report: () => {} });
    this.#intake.before(() => this.#open(format));
  }

  /** The present state of the writer. */
  get state(): WriterState {
    return this.#states.value;
  }

  /** Audio that is not confirmed, in memory and in the store, in milliseconds. */
  get backlogMs(): number {
    const { end, rate } = this.#timeline;
    return (Math.max(0, end - this.#confirmed) * 1_000) / rate + this.#intake.waitingMs;
  }

  /**
   * Takes audio, cut anywhere; it is copied at once.
   * @throws TranscriptionError `invalid-audio` for something that is no audio, or is floating point.
   */
  send(input: AudioChunk | CapturedAudio): WriterResult {
    const capturedAt = capturedAtOf(input);
    const chunk = capturedAt === undefined ? (input as AudioChunk) : (input as CapturedAudio).audio;
    const size = sizeOf(chunk);
    refuseFloats(chunk, this.#listen.encoding as string);
    if (this.#isClosed) return this.#refuse('closed');
    if (size === 0) return this.#refuse('empty');
    if (this.#intake.waitingBytes + size > this.#limits.maxBytes) return this.#refuse('log-full');
    this.#intake.push(chunk, capturedAt);
    return { accepted: true, backlogMs: this.backlogMs };
  }

  /** Requests a final result of all audio sent so far from the transcriber. `true`: the request is in the store. */
  finalize(channel?: number): Promise<boolean> {
    return this.#request({ kind: 'finalize', channel });
  }

  /** Requests a change of parameters after all audio sent so far. `true`: the request is in the store. */
  configure(change: ListenChange): Promise<boolean> {
    return this.#request({ kind: 'configure', change: change as Json });
  }

  /**
   * Ends the session after all audio sent so far: its transcriber drains and closes. `true`: the store has everything. `false`:
   * it did not answer in time, or another writer has the session.
   * @param timeoutMs How long the store may take.
   */
  async end(timeoutMs = 10_000): Promise<boolean> {
    const requested = this.#request({ kind: 'end' });
    this.#isClosed = true;
    const isDone = await Promise.race([requested, this.#calls.sleep(timeoutMs).then(() => false)]);
    this.#end('ended');
    return isDone;
  }

  async #open(format: StoredFormat): Promise<void> {
    const there = await this.#ownership.take(undefined);
    if (!there || this.#calls.isOver) return;
    const begun = readDescription(there.description);
    if (begun?.rate !== format.rate || begun.frameBytes !== format.frameBytes) {
      this.#end('lost');
      return;
    }
    this.#timeline.ledger.accept(there.end);
    this.#timeline.ledger.confirm(there.end);
    this.#timeline.attach(this.#feed.cursor);
    this.#feed.startAt(there.end);
    this.#confirmed = there.confirmed;
    this.#requests = there.requests;
    this.#states.next('writing');
  }

  async #append(block: StoredBlock): Promise<Written<Appended> | undefined> {
    const keepFrom = block.end - this.#limits.maxStoredSeconds * this.#timeline.rate;
    const isFull = keepFrom > Math.max(this.#confirmed, this.#keptFrom);
    const written = await this.#ownership.write('writer', (lease) =>
      this.#store.append(lease, block, isFull ? keepFrom : undefined),
    );
    if (written && isFull) this.#pushedOut(keepFrom, written.answer.confirmed);
    return written;
  }

  #pushedOut(keepFrom: number, confirmed: number): void {
    const start = Math.max(confirmed, this.#keptFrom);
    this.#keptFrom = keepFrom;
    if (keepFrom > start) this.#drop(start, keepFrom, 'store');
  }

  /** The store has it, so it leaves the memory. */
  #appended({ end, confirmed }: Appended): void {
    this.#confirmed = confirmed;
    this.#timeline.confirm(end);
  }

  #request(data: Json): Promise<boolean> {
    if (this.#isClosed) return Promise.resolve(false);
    this.#lastRequest = this.#lastRequest.then(() => this.#requestNow(data));
    return this.#lastRequest;
  }

  async #requestNow(data: Json): Promise<boolean> {
    while (this.#intake.isWaiting && !this.#calls.isOver) await this.#intake.settled(this.#store.leaseMs);
    const position = this.#timeline.end;
    await this.#feed.flush();
    if (this.#calls.isOver) return false;
    this.#requests += 1;
    const request = { seq: this.#requests, position, data };
    const written = await this.#ownership.write('writer', (lease) => this.#store.request(lease, request));
    return written !== undefined;
  }

  #refuse(reason: 'closed' | 'empty' | 'log-full'): WriterResult {
    return { accepted: false, reason, backlogMs: this.backlogMs };
  }

  #drop(start: number, end: number, from: WriterDrop['from']): void {
    const { rate } = this.#timeline;
    this.#drops.next({ startSeconds: start / rate, endSeconds: end / rate, from });
  }

  #away(isAway: boolean): void {
    if (this.state !== 'opening' && !this.#isClosed) this.#states.next(isAway ? 'away' : 'writing');
  }

  #end(state: 'lost' | 'ended'): void {
    if (this.#calls.isOver) return;
    this.#isClosed = true;
    this.#calls.end();
    this.#feed.close();
    // The store does not have it, and no retry follows.
    this.#timeline.drop({ start: this.#timeline.frontier, end: this.#timeline.end, reason: 'log-full' });
    this.#timeline.close();
    this.#intake.close();
    this.#states.next(state);
    this.#states.complete();
    this.#drops.complete();
  }
}

/**
 * Writes the audio of a session into a store, for a transcriber that has claimed it in another process, or will. A new writer of the same
 * session goes on where the one before was, which is fenced.
 *
 * @example
 * ```ts
 * const call = writer(store, callId, { listen: { model: 'nova-3', encoding: 'mulaw', sample_rate: 8000 } });
 * socket.on('message', (audio) => call.send(audio));
 * socket.on('close', () => call.end());
 * ```
 * @throws TranscriptionError `invalid-option` for audio that is not raw.
 */
export function writer(store: AudioStore, id: string, options: WriterOptions): SessionWriter {
  return new SessionWriter(store, id, options);
}
