/**
 * One session and its store: connects the lease, the feed of audio, the outbox of results, and the audio of the previous owner.
 *
 *   log ─► feed ──append──► store ──read──► source ─► intake        (when it is taken over, or written elsewhere)
 *   transcript ─► outbox ──confirm──► store, then ─► transcripts$
 */
import type { AudioTimeline } from '../audio/audio-timeline.ts';
import type { FrameSink } from '../audio/framing.ts';
import type { KeepableSession, Kept, KeptParts } from '../client/session-keeper.ts';
import { invalidOption, TranscriptionError } from '../errors.ts';
import type { ListenChange } from '../protocol/configure.ts';
import type { Parameters } from '../protocol/protocol.ts';
import type { AudioStore, Json, Opened, StoredSession } from './audio-store.ts';
import { AudioFeed } from './audio-feed.ts';
import { Outbox } from './outbox.ts';
import { Ownership } from './ownership.ts';
import {
  readDescription,
  readState,
  type SessionDescription,
  storedFormatOf,
  writeDescription,
  writeState,
} from './session-record.ts';
import { Showcase } from './showcase.ts';
import { StoreCalls } from './store-calls.ts';
import { StoredSource } from './stored-source.ts';

/** How long the end of a session waits for the store. */
const SETTLE_MS = 5_000;

/** A hand-over that takes longer drops the audio that the store does not have. */
const HAND_OVER_MS = 900;

/**
 * The state of a session and its store. `opening`: it requests the session. `waiting`: another process owns it. `owned`: this
 * process owns it. `away`: the store does not answer; finals wait, and audio is kept in memory. `lost`: another process owns it,
 * and this one has stopped. `released`: it was given back, or has ended.
 */
export type DurableState = 'opening' | 'waiting' | 'owned' | 'away' | 'lost' | 'released';

export interface KeptSettings {
  store: AudioStore;
  id: string;
  holder: string;
  /** Its audio comes from a writer, through the store. */
  claimed: Opened | undefined;
  /** Interims and status are shown to readers. */
  isShown: boolean;
  show: (state: DurableState) => void;
}

export class KeptSession implements Kept {
  readonly transcripts: Outbox['transcripts'];
  readonly utterances: Outbox['utterances'];
  readonly turns: Outbox['turns'];
  readonly sink: FrameSink;
  error: TranscriptionError | undefined;
  readonly #settings: KeptSettings;
  readonly #session: KeepableSession;
  readonly #description: SessionDescription;
  readonly #calls: StoreCalls;
  readonly #ownership: Ownership;
  readonly #outbox: Outbox;
  readonly #showcase: Showcase | undefined;
  readonly #feed: AudioFeed | undefined;
  #source: StoredSource | undefined;
  #parts: KeptParts | undefined;
  #isOpen = false;
  #isHandingOver = false;
  #isSettled = false;
  #awaySince = 0;
  #toldRequest = 0;
  #compared: { now: Parameters | undefined; changes: ListenChange } = { now: undefined, changes: {} };
  /** Counts how often the store has lost the session: a block from before must be made anew. */
  #generation = 0;

  /** @throws TranscriptionError `invalid-option` for audio that is not raw. */
  constructor(settings: KeptSettings, session: KeepableSession) {
    const { store, id, holder, claimed, isShown, show } = settings;
    const { clock, listen, format, timeline, streams } = session;
    const stored = storedFormatOf(format);
    this.#settings = settings;
    this.#session = session;
    this.#description = { ...stored, listen, startedAt: clock.wallTime() };
    this.#calls = new StoreCalls(clock, store.leaseMs, (isAway, error) => this.#away(isAway, error));
    this.#ownership = new Ownership({
      store,
      calls: this.#calls,
      clock,
      id,
      holder,
      description: writeDescription(this.#description),
      isOwner: true,
      isWriter: !claimed,
      waiting: () => show('waiting'),
      lost: () => this.#lose(lostError()),
      forgotten: (there) => this.#storeForgot(there),
    });
    this.#showcase = isShown
      ? new Showcase(clock, (shown) => this.#ownership.show((lease) => store.show(lease, shown)))
      : undefined;
    this.#outbox = new Outbox({
      store,
      ownership: this.#ownership,
      to: this.#showcase ? this.#showcase.before(streams) : streams,
      rate: stored.rate,
      frontier: () => timeline.frontier,
      state: () => this.#state(),
      forgotten: (start, end) => this.#reportForgotten('confirmed', start, end),
    });
    this.transcripts = this.#outbox.transcripts;
    this.utterances = this.#outbox.utterances;
    this.turns = this.#outbox.turns;
    this.#feed = claimed ? undefined : this.#makeFeed(timeline, stored.frameBytes);
    this.sink = this.#feed ?? timeline;
  }

  get isPending(): boolean {
    return this.#outbox.isPending;
  }

  start(parts: KeptParts): void {
    this.#parts = parts;
    this.#settings.show('opening');
    parts.intake.before((pass) => this.#open(pass));
    if (this.#showcase) parts.live.status$.subscribe(({ phase }) => this.#showcase?.status(phase));
  }

  passed(): Promise<void> {
    return this.#calls.isAway ? Promise.resolve() : this.#outbox.passed();
  }

  defer(task: () => void, outcome: string, by = Infinity): boolean {
    if (this.#isSettled) return false;
    this.#isSettled = true;
    if (this.error || !this.#isOpen) {
      this.#end('released');
      return false;
    }
    const { clock } = this.#session;
    const timeoutMs = Math.min(this.#isHandingOver ? HAND_OVER_MS : SETTLE_MS, by - clock.now());
    const isEnded = !this.#isHandingOver && (outcome === 'drained' || outcome === 'deadline');
    let isDone = false;
    const done = () => {
      if (isDone) return;
      isDone = true;
      clock.clearTimeout(timer);
      this.#end('released');
      task();
    };
    const timer = clock.setTimeout(done, Math.max(0, timeoutMs));
    void this.#settle(isEnded).then(done);
    return true;
  }

  /** Ends the session here, so that another process can continue it at once. */
  handOver(): void {
    this.#isHandingOver = true;
    this.#parts?.live.pause();
    this.#parts?.live.abort();
  }

  async #settle(isEnded: boolean): Promise<void> {
    await this.#feed?.flush();
    await this.#outbox.passed();
    if (this.#outbox.isPending) await this.#outbox.confirm();
    await this.#ownership.release(isEnded);
  }

  async #open(pass: (bytes: Uint8Array, capturedAt: number | undefined) => void): Promise<void> {
    const { claimed, show, id, store } = this.#settings;
    const { clock, timeline } = this.#session;
    const { live, intake } = this.#parts as KeptParts;
    const there = await this.#ownership.take(claimed);
    if (!there || this.#calls.isOver) return;
    const begun = readDescription(there.description);
    if (begun?.rate !== this.#description.rate || begun.frameBytes !== this.#description.frameBytes) {
      await this.#ownership.release(false);
      this.#lose(differentError(id, begun, this.#description));
      return;
    }
    this.#ownership.confirmed = there.confirmed;
    this.#resume(there);
    const source = new StoredSource(
      {
        store,
        calls: this.#calls,
        clock,
        id,
        timeline,
        live,
        report: (error) => this.#session.streams.report('store-request-refused', {}, error),
      },
      there.doneRequest,
    );
    this.#source = source;
    this.#renewLater();
    this.#feed?.startAt(there.end);
    await source.readAll(pass);
    this.#isOpen = true;
    if (this.#hasEnded()) return;
    show(this.#calls.isAway ? 'away' : 'owned');
    if (claimed)
      void source.follow((bytes, capturedAt) => intake.push(bytes, capturedAt)).then(() => this.#idle());
  }

  /** It may have ended during a call to the store. */
  #hasEnded(): boolean {
    return this.#calls.isOver;
  }

  #resume(there: StoredSession): void {
    const { timeline, listen } = this.#session;
    const { links, stitcher } = this.#parts as KeptParts;
    const state = readState(there.state);
    const { confirmed: position } = there;
    const confirmed = Math.min(state.confirmed, position);
    timeline.ledger.accept(position);
    timeline.ledger.confirm(confirmed);
    timeline.ledger.drop({ start: confirmed, end: position });
    if (timeline.reader) timeline.attach(timeline.reader);
    links.opened = { ...links.opened, connection: links.opened.connection + state.connection };
    links.listen = { ...listen, ...state.configured };
    stitcher.channels = state.channels;
    this.#outbox.turnsBefore = this.#outbox.turnsEnded = state.turns;
  }

  #state(): Json {
    const { links, stitcher } = this.#parts as KeptParts;
    return writeState({
      confirmed: this.#session.timeline.snapshot().confirmed,
      connection: links.opened.connection,
      turns: this.#outbox.turnsEnded,
      configured: this.#changes(links.listen),
      channels: stitcher.channels,
    });
  }

  /** Parameters that differ from those of the beginning. Compared when they were replaced, not for each final. */
  #changes(now: Parameters): ListenChange {
    if (now === this.#compared.now) return this.#compared.changes;
    const { listen } = this.#session;
    const changed = Object.entries(now).filter(([name, value]) => !isSame(value, listen[name]));
    this.#compared = { now, changes: Object.fromEntries(changed) };
    return this.#compared.changes;
  }

  #makeFeed(timeline: AudioTimeline, frameBytes: number): AudioFeed {
    return new AudioFeed({
      clock: this.#session.clock,
      timeline,
      frameBytes,
      append: async (block) => {
        const generation = this.#generation;
        const written = await this.#ownership.write('writer', async (lease) =>
          generation === this.#generation ? this.#settings.store.append(lease, block) : undefined,
        );
        return written?.answer && { answer: written.answer, tries: written.tries };
      },
      confirm: async (position) => {
        // A confirmation under way may have begun before the position was covered.
        for (let tries = 0; tries < 2 && this.#ownership.confirmed < position; tries += 1)
          await this.#outbox.confirm();
      },
      appended: () => {},
      forgotten: (start, end) => this.#reportForgotten('audio', start, end),
    });
  }

  #renewLater(): void {
    void this.#calls.sleep(Math.max(0, this.#ownership.renewInMs)).then(() => this.#renew());
  }

  async #renew(): Promise<void> {
    if (this.#calls.isOver || this.#ownership.isLost) return;
    const { store } = this.#settings;
    if (this.#session.timeline.frontier > this.#ownership.confirmed) await this.#outbox.confirm();
    const doneRequest = this.#source?.doneRequest ?? 0;
    if (doneRequest > this.#toldRequest || this.#ownership.renewInMs <= 0) {
      this.#toldRequest = doneRequest;
      await this.#ownership.write('owner', (lease) => store.renew(lease, doneRequest));
    }
    this.#outbox.passInterims();
    this.#renewLater();
  }

  /** The writer sends no audio: the session is claimed again when it does. */
  #idle(): void {
    if (!this.#calls.isOver) this.handOver();
  }

  #away(isAway: boolean, error: unknown): void {
    const { clock, streams } = this.#session;
    if (isAway) {
      this.#awaySince = clock.now();
      this.#outbox.letGo();
      streams.report('store-away', {}, error);
    } else streams.report('store-back', { awaySeconds: (clock.now() - this.#awaySince) / 1000 });
    if (this.#isOpen) this.#settings.show(isAway ? 'away' : 'owned');
  }

  #storeForgot(there: StoredSession): void {
    this.#reportForgotten('confirmed', there.confirmed, this.#ownership.confirmed);
    this.#ownership.confirmed = there.confirmed;
    this.#generation += 1;
    this.#toldRequest = 0;
    this.#feed?.startAt(Math.max(this.#session.timeline.frontier, there.end));
  }

  #reportForgotten(what: 'audio' | 'confirmed', start: number, end: number): void {
    const { timeline, streams } = this.#session;
    const { rate } = timeline;
    streams.report('store-forgot', { what, startSeconds: start / rate, endSeconds: end / rate });
  }

  #lose(error: TranscriptionError): void {
    this.error = error;
    this.#end('lost');
    this.#parts?.live.abort();
  }

  #end(state: DurableState): void {
    this.#calls.end();
    this.#feed?.close();
    this.#showcase?.close();
    if (this.error) this.#outbox.close();
    this.#outbox.isReleased = true;
    this.#outbox.passInterims();
    this.#settings.show(this.error ? 'lost' : state);
  }
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function lostError(): TranscriptionError {
  return new TranscriptionError('session-lost', 'Another process owns this session now.', {
    remedy: 'Nothing is lost: it goes on from what this one has confirmed. Send its audio to that process.',
  });
}

function differentError(
  id: string,
  there: SessionDescription | undefined,
  here: SessionDescription,
): TranscriptionError {
  const words = there ? `${there.rate} Hz and ${there.frameBytes} bytes a sample` : 'no format';
  return invalidOption(
    `The session '${id}' was begun with ${words}, not ${here.rate} Hz and ${here.frameBytes}.`,
    'Give the encoding, sample_rate and channels that it was begun with, or another id.',
  );
}
