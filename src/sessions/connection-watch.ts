/** The connections of one session, one after the other, from its status. */
import type { ConnectionEnd, ConnectionState, Status } from '../index.ts';

/** One attempt, and the connection that came of it. Times are milliseconds since 1970. */
export interface ConnectionRecord {
  /** When the attempt began; a wait for a place is not part of it. */
  beganAt: number;
  /** `undefined`: it never opened. */
  openedAt: number | undefined;
  endedAt: number;
  /** From 1; `undefined` where it never opened. */
  connection: number | undefined;
  /** Deepgram's id, where the platform shows it. */
  requestId: string | undefined;
  /** `undefined`: we ended it. */
  end: ConnectionEnd | undefined;
}

const OPENING: ReadonlySet<ConnectionState> = new Set(['connecting', 'reconnecting']);
const OPEN: ReadonlySet<ConnectionState> = new Set(['streaming', 'idle-keepalive', 'draining']);

export class ConnectionWatch {
  readonly #ended: (record: ConnectionRecord) => void;
  #present: Omit<ConnectionRecord, 'endedAt' | 'end'> | undefined;
  #lastEnd: ConnectionEnd | undefined;

  constructor(ended: (record: ConnectionRecord) => void) {
    this.#ended = ended;
  }

  status(status: Status, at: number): void {
    const { state, lastEnd } = status;
    const isOpening = OPENING.has(state);
    const isNewEnd = lastEnd !== undefined && lastEnd !== this.#lastEnd;
    this.#lastEnd = lastEnd;
    if (state === 'queued') this.#present = undefined;
    else if (isNewEnd) this.#end(at, lastEnd);
    else if (!OPEN.has(state) && !(isOpening && this.#present?.openedAt === undefined))
      this.#end(at, undefined);
    if (isOpening) {
      this.#present ??= { beganAt: at, openedAt: undefined, connection: undefined, requestId: undefined };
    } else if (OPEN.has(state) && this.#present) this.#present.openedAt ??= at;
    if (status.phase === 'open' && this.#present) {
      this.#present.connection = status.connection;
      this.#present.requestId = status.requestId;
    }
  }

  #end(endedAt: number, end: ConnectionEnd | undefined): void {
    const present = this.#present;
    this.#present = undefined;
    if (present) this.#ended({ ...present, endedAt, end });
  }
}
