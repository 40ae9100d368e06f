/**
 * The leases of a session in one process: takes, renews and releases them. Every write to the store passes through here, so a
 * replaced process makes at most one more write, which is refused.
 */
import type { Clock } from '../clock.ts';
import type { AudioStore, Json, Lease, Opened, Refusal, StoredSession } from './audio-store.ts';
import type { StoreCalls } from './store-calls.ts';

/** Time between two checks whether the previous owner has given the session back. */
const POLL_MS = 100;

/** The share of a lease after which it is renewed: one renewal may be late or lost. Finals, which renew it too, come about so often. */
const RENEW_AFTER = 0.4;

export interface OwnershipSettings {
  store: AudioStore;
  calls: StoreCalls;
  clock: Clock;
  id: string;
  holder: string;
  description: Json;
  /** This process transcribes. */
  isOwner: boolean;
  /** This process appends the audio. */
  isWriter: boolean;
  /** Another process owns the session; this one waits for it. */
  waiting: () => void;
  /** Another process owns the session now: this one writes nothing more. */
  lost: () => void;
  /** The store has lost acknowledged writes. It has the session again, in this state. */
  forgotten: (session: StoredSession) => void;
}

type Role = 'owner' | 'writer';

export interface Written<Answer> {
  answer: Answer;
  /** More than one: an earlier call may still be carried out, or was and its answer was lost. */
  tries: number;
}

export class Ownership {
  readonly #settings: OwnershipSettings;
  #owner: Lease | undefined;
  #writer: Lease | undefined;
  #heldUntil = -Infinity;
  #recovery: Promise<void> | undefined;
  #isLost = false;
  #opened: StoredSession | undefined;
  /** The number of the last final that the store has acknowledged. */
  lastFinal = 0;
  /** The position that the store has acknowledged as confirmed. */
  confirmed = 0;

  constructor(settings: OwnershipSettings) {
    this.#settings = settings;
  }

  /** By our clock, no other process can own the session now. */
  get isHeld(): boolean {
    return !this.#isLost && this.#settings.clock.now() < this.#heldUntil;
  }

  /** Until the lease should be renewed: every write of the owner has done so. */
  get renewInMs(): number {
    return this.#heldUntil - (1 - RENEW_AFTER) * this.#settings.store.leaseMs - this.#settings.clock.now();
  }

  get isLost(): boolean {
    return this.#isLost;
  }

  /** Waits to become the owner; `undefined` if the session ended before. */
  async take(claimed: Opened | undefined): Promise<StoredSession | undefined> {
    if (claimed) this.#hold(claimed, -Infinity);
    else if (this.#settings.isOwner && !(await this.#open())) return undefined;
    const session = this.#settings.isWriter ? await this.#openWriter() : claimed?.session;
    // A process that slept may have taken the writer's role from a later owner: append nothing before the ownership is certain.
    if (this.#settings.isOwner && !(await this.#renewed())) return undefined;
    return session ?? this.#opened;
  }

  /** One write of the owner; `undefined` if the session was lost or ended before the answer. */
  async write<Answer extends object | undefined>(
    role: Role,
    call: (lease: Lease) => Promise<Answer | Refusal>,
  ): Promise<Written<Answer> | undefined> {
    const { calls, clock } = this.#settings;
    let tries = 0;
    for (;;) {
      let askedAt = 0;
      const result = await calls.untilAnswered(() => {
        tries += 1;
        askedAt = clock.now();
        return call(this.#leaseOf(role));
      });
      if (!result || this.#isLost) return undefined;
      const { answer } = result;
      if (answer === 'fenced') {
        if (role === 'writer' && this.#settings.isOwner && (await this.#renewed())) {
          // A process that is not the owner took the role: the owner takes it back.
          await this.#openWriter();
          continue;
        }
        this.#lose();
        return undefined;
      }
      if (answer !== 'forgotten') {
        if (role === 'owner')
          this.#heldUntil = Math.max(this.#heldUntil, askedAt + this.#settings.store.leaseMs);
        return { answer, tries };
      }
      this.#recovery ??= this.#recover().finally(() => (this.#recovery = undefined));
      await this.#recovery;
    }
  }

  /** Shows readers a value, if the store accepts it. */
  show(call: (lease: Lease) => Promise<void>): void {
    const { calls } = this.#settings;
    if (!this.#owner || this.#isLost || calls.isOver) return;
    // Best effort: the next value replaces it.
    void calls.once(() => call(this.#leaseOf('owner')));
  }

  /** Gives the session back; waits for the answer of the store. */
  async release(isEnded: boolean): Promise<void> {
    const { store, calls } = this.#settings;
    const lease = this.#owner;
    if (!lease || this.#isLost) return;
    this.#isLost = true;
    await calls.untilAnswered(() => store.release(lease, isEnded));
  }

  async #open(after: { afterEpoch?: number; afterFinal?: number } = {}): Promise<boolean> {
    const { store, calls, clock, id, holder, description, waiting } = this.#settings;
    for (;;) {
      let askedAt = 0;
      const result = await calls.untilAnswered(() => {
        askedAt = clock.now();
        return store.open(id, { holder, description, ...after });
      });
      if (!result) return false;
      if ('lease' in result.answer) {
        this.#hold(result.answer, askedAt);
        return true;
      }
      if (after.afterEpoch !== undefined) return false;
      waiting();
      await calls.sleep(POLL_MS);
    }
  }

  async #renewed(): Promise<boolean> {
    return (await this.write('owner', (lease) => this.#settings.store.renew(lease, 0))) !== undefined;
  }

  async #openWriter(afterEpoch = 0): Promise<StoredSession | undefined> {
    const { store, calls, id, holder, description } = this.#settings;
    const request = { holder, description, afterEpoch };
    const result = await calls.untilAnswered(() => store.openWriter(id, request));
    if (result) this.#writer = result.answer.lease;
    return result?.answer.session;
  }

  #hold({ lease, session }: Opened, askedAt: number): void {
    this.#heldUntil = askedAt + this.#settings.store.leaseMs;
    this.#owner = lease;
    this.#opened = session;
    this.lastFinal = Math.max(this.lastFinal, session.finals);
  }

  #leaseOf(role: Role): Lease {
    return (role === 'owner' ? this.#owner : this.#writer) as Lease;
  }

  /** Creates the session again in the store, unless another process has done so and continued it. */
  async #recover(): Promise<void> {
    const { isOwner, isWriter, calls, forgotten } = this.#settings;
    if (isOwner && !(await this.#recoverOwner())) return;
    const there = isWriter ? await this.#openWriter(this.#writer?.epoch) : this.#opened;
    if (there && !calls.isOver) forgotten(isOwner ? (this.#opened as StoredSession) : there);
  }

  /** `false`: another process has continued it. */
  async #recoverOwner(): Promise<boolean> {
    const after = { afterEpoch: this.#owner?.epoch ?? 0, afterFinal: this.lastFinal };
    const confirmed = this.confirmed;
    const isOpen = await this.#open(after);
    const session = this.#opened;
    if (this.#settings.calls.isOver) return false;
    if (isOpen && session && session.confirmed <= confirmed) return true;
    this.#lose();
    return false;
  }

  #lose(): void {
    if (this.#isLost) return;
    this.#isLost = true;
    this.#settings.lost();
  }
}
