/**
 * An {@link AudioStore} in the memory of one process, for tests. Its data outlives a session, like that of a server, and the test
 * controls its clock. Arguments and answers are copied, as on a network.
 */
import type { Clock } from '../../clock.ts';
import type {
  Appended,
  AudioStore,
  Confirmation,
  Confirmed,
  Held,
  Json,
  Lease,
  LeaseRequest,
  NewFinal,
  Opened,
  Published,
  Refusal,
  StoredAudio,
  StoredBlock,
  StoredFinal,
  StoredRequest,
} from '../../store/audio-store.ts';

/** Options of {@link memoryStore}, in milliseconds. */
export interface MemoryStoreOptions {
  clock: Clock;
  /** @defaultValue `3000` */
  leaseMs?: number;
  /** @defaultValue `3600000`: an hour */
  expireMs?: number;
}

interface Role {
  epoch: number;
  holder: string;
  heldUntil: number;
}

interface Session {
  description: Json;
  state: Json | undefined;
  confirmed: number;
  end: number;
  lastFinal: number;
  /** Of the present owner. */
  confirmations: number;
  doneRequest: number;
  isEnded: boolean;
  owner: Role;
  writer: Role;
  blocks: StoredBlock[];
  requests: StoredRequest[];
  finals: StoredFinal[];
  publishedTo: Map<number, number>;
  shown: Json | undefined;
  expiresAt: number;
}

/** A store that lives as long as this object. */
export function memoryStore(options: MemoryStoreOptions): AudioStore {
  return new MemoryStore(options);
}

class MemoryStore implements AudioStore {
  readonly leaseMs: number;
  readonly expireMs: number;
  readonly #clock: Clock;
  readonly #sessions = new Map<string, Session>();

  constructor({ clock, leaseMs = 3_000, expireMs = 3_600_000 }: MemoryStoreOptions) {
    this.#clock = clock;
    this.leaseMs = leaseMs;
    this.expireMs = expireMs;
  }

  async open(id: string, request: LeaseRequest): Promise<Opened | Held> {
    const session = this.#create(id, request.description);
    const { owner } = session;
    if (!this.#isFree(owner) && owner.holder !== request.holder)
      return { heldMs: owner.heldUntil - this.#clock.now() };
    session.isEnded = false;
    return this.#own(id, session, request);
  }

  async openWriter(id: string, request: LeaseRequest): Promise<Opened> {
    const session = this.#create(id, request.description);
    const lease = take(id, session.writer, request);
    return { lease, session: shown(session) };
  }

  async claim(holder: string): Promise<Opened | undefined> {
    for (const [id, known] of this.#sessions) {
      const session = this.#find(id);
      if (!session || known.isEnded || !this.#isFree(session.owner)) continue;
      if (session.end > session.confirmed || lastRequestOf(session) > session.doneRequest)
        return this.#own(id, session, { holder, description: null });
    }
    return undefined;
  }

  async append(writer: Lease, block: StoredBlock, keepFrom = 0): Promise<Appended | Refusal> {
    const session = this.#find(writer.id);
    const refusal = refusalOf(session?.writer, writer);
    if (refusal || !session) return refusal ?? 'forgotten';
    this.#touch(session);
    const previousEnd = session.end;
    if (block.position >= previousEnd && block.end > block.position) {
      if (block.end > session.confirmed)
        session.blocks.push({ ...block, bytes: new Uint8Array(block.bytes) });
      session.end = block.end;
    }
    session.blocks = session.blocks.filter(({ end }) => end > keepFrom);
    return { previousEnd, end: session.end, confirmed: session.confirmed };
  }

  async request(writer: Lease, request: StoredRequest): Promise<Refusal | undefined> {
    const session = this.#find(writer.id);
    const refusal = refusalOf(session?.writer, writer);
    if (refusal || !session) return refusal ?? 'forgotten';
    this.#touch(session);
    if (request.seq > lastRequestOf(session)) session.requests.push(structuredClone(request));
    return undefined;
  }

  async read(id: string, from: number, afterRequest: number, maxBytes: number): Promise<StoredAudio> {
    const session = this.#find(id);
    if (!session) return { blocks: [], end: 0, confirmed: 0, requests: [] };
    const blocks: StoredBlock[] = [];
    let bytes = 0;
    for (const block of session.blocks) {
      if (block.end <= from) continue;
      if (blocks.length > 0 && bytes + block.bytes.byteLength > maxBytes) break;
      bytes += block.bytes.byteLength;
      blocks.push({ ...block, bytes: new Uint8Array(block.bytes) });
    }
    const requests = session.requests.filter(({ seq }) => seq > afterRequest);
    return { blocks, end: session.end, confirmed: session.confirmed, requests: structuredClone(requests) };
  }

  async confirm(owner: Lease, confirmation: Confirmation): Promise<Confirmed | Refusal> {
    const session = this.#find(owner.id);
    const refusal = refusalOf(session?.owner, owner);
    if (refusal || !session) return refusal ?? 'forgotten';
    this.#touch(session);
    session.owner.heldUntil = this.#clock.now() + this.leaseMs;
    const { number, position, finals, afterFinal = 0, state } = structuredClone(confirmation);
    const previous = session.confirmed;
    if (number <= session.confirmations) return { previous, seqs: finals.map(() => undefined) };
    session.confirmations = number;
    session.lastFinal = Math.max(session.lastFinal, afterFinal);
    const seqs = finals.map((final) => publish(session, final));
    session.state = state;
    session.confirmed = Math.max(previous, position);
    session.end = Math.max(session.end, session.confirmed);
    session.blocks = session.blocks.filter(({ end }) => end > session.confirmed);
    return { previous, seqs };
  }

  async renew(owner: Lease, doneRequest: number): Promise<Refusal | undefined> {
    const session = this.#find(owner.id);
    const refusal = refusalOf(session?.owner, owner);
    if (refusal || !session) return refusal ?? 'forgotten';
    this.#touch(session);
    session.owner.heldUntil = this.#clock.now() + this.leaseMs;
    session.doneRequest = Math.max(session.doneRequest, doneRequest);
    return undefined;
  }

  async release(owner: Lease, isEnded: boolean): Promise<void> {
    const session = this.#find(owner.id);
    if (!session || refusalOf(session.owner, owner)) return;
    session.owner.heldUntil = -Infinity;
    session.owner.holder = '';
    session.isEnded = isEnded;
  }

  async show(owner: Lease, shownNow: Json): Promise<void> {
    const session = this.#find(owner.id);
    if (session && !refusalOf(session.owner, owner)) session.shown = structuredClone(shownNow);
  }

  async published(id: string, after: number, limit: number): Promise<Published> {
    const session = this.#find(id);
    if (!session) return { finals: [], shown: undefined, isEnded: false };
    const finals = session.finals.filter(({ seq }) => seq > after).slice(0, limit);
    return structuredClone({ finals, shown: session.shown, isEnded: session.isEnded });
  }

  #own(id: string, session: Session, request: LeaseRequest): Opened {
    const before = session.owner.epoch;
    const lease = take(id, session.owner, request);
    if (lease.epoch !== before) session.confirmations = 0;
    session.lastFinal = Math.max(session.lastFinal, request.afterFinal ?? 0);
    session.owner.heldUntil = this.#clock.now() + this.leaseMs;
    return { lease, session: shown(session) };
  }

  #isFree({ heldUntil }: Role): boolean {
    return heldUntil <= this.#clock.now();
  }

  #find(id: string): Session | undefined {
    const session = this.#sessions.get(id);
    if (!session || session.expiresAt > this.#clock.now()) return session;
    this.#sessions.delete(id);
    return undefined;
  }

  #create(id: string, description: Json): Session {
    let session = this.#find(id);
    if (!session) {
      session = {
        description: structuredClone(description),
        state: undefined,
        confirmed: 0,
        end: 0,
        lastFinal: 0,
        confirmations: 0,
        doneRequest: 0,
        isEnded: false,
        owner: { epoch: 0, holder: '', heldUntil: -Infinity },
        writer: { epoch: 0, holder: '', heldUntil: -Infinity },
        blocks: [],
        requests: [],
        finals: [],
        publishedTo: new Map(),
        shown: undefined,
        expiresAt: 0,
      };
      this.#sessions.set(id, session);
    }
    this.#touch(session);
    return session;
  }

  #touch(session: Session): void {
    session.expiresAt = this.#clock.now() + this.expireMs;
  }
}

function take(id: string, role: Role, { holder, afterEpoch = 0 }: LeaseRequest): Lease {
  if (role.holder !== holder || role.epoch <= afterEpoch) role.epoch = Math.max(role.epoch, afterEpoch) + 1;
  role.holder = holder;
  return { id, holder, epoch: role.epoch };
}

function refusalOf(role: Role | undefined, { holder, epoch }: Lease): Refusal | undefined {
  if (!role || role.epoch < epoch) return 'forgotten';
  return role.epoch > epoch || role.holder !== holder ? 'fenced' : undefined;
}

function lastRequestOf({ requests }: Session): number {
  return requests.at(-1)?.seq ?? 0;
}

/** The number of the final, or `undefined` if its channel has been published beyond its end. */
function publish(session: Session, final: NewFinal): number | undefined {
  if (final.end <= (session.publishedTo.get(final.channel) ?? -Infinity)) return undefined;
  session.publishedTo.set(final.channel, final.end);
  session.lastFinal += 1;
  const seq = session.lastFinal;
  session.finals.push({ ...final, seq });
  return seq;
}

function shown(session: Session): Opened['session'] {
  const { description, state, confirmed, end, doneRequest, isEnded } = session;
  return structuredClone({
    description,
    state,
    confirmed,
    end,
    finals: session.lastFinal,
    requests: lastRequestOf(session),
    doneRequest,
    isEnded,
  });
}
