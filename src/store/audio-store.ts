/**
 * The port to a store outside the process. It keeps audio by position until it is confirmed, finals, and the owner of a session.
 * Data is plain JSON and bytes. An adapter translates these calls for its engine, without knowledge of Deepgram; `storeContract`
 * of `rx-deepgram/testing` tests it.
 *
 * A session has two roles. Its **owner** transcribes: it holds a lease that expires, and has a higher epoch than all earlier
 * owners, whose writes are refused (fenced). Its **writer** appends audio: a new writer replaces the previous one at once. One
 * process may have both roles.
 *
 * Positions are samples since the session began. A rejected call means that the store does not answer; it is repeated with the
 * same arguments. So every call must be safe to repeat after a lost answer.
 */

/** Plain JSON, which the store keeps and returns unread. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [name: string]: Json | undefined };

/** The right to act in one role of a session; made by the store, and part of every write. */
export interface Lease {
  /** Of the session. */
  readonly id: string;
  /** The holder: a name that no other process or session object has. */
  readonly holder: string;
  /** Greater than that of every earlier lease of the same role. */
  readonly epoch: number;
}

/**
 * Why a write was refused; nothing was written. `fenced`: there is a newer lease of this role. `forgotten`: the store knows
 * neither this lease nor a newer one, because it lost acknowledged writes or the session expired.
 */
export type Refusal = 'fenced' | 'forgotten';

/** A piece of audio. */
export interface StoredBlock {
  /** Position of its first sample. */
  readonly position: number;
  /** Position after its last sample. */
  readonly end: number;
  /** The memory is the caller's again when `append()` is answered: a store that keeps the bytes copies them. */
  readonly bytes: Uint8Array;
  /** When its first sample was captured, in milliseconds since 1970. */
  readonly capturedAt: number | undefined;
}

/** A final result, before it is published. */
export interface NewFinal {
  readonly channel: number;
  /** Position after its last sample. */
  readonly end: number;
  readonly data: Json;
}

/** A final result that was published. */
export interface StoredFinal extends NewFinal {
  /**
   * The first final of a session is 1; each later one has the next number. A gap in the numbers: finals that the store has lost.
   */
  readonly seq: number;
}

/** A request of the writer, to be carried out after the audio before `position`. */
export interface StoredRequest {
  /** The first request of a session is 1; each later one is the next number. */
  readonly seq: number;
  readonly position: number;
  /** `end`, `finalize` or `configure`, with its details. */
  readonly data: Json;
}

/** The state of a session. */
export interface StoredSession {
  /** From the first call with this session's id: its format and parameters. */
  readonly description: Json;
  /** From the last `confirm()`; `undefined` before the first. */
  readonly state: Json | undefined;
  /** Everything before it is confirmed and deleted. */
  readonly confirmed: number;
  /** The position of the next block; all audio from `confirmed` to here should be readable. */
  readonly end: number;
  /** The number of the last final. */
  readonly finals: number;
  /** The number of the last request. */
  readonly requests: number;
  /** The number of the last request that was carried out. */
  readonly doneRequest: number;
  /** It has ended, and needs no owner any more. */
  readonly isEnded: boolean;
}

/** The request of a holder. */
export interface LeaseRequest {
  readonly holder: string;
  /** Kept if the session is new, otherwise ignored. */
  readonly description: Json;
  /** The epoch of the new lease is greater than this: after {@link Refusal} `forgotten`, the epoch of the forgotten lease. */
  readonly afterEpoch?: number;
  /** The next final gets a greater number than this, so that readers see the gap of forgotten finals. */
  readonly afterFinal?: number;
}

/** A lease, and the state of the session. */
export interface Opened {
  readonly lease: Lease;
  readonly session: StoredSession;
}

/** Another holder has the lease, for this many milliseconds unless it is renewed. */
export interface Held {
  readonly heldMs: number;
}

/** A confirmation of an owner. */
export interface Confirmation {
  /**
   * The first confirmation of a lease is 1; each later one is the next number. A number that is not greater than the last is a
   * repeat: it changes nothing, and all its finals are refused.
   */
  readonly number: number;
  /** Everything before it is confirmed; it never goes back. */
  readonly position: number;
  readonly finals: readonly NewFinal[];
  /** As in {@link LeaseRequest}: the store may have lost finals, whose numbers must not be given again. */
  readonly afterFinal?: number;
  /** The state that the next owner needs to continue exactly here. */
  readonly state: Json;
}

/** The outcome of a confirmation. */
export interface Confirmed {
  /** The confirmed position before this call. */
  readonly previous: number;
  /**
   * The number of each final, in the order in which they were given; `undefined` where it was refused, because its end is not beyond
   * the last published end of its channel or the confirmation was made before.
   */
  readonly seqs: readonly (number | undefined)[];
}

/** The outcome of an append. */
export interface Appended {
  /** The end of the session's audio before this call. */
  readonly previousEnd: number;
  /** Its end now. */
  readonly end: number;
  /** The confirmed position: the writer need not keep audio before it. */
  readonly confirmed: number;
}

/** Audio and requests that an owner reads. */
export interface StoredAudio {
  /** In order. A gap between two of them, or after the last up to `end`, is audio that the store does not have. */
  readonly blocks: readonly StoredBlock[];
  /** Position after the last block of the session. */
  readonly end: number;
  readonly confirmed: number;
  /** Requests with a number above `afterRequest`, in order. */
  readonly requests: readonly StoredRequest[];
}

/** What a reader gets. */
export interface Published {
  /** In order. */
  readonly finals: readonly StoredFinal[];
  /** The last value of `show()`: interim texts and status; best effort. */
  readonly shown: Json | undefined;
  readonly isEnded: boolean;
}

/** A store for sessions that outlive their process. All methods may be called for many sessions at once. */
export interface AudioStore {
  /** How long a lease lasts, in milliseconds, by the store's clock: the longest wait of a new owner after a crash. */
  readonly leaseMs: number;
  /** A session is deleted this many milliseconds after its last write or renewal, also after a crash of all its processes. */
  readonly expireMs: number;

  /**
   * Takes the ownership of a session, and creates it if it does not exist. The holder of the present lease gets it again at once,
   * with the same epoch, so that the call can be repeated. An ended session can be owned again, and is then no longer ended.
   */
  open(id: string, request: LeaseRequest): Promise<Opened | Held>;

  /**
   * Takes the writer's role, and creates the session if it does not exist. The previous writer is fenced at once. A repeated call
   * of the same holder gets the same epoch.
   */
  openWriter(id: string, request: LeaseRequest): Promise<Opened>;

  /**
   * Takes the ownership of any session that has unconfirmed audio or a request after `doneRequest`, has no owner, and has not
   * ended. `undefined`: there is none. Only one of several claimants gets it.
   */
  claim(holder: string): Promise<Opened | undefined>;

  /**
   * Writer: adds a block. If it begins before the present end, nothing is added, and the answer has the position to continue at.
   * If it begins after the end, it leaves a gap. Blocks that end at or before `keepFrom` are deleted, confirmed or not.
   */
  append(writer: Lease, block: StoredBlock, keepFrom?: number): Promise<Appended | Refusal>;

  /** Writer: leaves a request for the owner. One whose number is not greater than the last is not added again. */
  request(writer: Lease, request: StoredRequest): Promise<Refusal | undefined>;

  /**
   * Reads blocks that end after `from`, up to about `maxBytes` and at least one, and requests with a number above `afterRequest`.
   * The first block may begin before `from`. Needs no lease.
   */
  read(id: string, from: number, afterRequest: number, maxBytes: number): Promise<StoredAudio>;

  /**
   * Owner: publishes finals, keeps the state, advances the confirmed position and deletes the audio before it, in one atomic
   * step. Renews the lease. An expired lease is valid until there is a newer one.
   */
  confirm(owner: Lease, confirmation: Confirmation): Promise<Confirmed | Refusal>;

  /** Owner: renews the lease. `doneRequest` is the number of the last request that was carried out. */
  renew(owner: Lease, doneRequest: number): Promise<Refusal | undefined>;

  /**
   * Owner: gives the lease back, so that the next owner need not wait. `isEnded`: the session needs no further owner. Without the
   * lease the call has no effect.
   */
  release(owner: Lease, isEnded: boolean): Promise<void>;

  /** Owner: shows readers a value until the next call; best effort. */
  show(owner: Lease, shown: Json): Promise<void>;

  /** Published finals with a number above `after`, at most `limit`, and the shown value. Needs no lease. */
  published(id: string, after: number, limit: number): Promise<Published>;
}
