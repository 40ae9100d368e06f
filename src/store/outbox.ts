/**
 * Results on their way to the app. A final waits until the store has it, and later results wait with it to keep the order. So
 * every final given to the app is in the store; a final that the store refuses is dropped.
 */
import type { Outlet } from '../client/session-keeper.ts';
import type { Transcript } from '../transcript/stitcher.ts';
import type { Turn } from '../transcript/turns.ts';
import type { AudioStore, Json, NewFinal } from './audio-store.ts';
import type { Ownership } from './ownership.ts';
import { writeTranscript } from './stored-transcript.ts';

interface Result {
  pass: () => void;
  final: NewFinal | undefined;
  /** Interim transcripts: a later one replaces an earlier. */
  interimId: string | undefined;
}

export interface OutboxSettings {
  store: AudioStore;
  ownership: Ownership;
  to: Outlet;
  /** Positions per second. */
  rate: number;
  /** Everything before it is confirmed or dropped. */
  frontier: () => number;
  /** The state that the next owner needs to continue after the finals so far. */
  state: () => Json;
  /** The store has lost its confirmations between the two positions. */
  forgotten: (start: number, end: number) => void;
}

export class Outbox implements Outlet {
  readonly #settings: OutboxSettings;
  readonly transcripts = { next: (transcript: Transcript) => this.#transcript(transcript) };
  readonly utterances: Outlet['utterances'];
  readonly turns = { next: (turn: Turn) => this.#turn(turn) };
  #waiting: Result[] = [];
  #isConfirming = false;
  #confirming: Promise<void> | undefined;
  #confirmations = 0;
  #whenPassed: (() => void)[] = [];
  /** The number of the last turn before this process. */
  turnsBefore = 0;
  /** The number of the last turn that has ended. */
  turnsEnded = 0;
  isClosed = false;
  /** No ownership is needed: results before the first waiting final pass. */
  isReleased = false;

  constructor(settings: OutboxSettings) {
    this.#settings = settings;
    const { utterances } = settings.to;
    this.utterances = { next: (utterance) => this.#add(() => utterances.next(utterance)) };
  }

  /** Whether a result is not in the store yet. */
  get isPending(): boolean {
    const { frontier, ownership } = this.#settings;
    return this.#isConfirming || this.#hasFinals || frontier() > ownership.confirmed;
  }

  /** Confirms newly covered audio, even without a new final; or resolves with the confirmation under way. */
  confirm(): Promise<void> {
    this.#confirming ??= this.#confirmAll();
    return this.#confirming;
  }

  async #confirmAll(): Promise<void> {
    this.#isConfirming = true;
    // Handle the message of the server completely first: a final and the audio that it covers belong together.
    await Promise.resolve();
    do await this.#confirmOnce();
    while (this.#hasFinals && !this.isClosed);
    this.#isConfirming = false;
    this.#confirming = undefined;
    this.passInterims();
    this.letGo();
  }

  /** Resolves when all results so far have passed, or {@link letGo} was called. */
  passed(): Promise<void> {
    if (!this.#isConfirming) return Promise.resolve();
    return new Promise((resolve) => this.#whenPassed.push(resolve));
  }

  /** Stops waiting for the store. */
  letGo(): void {
    for (const resolve of this.#whenPassed.splice(0)) resolve();
  }

  /** Passes results before the first waiting final, unless another process may own the session. */
  passInterims(): void {
    if (this.#isConfirming || this.isClosed) return;
    if (!this.#settings.ownership.isHeld && !this.isReleased) return;
    while (this.#waiting[0] && !this.#waiting[0].final) this.#waiting.shift()?.pass();
  }

  /** Drops all waiting results. */
  close(): void {
    this.isClosed = true;
    this.#waiting = [];
    this.letGo();
  }

  get #hasFinals(): boolean {
    return this.#waiting.some(({ final }) => final);
  }

  #transcript(transcript: Transcript): void {
    const { to, rate } = this.#settings;
    const { id, channel, end } = transcript;
    const pass = () => to.transcripts.next(transcript);
    this.#waiting = this.#waiting.filter(({ interimId }) => interimId !== id);
    if (!transcript.final) this.#add(pass, undefined, id);
    else this.#add(pass, { channel, end: Math.round(end * rate), data: writeTranscript(transcript) });
  }

  #turn(turn: Turn): void {
    const id = this.turnsBefore + turn.id;
    if (turn.type === 'end' || turn.type === 'withdrawn') this.turnsEnded = id;
    this.#add(() => this.#settings.to.turns.next({ ...turn, id }));
  }

  #add(pass: () => void, final?: NewFinal, interimId?: string): void {
    if (this.isClosed) return;
    this.#waiting.push({ pass, final, interimId });
    if (final) void this.confirm();
    else this.passInterims();
  }

  async #confirmOnce(): Promise<void> {
    const { store, ownership, frontier, state, forgotten } = this.#settings;
    const results = this.#waiting;
    this.#waiting = [];
    const finals = results.flatMap(({ final }) => final ?? []);
    this.#confirmations += 1;
    const confirmation = {
      number: this.#confirmations,
      position: frontier(),
      finals,
      afterFinal: ownership.lastFinal,
      state: state(),
    };
    const confirmed = await ownership.write('owner', (lease) => store.confirm(lease, confirmation));
    if (!confirmed || this.isClosed) return;
    const { previous, seqs } = confirmed.answer;
    if (previous < ownership.confirmed) forgotten(previous, ownership.confirmed);
    ownership.confirmed = Math.max(previous, confirmation.position);
    for (const seq of seqs) ownership.lastFinal = Math.max(ownership.lastFinal, seq ?? 0);
    // The store refuses all finals of a repeated confirmation.
    const isRepeat = confirmed.tries > 1 && seqs.every((seq) => seq === undefined);
    for (const { pass, final } of results) {
      const isPublished = !final || isRepeat || seqs[finals.indexOf(final)] !== undefined;
      if (isPublished) pass();
    }
  }
}
