/**
 * The history of a session for the viewer: states, transitions, events including ignored ones, transcripts, notices, and the
 * loudness of sent audio. All of it is bounded; none of it is audio.
 *
 * It reads the machine's inspection events.
 */
import { concat, defer, ignoreElements, tap } from 'rxjs';
import type { InspectedMicrostepEvent, InspectionEvent } from 'xstate';
import type { Clock } from '../../clock.ts';
import type { ConnectionState, LiveTranscription, SessionReport, Status, Transcript } from '../../index.ts';
import { leafState } from '../../connection/index.ts';
import { type Definition, transitionOf } from './statechart/graph.ts';
import type { OutboundMessage, Wire } from './wire.ts';
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
}

export type News =
  | { type: 'state'; span: Span }
  /** By id; see `statechart/graph.ts`. */
  | { type: 'transitions'; ids: readonly string[] }
  | { type: 'entry'; entry: Entry }
  | { type: 'mark'; mark: Mark }
  | { type: 'transcript'; transcript: Transcript }
  /** The last entry, after the last state. */
  | { type: 'ended'; report: SessionReport };

/** Short enough to show syllables, long enough to be one bar on a screen. */
export const CELL_MS = 100;

/** Shown time after the end; then the picture stops. */
const AFTERMATH_MS = 3_000;

/** Maximum entries of each list. */
const MAX_KEPT = 1_000;

export class Chronicle {
  readonly live: LiveTranscription;
  readonly wire: Wire | undefined;
  readonly spans: Span[] = [];
  readonly marks: Mark[] = [];
  readonly entries: Entry[] = [];
  readonly latenesses: Lateness[] = [];
  /** By number of the cell: the maximum loudness of sent audio, 0 to 1. */
  readonly loudness = new Map<number, number>();
  readonly #clock: Clock;
  readonly #beganAt: number;
  readonly #stops: (() => void)[] = [];
  readonly #listener: (news: News) => void;
  #taken: string[] = [];
  #lostAtMs: number | undefined;
  #status: Status | undefined;

  constructor(
    live: LiveTranscription,
    { wire, clock }: { wire: Wire | undefined; clock: Clock },
    listener: (news: News) => void,
  ) {
    this.live = live;
    this.wire = wire;
    this.#clock = clock;
    this.#beganAt = clock.now();
    this.#listener = listener;
    this.#enter(this.state);
    const inspection = live.actor.system.inspect((event) => this.#inspect(event));
    const transcripts = live.transcripts$.subscribe((transcript) => {
      this.#measure(transcript);
      this.#listener({ type: 'transcript', transcript });
    });
    const notices = live.notices$.subscribe(({ code, severity, message, remedy }) => {
      // Its event was added already.
      if (code === 'connection-lost') return;
      if (code === 'audio-dropped') this.#mark('dropped', message);
      this.#tell({ kind: severity, name: code, detail: [message, remedy].filter(Boolean).join(' ') });
    });
    // After the end of a session, close() only returns the report.
    const report$ = concat(
      live.status$.pipe(
        tap((status) => (this.#status = status)),
        ignoreElements(),
      ),
      defer(() => live.close()),
    );
    const ending = report$.subscribe((report) => this.#listener({ type: 'ended', report }));
    for (const each of [inspection, transcripts, notices, ending]) this.#stops.push(() => each.unsubscribe());
    if (wire) this.#stops.push(wire.listen((message) => this.#hear(message)));
  }

  get state(): ConnectionState {
    return leafState(this.live.actor.getSnapshot().value);
  }

  /** Milliseconds since the viewer opened. */
  get nowMs(): number {
    return this.#clock.now() - this.#beganAt;
  }

  /** The end of the picture, in milliseconds since the viewer opened: soon after the end of the session, so that it stays visible. */
  get presentMs(): number {
    return Math.min(this.nowMs, this.#endMs);
  }

  /** Nothing changes any more. */
  get isStill(): boolean {
    return this.nowMs > this.#endMs;
  }

  get #endMs(): number {
    const last = this.spans.at(-1);
    const hasEnded = last?.state === 'closed' || last?.state === 'failed';
    return hasEnded ? last.atMs + AFTERMATH_MS : Infinity;
  }

  /** The number of the attempt; `undefined` where there is nothing to try, or nothing was tried in vain. */
  get attempt(): number | undefined {
    const status = this.#status;
    if (status?.phase === 'recovering') return status.attempt;
    return status?.phase === 'connecting' && status.attempt > 1 ? status.attempt : undefined;
  }

  /** How long until the next attempt; `undefined` while none waits. */
  get retryInMs(): number | undefined {
    const { retryAt } = this.live.actor.getSnapshot().context;
    return retryAt === undefined ? undefined : Math.max(0, retryAt - this.#clock.now());
  }

  /** A line of the app's own. */
  note(text: string): void {
    this.#mark('note', text);
    this.#tell({ kind: 'note', name: text, detail: '' });
  }

  /** Stops watching. */
  stop(): void {
    for (const stop of this.#stops) stop();
  }

  #inspect(event: InspectionEvent): void {
    if (event.actorRef !== this.live.actor) return;
    if (event.type === '@xstate.microstep') this.#taken.push(...this.#transitionsIn(event));
    if (event.type === '@xstate.snapshot') this.#conclude(event.event);
  }

  #transitionsIn({ _transitions }: InspectedMicrostepEvent): string[] {
    const { root } = this.live.actor.logic;
    // The first step has a transition without source.
    const taken = (_transitions as unknown as Partial<Definition>[]).filter(({ source }) => source);
    return taken.map((definition) => transitionOf(definition as Definition, root).id);
  }

  /** An event has had all its effects. */
  #conclude(event: { type: string }): void {
    const ids = this.#taken;
    this.#taken = [];
    const before = this.spans.at(-1)?.state;
    const { state } = this;
    if (ids.length > 0) this.#listener({ type: 'transitions', ids });
    if (state !== before) this.#enter(state);
    this.#tell({
      kind: ids.length > 0 ? 'event' : 'ignored',
      name: nameOf(event.type),
      detail: this.#consequenceOf(event) || detailOf(event),
      to: state === before ? undefined : state,
    });
  }

  /** Adds marks, and entries that need more than one event. */
  #consequenceOf(event: { type: string }): string {
    switch (event.type) {
      case 'socket.ended':
      case 'socket.stalled':
        this.#lostAtMs ??= this.nowMs;
        this.#mark('lost', detailOf(event));
        return '';
      case 'socket.opened': {
        const outageMs = this.#lostAtMs === undefined ? undefined : this.nowMs - this.#lostAtMs;
        this.#lostAtMs = undefined;
        const text = outageMs === undefined ? '' : `connected again after ${inSeconds(outageMs, 2)}`;
        this.#mark('opened', text || 'connected');
        return text;
      }
      case 'user.close':
        this.#mark('closing', 'closing');
        return '';
      default:
        return '';
    }
  }

  #hear({ kind, level }: OutboundMessage): void {
    if (kind === 'keep-alive') this.#mark('keep-alive', 'KeepAlive');
    if (kind !== 'audio') return;
    const cell = Math.floor(this.nowMs / CELL_MS);
    this.loudness.set(cell, Math.max(level, this.loudness.get(cell) ?? 0));
    const [oldest] = this.loudness.keys();
    if (this.loudness.size > 6 * MAX_KEPT && oldest !== undefined) this.loudness.delete(oldest);
  }

  #measure({ words, final: isFinal }: Transcript): void {
    const last = words.at(-1);
    if (last?.capturedAt === undefined) return;
    const spokenAt = last.capturedAt + (last.end - last.start) * 1000;
    keep(this.latenesses, {
      atMs: this.nowMs,
      lateMs: Math.max(0, this.#clock.wallTime() - spokenAt),
      isFinal,
    });
  }

  #enter(state: ConnectionState): void {
    const span = { state, atMs: this.nowMs };
    keep(this.spans, span);
    this.#listener({ type: 'state', span });
  }

  #mark(kind: MarkKind, text: string): void {
    const mark = { kind, atMs: this.nowMs, text };
    keep(this.marks, mark);
    this.#listener({ type: 'mark', mark });
  }

  #tell(told: Omit<Entry, 'atMs' | 'to'> & Partial<Pick<Entry, 'to'>>): void {
    const entry = { to: undefined, ...told, atMs: this.nowMs };
    keep(this.entries, entry);
    this.#listener({ type: 'entry', entry });
  }
}

function keep<Item>(list: Item[], item: Item): void {
  list.push(item);
  if (list.length > MAX_KEPT) list.shift();
}
