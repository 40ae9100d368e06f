/** The changes of a session as records, and the session made of them. The same records make the same session. */
import type { Json, StoredBlock, StoredFinal, StoredRequest, StoredSession } from '../audio-store.ts';

/** The holder of a role. */
export interface Role {
  epoch: number;
  holder: string;
}

/** A session without its audio, requests and finals. */
export interface SessionHead {
  id: string;
  description: Json;
  state?: Json | undefined;
  confirmed: number;
  end: number;
  lastFinal: number;
  lastRequest: number;
  doneRequest: number;
  isEnded: boolean;
  /** The number of the present owner's last confirmation. */
  confirmations: number;
  owner: Role;
  writer: Role;
  /** Channel, and the end of its last final. */
  published: [number, number][];
}

/** One entry of a session's file; the bytes of `audio` follow it. */
export type SessionRecord =
  | { kind: 'head'; head: SessionHead }
  | { kind: 'role'; role: 'owner' | 'writer'; holder: string; epoch: number; lastFinal: number }
  | { kind: 'released'; isEnded: boolean }
  | { kind: 'audio'; position: number; end: number; capturedAt?: number | undefined; keepFrom: number }
  | { kind: 'confirmed'; number: number; position: number; state: Json; finals: readonly StoredFinal[] }
  | { kind: 'finals'; finals: readonly StoredFinal[] }
  | { kind: 'request'; request: StoredRequest }
  | { kind: 'done'; request: number }
  | { kind: 'alive' };

export class RecordedSession {
  readonly head: SessionHead;
  readonly published: Map<number, number>;
  blocks: StoredBlock[] = [];
  readonly requests: StoredRequest[] = [];
  readonly finals: StoredFinal[] = [];

  constructor(head: SessionHead) {
    this.head = { ...head };
    this.published = new Map(head.published);
  }

  static empty(id: string, description: Json): RecordedSession {
    return new RecordedSession({
      id,
      description,
      confirmed: 0,
      end: 0,
      lastFinal: 0,
      lastRequest: 0,
      doneRequest: 0,
      isEnded: false,
      confirmations: 0,
      owner: { epoch: 0, holder: '' },
      writer: { epoch: 0, holder: '' },
      published: [],
    });
  }

  apply(record: SessionRecord, bytes: Uint8Array): void {
    const { head } = this;
    switch (record.kind) {
      case 'head':
        return;
      case 'role':
        if (record.role === 'owner') {
          if (record.epoch !== head.owner.epoch) head.confirmations = 0;
          head.isEnded = false;
          head.lastFinal = record.lastFinal;
        }
        head[record.role] = { holder: record.holder, epoch: record.epoch };
        return;
      case 'released':
        head.owner = { ...head.owner, holder: '' };
        head.isEnded = record.isEnded;
        return;
      case 'audio': {
        const { position, end, capturedAt, keepFrom } = record;
        if (end > head.confirmed && end > position) this.blocks.push({ position, end, capturedAt, bytes });
        head.end = Math.max(head.end, end);
        this.#letGo(keepFrom);
        return;
      }
      case 'confirmed':
        head.confirmations = record.number;
        head.state = record.state;
        head.confirmed = Math.max(head.confirmed, record.position);
        head.end = Math.max(head.end, head.confirmed);
        this.#publish(record.finals);
        this.#letGo(head.confirmed);
        return;
      case 'finals':
        this.#publish(record.finals);
        return;
      case 'request':
        head.lastRequest = record.request.seq;
        this.requests.push(record.request);
        return;
      case 'done':
        head.doneRequest = record.request;
        return;
      case 'alive':
        return;
      default:
        record satisfies never;
    }
  }

  /** The records that make this session, without obsolete ones. */
  *records(): Generator<[SessionRecord, Uint8Array?]> {
    yield [{ kind: 'head', head: { ...this.head, published: [...this.published] } }];
    if (this.finals.length > 0) yield [{ kind: 'finals', finals: this.finals }];
    for (const request of this.requests) yield [{ kind: 'request', request }];
    for (const { position, end, capturedAt, bytes } of this.blocks)
      yield [{ kind: 'audio', position, end, capturedAt, keepFrom: 0 }, bytes];
  }

  get isPending(): boolean {
    const { end, confirmed, lastRequest, doneRequest, isEnded } = this.head;
    return !isEnded && (end > confirmed || lastRequest > doneRequest);
  }

  get shown(): StoredSession {
    const { description, state, confirmed, end, lastFinal, lastRequest, doneRequest, isEnded } = this.head;
    const known = { description, state, confirmed, end, doneRequest, isEnded };
    return structuredClone({ ...known, finals: lastFinal, requests: lastRequest });
  }

  #publish(finals: readonly StoredFinal[]): void {
    for (const final of finals) {
      this.finals.push(final);
      this.published.set(final.channel, Math.max(final.end, this.published.get(final.channel) ?? 0));
      this.head.lastFinal = Math.max(this.head.lastFinal, final.seq);
    }
  }

  #letGo(to: number): void {
    const kept = this.blocks.findIndex(({ end }) => end > to);
    if (kept !== 0) this.blocks = kept === -1 ? [] : this.blocks.slice(kept);
  }
}
