/**
 * The port to a store outside the process: audio by position until it is confirmed, finals for good, and who owns a session. Data is
 * plain JSON and bytes. An adapter translates these calls to its engine and knows nothing of Deepgram; `storeContract` of
 * `rx-deepgram/testing` says whether it does so correctly.
 *
 * A session has two roles. Its **owner** transcribes: it holds a lease by time, and every owner has a higher epoch than the one before,
 * which fences the older one. Its **writer** appends audio: a new writer replaces the one before at once. One process may have both roles.
 *
 * Positions are samples since the session began. A call that rejects means that the store is away, and is made again with the same
 * arguments: every call may be repeated after an answer that was lost.
 */

/** Plain JSON: what the store keeps and gives back without reading it. */
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
  /** Who holds it: a name that no other process or session object has. */
  readonly holder: string;
  /** Greater than that of every earlier lease of the same role. */
  readonly epoch: number;
}

/**
 * Why a write was refused; nothing was written. `fenced`: there is a newer lease of this role. `forgotten`: the store knows neither
 * this lease nor a newer one, so it has lost writes that it had acknowledged, or the session has expired.
 */
export type Refusal = 'fenced' | 'forgotten';

/** A piece of audio. */
export interface StoredBlock {
  /** Of its first sample. */
  readonly position: number;
  /** Behind its last sample. */
  readonly end: number;
  readonly bytes: Uint8Array;
  /** When its first sample was captured, in milliseconds since 1970. */
  readonly capturedAt: number | undefined;
}

/** A final result, before it is published. */
export interface NewFinal {
  readonly channel: number;
  /** Position behind its last sample. */
  readonly end: number;
  readonly data: Json;
}

/** A final result that was published. */
export interface StoredFinal extends NewFinal {
  /** The first final of a session is 1; each later one is the next number. A gap: finals that the store has lost. */
  readonly seq: number;
}

/** A wish of the writer, to be carried out behind the audio before `position`. */
export interface StoredRequest {
  /** The first request of a session is 1; each later one is the next number. */
  readonly seq: number;
  readonly position: number;
  /** `end`, `finalize` or `configure`, with its details. */
  readonly data: Json;
}

/** Where a session stands. */
export interface StoredSession {
  /** As the first call that named this session described it: its format and parameters. */
  readonly description: Json;
  /** As the last `confirm()` left it; `undefined` before the first. */
  readonly state: Json | undefined;
  /** Everything before it is confirmed, and gone. */
  readonly confirmed: number;
  /** Where the next block goes; everything from `confirmed` to here should be there to read. */
  readonly end: number;
  /** The number of the last final. */
  readonly finals: number;
  /** The number of the last request. */
  readonly requests: number;
  /** The number of the last request that was carried out. */
  readonly doneRequest: number;
  /** It was released for good: nobody has to own it any more. */
  readonly isEnded: boolean;
}

/** What a holder asks for. */
export interface LeaseRequest {
  readonly holder: string;
  /** Kept if the session is new, otherwise ignored. */
  readonly description: Json;
  /** The epoch of the lease will be greater: after {@link Refusal} `forgotten`, that of the lease which was forgotten. */
  readonly afterEpoch?: number;
  /** The next final gets a greater number: readers see the hole that forgotten finals have left. */
  readonly afterFinal?: number;
}

/** A lease, and where the session stands. */
export interface Opened {
  readonly lease: Lease;
  readonly session: StoredSession;
}

/** Somebody else holds the lease, for so many milliseconds if it is not renewed. */
export interface Held {
  readonly heldMs: number;
}

/** What an owner confirms. */
export interface Confirmation {
  /**
   * The first confirmation of a lease is 1; each later one is the next number. One that is not greater than the last was made before: it
   * changes nothing, however late it comes, and all its finals are refused.
   */
  readonly number: number;
  /** Everything before it is confirmed; never lowers what was. */
  readonly position: number;
  readonly finals: readonly NewFinal[];
  /** What the next owner must know to go on exactly here. */
  readonly state: Json;
}

/** The outcome of a confirmation. */
export interface Confirmed {
  /** What was confirmed before. */
  readonly previous: number;
  /**
   * The number of each final, in the order in which they were given; `undefined` where it was refused, because its end is not beyond
   * the last published end of its channel or the confirmation was made before.
   */
  readonly seqs: readonly (number | undefined)[];
}

/** The outcome of an append. */
export interface Appended {
  /** Where the session's audio ended before. */
  readonly previousEnd: number;
  /** Where it ends now. */
  readonly end: number;
  /** What is confirmed: the audio before it need not be kept by its writer. */
  readonly confirmed: number;
}

/** Audio and requests, as an owner reads them. */
export interface StoredAudio {
  /** In order. A gap between two of them, or behind the last up to `end`, is audio that the store does not have (any more). */
  readonly blocks: readonly StoredBlock[];
  /** Behind the last block of the session. */
  readonly end: number;
  readonly confirmed: number;
  /** Those with a higher number than asked for, in order. */
  readonly requests: readonly StoredRequest[];
}

/** What a reader gets. */
export interface Published {
  /** In order. */
  readonly finals: readonly StoredFinal[];
  /** What the owner showed last: interim texts and status; best effort. */
  readonly shown: Json | undefined;
  readonly isEnded: boolean;
}

/** A store for sessions that outlive their process. All methods may be called for many sessions at once. */
export interface AudioStore {
  /** How long a lease lasts, in milliseconds, by the store's own clock: a new owner waits at most so long for one that died. */
  readonly leaseMs: number;
  /** Everything of a session is gone so many milliseconds after its last write or renewal, also after a crash of all its processes. */
  readonly expireMs: number;

  /**
   * Takes the ownership of a session, which is created if it does not exist. The holder of the present lease gets a lease at once, with
   * the same epoch, so that a call whose answer was lost can be repeated. An ended session can be owned again, and is then not ended.
   */
  open(id: string, request: LeaseRequest): Promise<Opened | Held>;

  /**
   * Takes the writer's role, which is created with the session if need be; the writer before is fenced at once. A repeated call of the same holder gets the
   * same epoch.
   */
  openWriter(id: string, request: LeaseRequest): Promise<Opened>;

  /**
   * Takes the ownership of some session that has audio beyond what is confirmed, or a request beyond `doneRequest`, and neither an
   * owner nor an end. `undefined`: there is none. Of several claimants only one gets it.
   */
  claim(holder: string): Promise<Opened | undefined>;

  /**
   * Writer: adds a block, unless it begins before the present end: then nothing is added, and the answer says where to go on. A block that
   * begins behind it leaves a gap. Blocks that end at or before `keepFrom` are let go, confirmed or not.
   */
  append(writer: Lease, block: StoredBlock, keepFrom?: number): Promise<Appended | Refusal>;

  /** Writer: leaves a request for the owner. One whose number is not greater than the last is not added again. */
  request(writer: Lease, request: StoredRequest): Promise<Refusal | undefined>;

  /**
   * Reads blocks that end behind `from`, up to about `maxBytes` and at least one, and requests with a number above `afterRequest`. The
   * first block may begin before `from`. Needs no lease.
   */
  read(id: string, from: number, afterRequest: number, maxBytes: number): Promise<StoredAudio>;

  /**
   * Owner: publishes finals, keeps the state, advances what is confirmed and lets go of the audio before it, all in one atomic step. Renews
   * the lease. A lease whose time has passed is good as long as nobody has a newer one.
   */
  confirm(owner: Lease, confirmation: Confirmation): Promise<Confirmed | Refusal>;

  /** Owner: begins the time of the lease anew; `doneRequest` is the number of the last request that was carried out. */
  renew(owner: Lease, doneRequest: number): Promise<Refusal | undefined>;

  /**
   * Owner: gives the lease back, so that the next owner need not wait for its time. `isEnded`: nobody has to go on. Of a lease that is held no longer, nothing.
   */
  release(owner: Lease, isEnded: boolean): Promise<void>;

  /** Owner: shows readers something until the next call; best effort. */
  show(owner: Lease, shown: Json): Promise<void>;

  /** Published finals with a number above `after`, at most `limit`, and what is shown. Needs no lease. */
  published(id: string, after: number, limit: number): Promise<Published>;
}
