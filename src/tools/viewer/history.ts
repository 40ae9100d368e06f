/**
 * What the viewer knows of a session, live or recorded: states, marks, events including ignored ones, texts, the ledger, and the
 * loudness of sent audio. All of it is bounded; none of it is audio.
 */
import type { AudioLedger, ConnectionState, Transcript, Word } from '../../index.ts';
import { detailOf, inSeconds, nameOf } from './words.ts';

/** Lasts from `atMs` to the next one. */
export interface Span {
  state: ConnectionState;
  atMs: number;
}

export type MarkKind = 'opened' | 'lost' | 'keep-alive' | 'dropped' | 'closing' | 'note';

/** How late a text came, behind the end of its last word. */
export interface Lateness {
  atMs: number;
  lateMs: number;
  isFinal: boolean;
}

/** A moment on the timeline. */
export interface Mark {
  kind: MarkKind;
  atMs: number;
  text: string;
}

/** A line of the log. */
export interface Entry {
  atMs: number;
  /** An event of the machine, one that it ignored, a notice of the session, or a note of the app. */
  kind: 'event' | 'ignored' | 'warning' | 'error' | 'info' | 'note';
  name: string;
  detail: string;
  /** The target state, if any. */
  to: ConnectionState | undefined;
  /** The transitions of an event, by id; see `statechart/graph.ts`. */
  took?: readonly string[];
}

/** A text, when it came. Of an interim there are no words. */
export interface Heard extends Pick<Transcript, 'id' | 'final' | 'text' | 'connection'> {
  atMs: number;
  words: readonly Word[];
}

export type News =
  | { type: 'state'; span: Span }
  /** By id; see `statechart/graph.ts`. */
  | { type: 'transitions'; ids: readonly string[] }
  | { type: 'entry'; entry: Entry }
  | { type: 'mark'; mark: Mark }
  | { type: 'transcript'; heard: Heard }
  /** The last entry, after the last state. */
  | { type: 'ended' };

/** Short enough to show syllables, long enough to be one bar on a screen. */
export const CELL_MS = 100;

/** Maximum entries of each list. */
const MAX_KEPT = 1_000;
/** An hour of speech, at a text a second. */
const MAX_TEXTS = 3_600;
const MAX_CELLS = 36_000;

/** A silence that began before is not looked for. */
const LONGEST_SILENCE_MS = 60_000;

const CONNECTED: readonly (ConnectionState | undefined)[] = ['streaming', 'idle-keepalive', 'draining'];

export abstract class History {
  readonly spans: Span[] = [];
  readonly marks: Mark[] = [];
  readonly entries: Entry[] = [];
  readonly latenesses: Lateness[] = [];
  readonly texts: Heard[] = [];
  /** By number of the cell: the maximum loudness of sent audio, 0 to 1. */
  readonly loudness = new Map<number, number>();
  /** How the session ended, in words. */
  ending: string | undefined;
  readonly #ledgers: { atMs: number; ledger: AudioLedger }[] = [];
  #lostAtMs: number | undefined;

  /** The ledger of now. */
  protected abstract get ledger(): AudioLedger;

  /** The end of the picture. */
  abstract get presentMs(): number;

  /** Nothing changes any more. */
  abstract get isStill(): boolean;

  /** The number of the attempt; `undefined` where there is nothing to try, or nothing was tried in vain. */
  abstract get attempt(): number | undefined;

  /** How long until the next attempt; `undefined` while none waits. */
  abstract get retryInMs(): number | undefined;

  /** Called for every new entry. */
  protected abstract tell(news: News): void;

  /** The state at a moment; of `undefined`, the last one. */
  stateAt(atMs = Infinity): ConnectionState {
    return (this.spans.findLast((span) => span.atMs <= atMs) ?? this.spans[0])?.state ?? 'dormant';
  }

  /** The ledger at a moment; of `undefined`, that of now. */
  ledgerAt(atMs?: number): AudioLedger {
    if (atMs === undefined) return this.ledger;
    const known = this.#ledgers.findLast((each) => each.atMs <= atMs);
    return known?.ledger ?? { ...this.ledger, accepted: 0, confirmed: 0, pending: 0, dropped: 0 };
  }

  /** The time since the last frame, to a tenth of a second; `undefined` without a connection. */
  silenceAt(atMs: number): number | undefined {
    if (!CONNECTED.includes(this.stateAt(atMs))) return undefined;
    const mark = this.marks.findLast(
      ({ kind, atMs: markedMs }) => markedMs <= atMs && (kind === 'keep-alive' || kind === 'opened'),
    );
    const sinceMs = Math.max(mark?.atMs ?? 0, atMs - LONGEST_SILENCE_MS);
    for (let cell = Math.floor(atMs / CELL_MS); cell * CELL_MS > sinceMs; cell -= 1) {
      if (this.loudness.has(cell)) return Math.max(0, atMs - (cell + 1) * CELL_MS);
    }
    return atMs - sinceMs;
  }

  protected enter(state: ConnectionState, atMs: number): void {
    const span = { state, atMs };
    keep(this.spans, span);
    this.tell({ type: 'state', span });
  }

  protected mark(kind: MarkKind, text: string, atMs: number): void {
    const mark = { kind, atMs, text };
    keep(this.marks, mark);
    this.weigh(atMs);
    this.tell({ type: 'mark', mark });
  }

  protected add(added: Omit<Entry, 'to'> & Partial<Pick<Entry, 'to'>>): void {
    const entry = { to: undefined, ...added };
    keep(this.entries, entry);
    this.weigh(entry.atMs);
    this.tell({ type: 'entry', entry });
  }

  /** An event of the machine has had all its effects. */
  protected conclude(
    event: { type: string },
    {
      atMs,
      state,
      ids,
      isIgnored,
    }: { atMs: number; state: ConnectionState; ids: readonly string[]; isIgnored: boolean },
  ): void {
    const hasMoved = state !== this.stateAt();
    if (ids.length > 0) this.tell({ type: 'transitions', ids });
    if (hasMoved) this.enter(state, atMs);
    this.add({
      atMs,
      kind: isIgnored ? 'ignored' : 'event',
      name: nameOf(event.type),
      detail: this.#consequenceOf(event, atMs) || detailOf(event),
      to: hasMoved ? state : undefined,
      took: ids,
    });
  }

  protected hear({ id, final, text, connection, words }: Transcript, atMs: number): void {
    const heard = { atMs, id, final, text, connection, words: final ? words : [] };
    keep(this.texts, heard, MAX_TEXTS);
    this.weigh(atMs);
    this.tell({ type: 'transcript', heard });
  }

  protected hearSound(level: number, atMs: number): void {
    const cell = Math.floor(atMs / CELL_MS);
    this.loudness.set(cell, Math.max(level, this.loudness.get(cell) ?? 0));
    const [oldest] = this.loudness.keys();
    if (this.loudness.size > MAX_CELLS && oldest !== undefined) this.loudness.delete(oldest);
  }

  /** Adds marks, and describes the effects that need more than one event, such as an outage. */
  #consequenceOf(event: { type: string }, atMs: number): string {
    switch (event.type) {
      case 'socket.ended':
      case 'socket.stalled':
        this.#lostAtMs ??= atMs;
        this.mark('lost', detailOf(event), atMs);
        return '';
      case 'socket.opened': {
        const outageMs = this.#lostAtMs === undefined ? undefined : atMs - this.#lostAtMs;
        this.#lostAtMs = undefined;
        const text = outageMs === undefined ? '' : `connected again after ${inSeconds(outageMs, 2)}`;
        this.mark('opened', text || 'connected', atMs);
        return text;
      }
      case 'user.close':
        this.mark('closing', 'closing', atMs);
        return '';
      default:
        return '';
    }
  }

  /** Keeps the ledger of this moment, which may be chosen later. */
  protected weigh(atMs: number): void {
    if (this.#ledgers.at(-1)?.atMs === atMs) this.#ledgers.pop();
    keep(this.#ledgers, { atMs, ledger: this.ledger }, MAX_TEXTS);
  }
}

export function keep<Item>(list: Item[], item: Item, most = MAX_KEPT): void {
  list.push(item);
  if (list.length > most) list.shift();
}
