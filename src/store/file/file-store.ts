/** Sessions in a folder, for one process at a time. All sessions are in memory, too; the file of each records its changes. */
import { createHash } from 'node:crypto';
import { mkdir, readdir, realpath, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../../clock.ts';
import type {
  Appended,
  AudioStore,
  Confirmation,
  Confirmed,
  Held,
  Json,
  Lease,
  LeaseRequest,
  Opened,
  Published,
  Refusal,
  StoredAudio,
  StoredBlock,
  StoredFinal,
  StoredRequest,
} from '../audio-store.ts';
import { lockFolder } from './folder-lock.ts';
import { readRecords, RecordFile } from './record-file.ts';
import { RecordedSession, type Role, type SessionRecord } from './session-record.ts';

/** Options of {@link fileStore}. */
export interface FileStoreOptions {
  /**
   * How long written data may take to reach the disk, in milliseconds. It matters only if the machine crashes: written data
   * survives the process. `0`: a call is answered when its data is on the disk; `Infinity`: left to the system.
   * @defaultValue `1000`
   */
  syncMs?: number;
  /**
   * How long a session object that stops renewing keeps the ownership, in milliseconds; 100 to 60000. The next process need not
   * wait.
   * @defaultValue `3000`
   */
  leaseMs?: number;
  /**
   * A session expires after this many milliseconds without a write, and its file is deleted later; 1000 to 31536000000.
   * @defaultValue `604800000`: a week
   */
  expireMs?: number;
}

/** A store in a folder. */
export interface FileStore extends AudioStore {
  /** Writes the remaining data, and releases the folder for another process. Sessions that have not ended stay in it. */
  close(): Promise<void>;
}

/**
 * Keeps sessions in a folder, so that they survive a crash of their process: for desktop apps and single servers. The folder is
 * created, readable by its owner only. After a crash `claim()` returns the sessions with unconfirmed audio. The file of a session
 * is deleted when it has ended.
 *
 * Calls reject while another process uses the folder, and if a file cannot be written; the next call writes the data again.
 *
 * @throws RangeError for an option out of its range.
 */
export function fileStore(folder: string, options: FileStoreOptions = {}): FileStore {
  return new FolderStore(folder, options);
}

interface Entry {
  session: RecordedSession;
  file: RecordFile;
  /** Time on the clock. */
  heldUntil: number;
  expiresAt: number;
  writtenAt: number;
  shown: Json | undefined;
}

const EXTENSION = '.session';
const NO_BYTES = new Uint8Array();

class FolderStore implements FileStore {
  readonly leaseMs: number;
  readonly expireMs: number;
  readonly #syncMs: number;
  readonly #folder: string;
  readonly #clock = systemClock;
  readonly #entries = new Map<string, Entry>();
  #opening: Promise<() => Promise<void>> | undefined;

  constructor(folder: string, { syncMs = 1_000, leaseMs = 3_000, expireMs = 604_800_000 }: FileStoreOptions) {
    this.#folder = folder;
    this.#syncMs = within('syncMs', syncMs, 0, Infinity);
    this.leaseMs = within('leaseMs', leaseMs, 100, 60_000);
    this.expireMs = within('expireMs', expireMs, 1_000, 31_536_000_000);
  }

  async open(id: string, request: LeaseRequest): Promise<Opened | Held> {
    await this.#ready();
    const entry = this.#create(id, request.description);
    const heldMs = entry.heldUntil - this.#clock.now();
    if (heldMs > 0 && entry.session.head.owner.holder !== request.holder) return { heldMs };
    return this.#own(entry, request);
  }

  async openWriter(id: string, request: LeaseRequest): Promise<Opened> {
    await this.#ready();
    const entry = this.#create(id, request.description);
    return this.#take(entry, 'writer', request);
  }

  async claim(holder: string): Promise<Opened | undefined> {
    await this.#ready();
    for (const id of this.#entries.keys()) {
      const entry = this.#find(id);
      if (entry?.session.isPending && entry.heldUntil <= this.#clock.now())
        return this.#own(entry, { holder, description: null });
    }
    return undefined;
  }

  async append(writer: Lease, block: StoredBlock, keepFrom = 0): Promise<Appended | Refusal> {
    await this.#ready();
    const entry = this.#find(writer.id);
    const refusal = refusalOf(entry?.session.head.writer, writer);
    if (!entry || refusal) return refusal ?? 'forgotten';
    const { head, blocks } = entry.session;
    const previousEnd = head.end;
    const { position, end, capturedAt, bytes } = block;
    const isNew = position >= previousEnd && end > position;
    if (isNew) this.#record(entry, { kind: 'audio', position, end, capturedAt, keepFrom }, bytes.slice());
    else if (blocks[0] && blocks[0].end <= keepFrom)
      this.#record(entry, { kind: 'audio', position: 0, end: 0, keepFrom });
    const answer = { previousEnd, end: head.end, confirmed: head.confirmed };
    await this.#written(entry);
    return answer;
  }

  async request(writer: Lease, request: StoredRequest): Promise<Refusal | undefined> {
    await this.#ready();
    const entry = this.#find(writer.id);
    const refusal = refusalOf(entry?.session.head.writer, writer);
    if (!entry || refusal) return refusal ?? 'forgotten';
    if (request.seq > entry.session.head.lastRequest)
      this.#record(entry, { kind: 'request', request: structuredClone(request) });
    await this.#written(entry);
    return undefined;
  }

  async read(id: string, from: number, afterRequest: number, maxBytes: number): Promise<StoredAudio> {
    await this.#ready();
    const session = this.#find(id)?.session;
    if (!session) return { blocks: [], end: 0, confirmed: 0, requests: [] };
    const { end, confirmed } = session.head;
    const requests = structuredClone(session.requests.filter(({ seq }) => seq > afterRequest));
    const blocks: StoredBlock[] = [];
    let size = 0;
    for (const block of session.blocks) {
      if (block.end <= from) continue;
      size += block.bytes.length;
      if (blocks.length > 0 && size > maxBytes) break;
      blocks.push({ ...block, bytes: block.bytes.slice() });
    }
    return { blocks, end, confirmed, requests };
  }

  async confirm(owner: Lease, confirmation: Confirmation): Promise<Confirmed | Refusal> {
    await this.#ready();
    const entry = this.#find(owner.id);
    const refusal = refusalOf(entry?.session.head.owner, owner);
    if (!entry || refusal) return refusal ?? 'forgotten';
    entry.heldUntil = this.#clock.now() + this.leaseMs;
    const { head, published } = entry.session;
    const previous = head.confirmed;
    const { number, position, state, finals, afterFinal = 0 } = structuredClone(confirmation);
    const lastFinal = Math.max(head.lastFinal, afterFinal);
    const isRepeat = number <= head.confirmations;
    const ends = new Map(published);
    const accepted: StoredFinal[] = [];
    const seqs = finals.map((final) => {
      if (isRepeat || final.end <= (ends.get(final.channel) ?? -Infinity)) return undefined;
      ends.set(final.channel, final.end);
      accepted.push({ ...final, seq: lastFinal + accepted.length + 1 });
      return accepted.at(-1)?.seq;
    });
    if (!isRepeat) this.#record(entry, { kind: 'confirmed', number, position, state, finals: accepted });
    await this.#written(entry);
    return { previous, seqs };
  }

  async renew(owner: Lease, doneRequest: number): Promise<Refusal | undefined> {
    await this.#ready();
    const entry = this.#find(owner.id);
    const refusal = refusalOf(entry?.session.head.owner, owner);
    if (!entry || refusal) return refusal ?? 'forgotten';
    entry.heldUntil = this.#clock.now() + this.leaseMs;
    if (doneRequest > entry.session.head.doneRequest) {
      this.#record(entry, { kind: 'done', request: doneRequest });
    } else if (this.#clock.now() - entry.writtenAt > this.expireMs / 4) {
      // The age of a file is that of its last write.
      this.#record(entry, { kind: 'alive' });
    }
    await this.#written(entry);
    return undefined;
  }

  async release(owner: Lease, isEnded: boolean): Promise<void> {
    await this.#ready();
    const entry = this.#find(owner.id);
    if (!entry || refusalOf(entry.session.head.owner, owner)) return;
    entry.heldUntil = -Infinity;
    this.#record(entry, { kind: 'released', isEnded });
    if (isEnded) await entry.file.remove();
    else await this.#written(entry);
  }

  async show(owner: Lease, shown: Json): Promise<void> {
    await this.#ready();
    const entry = this.#find(owner.id);
    if (entry && !refusalOf(entry.session.head.owner, owner)) entry.shown = structuredClone(shown);
  }

  async published(id: string, after: number, limit: number): Promise<Published> {
    await this.#ready();
    const entry = this.#find(id);
    if (!entry) return { finals: [], shown: undefined, isEnded: false };
    const finals = entry.session.finals.filter(({ seq }) => seq > after).slice(0, limit);
    return structuredClone({ finals, shown: entry.shown, isEnded: entry.session.head.isEnded });
  }

  async close(): Promise<void> {
    const unlock = await this.#opening?.catch(() => undefined);
    await Promise.all(
      [...this.#entries.values()].map(async ({ file, session }) => {
        if (!session.head.isEnded) await file.close();
      }),
    );
    this.#entries.clear();
    this.#opening = undefined;
    await unlock?.();
  }

  async #ready(): Promise<void> {
    this.#opening ??= this.#recover();
    try {
      await this.#opening;
    } catch (error) {
      // The next call tries again.
      this.#opening = undefined;
      throw error;
    }
  }

  async #recover(): Promise<() => Promise<void>> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const folder = await realpath(this.#folder);
    const unlock = await lockFolder(folder);
    try {
      for (const name of await readdir(folder)) {
        const path = join(folder, name);
        if (name.endsWith(`${EXTENSION}.next`)) await unlink(path);
        else if (name.endsWith(EXTENSION)) await this.#recoverSession(path);
      }
    } catch (error) {
      await unlock();
      throw error;
    }
    return unlock;
  }

  async #recoverSession(path: string): Promise<void> {
    const ageMs = this.#clock.wallTime() - (await stat(path)).mtimeMs;
    const { entries, size } = await readRecords(path);
    const records = entries as [SessionRecord, Uint8Array][];
    const [first] = records[0] ?? [];
    if (ageMs > this.expireMs || first?.kind !== 'head') {
      await unlink(path);
      return;
    }
    const session = new RecordedSession(first.head);
    for (const [record, bytes] of records) session.apply(record, bytes);
    const entry = this.#enter(session, path);
    entry.expiresAt -= ageMs;
    await entry.file.resume(size);
  }

  #create(id: string, description: Json): Entry {
    const known = this.#find(id);
    if (known) return known;
    for (const each of this.#entries.keys()) this.#find(each);
    const name = createHash('sha256').update(id).digest('hex');
    const session = RecordedSession.empty(id, structuredClone(description));
    return this.#enter(session, join(this.#folder, name + EXTENSION));
  }

  #enter(session: RecordedSession, path: string): Entry {
    const now = this.#clock.now();
    const entry: Entry = {
      session,
      file: new RecordFile(path, this.#clock, this.#syncMs, () => session.records()),
      heldUntil: -Infinity,
      expiresAt: now + this.expireMs,
      writtenAt: now,
      shown: undefined,
    };
    this.#entries.set(session.head.id, entry);
    return entry;
  }

  #find(id: string): Entry | undefined {
    const entry = this.#entries.get(id);
    if (!entry || entry.expiresAt > this.#clock.now()) return entry;
    this.#entries.delete(id);
    // A file that cannot be deleted now is deleted at the next start.
    void entry.file.remove().catch(() => undefined);
    return undefined;
  }

  async #own(entry: Entry, request: LeaseRequest): Promise<Opened> {
    entry.heldUntil = this.#clock.now() + this.leaseMs;
    return this.#take(entry, 'owner', request);
  }

  async #take(entry: Entry, role: 'owner' | 'writer', request: LeaseRequest): Promise<Opened> {
    const { holder, afterEpoch = 0, afterFinal = 0 } = request;
    const { head } = entry.session;
    const before = head[role];
    const isSame = before.holder === holder && before.epoch > afterEpoch;
    const epoch = isSame ? before.epoch : Math.max(before.epoch, afterEpoch) + 1;
    const lastFinal = role === 'owner' ? Math.max(head.lastFinal, afterFinal) : head.lastFinal;
    if (!isSame || head.isEnded || lastFinal !== head.lastFinal)
      this.#record(entry, { kind: 'role', role, holder, epoch, lastFinal });
    const session = entry.session.shown;
    await this.#written(entry);
    return { lease: { id: head.id, holder, epoch }, session };
  }

  #record(entry: Entry, record: SessionRecord, bytes = NO_BYTES): void {
    entry.session.apply(record, bytes);
    entry.file.add(record, bytes);
    entry.writtenAt = this.#clock.now();
  }

  async #written(entry: Entry): Promise<void> {
    entry.expiresAt = this.#clock.now() + this.expireMs;
    if (!entry.session.head.isEnded) await entry.file.flush();
  }
}

function refusalOf(role: Role | undefined, { holder, epoch }: Lease): Refusal | undefined {
  if (!role || role.epoch < epoch) return 'forgotten';
  return role.epoch > epoch || role.holder !== holder ? 'fenced' : undefined;
}

function within(name: string, value: number, least: number, most: number): number {
  if (value >= least && value <= most) return value;
  throw new RangeError(`${name} is ${String(value)}. Give a number from ${least} to ${most}.`);
}
