/**
 * The world of one random session: the whole client, a server and a network on one virtual clock, a speaker, and the watches.
 * Time advances from event to event, and the watches check after each.
 */
import {
  type AudioLedger,
  type ConnectionLimit,
  createLiveTranscription,
  type LiveTranscription,
  type LiveTranscriptionOptions,
  type Notice,
  type SendResult,
  type SessionReport,
  type Status,
  transcribe,
} from '../../../src/index.ts';
import { Subject } from 'rxjs';
import { connectionLimit } from '../../../src/sessions/index.ts';
import {
  Emulator,
  type Fault,
  VirtualClock,
  type VirtualEventLoop,
  VirtualNetwork,
} from '../../../src/testing/index.ts';
import type { Guarantee, GuaranteeId } from '../guarantees/guarantee.ts';
import type { Setting } from '../scenario.ts';
import { GrainyLoop } from './grainy-loop.ts';
import { Hooks, wireListener } from './hooks.ts';
import { optionsOf, serverOf } from './options.ts';
import { Page, TokenDesk } from './platform.ts';
import { Speaker } from './speaker.ts';
import { Standstill } from './standstill.ts';
import { Wire } from './wire.ts';

/** A guarantee that did not hold. */
export interface Breach {
  id: GuaranteeId | 'crash';
  what: string;
  atMs: number;
}

/** Optional observers of a world. */
export interface WorldOptions {
  guarantees: readonly Guarantee[];
  inspect?: LiveTranscriptionOptions['inspect'];
  /** Called with each event, in words. */
  narrate?: (line: string, atMs: number) => void;
}

const SETTLED = Promise.resolve();

/** The maximum of timers at one instant; an hour of sleep gives fewer. */
const MOST_AT_ONCE = 20_000;

export class World {
  readonly clock = new VirtualClock();
  readonly loop: VirtualEventLoop = new GrainyLoop(this.clock);
  readonly standstill = new Standstill(this.clock, this.loop);
  readonly setting: Setting;
  readonly server: Emulator;
  readonly network: VirtualNetwork;
  readonly page = new Page();
  readonly desk: TokenDesk;
  readonly speaker: Speaker;
  readonly wire: Wire;
  readonly live: LiveTranscription;
  readonly limit: ConnectionLimit | undefined;
  /** The source of the operator form; its subscription. */
  readonly operator: { source: Subject<Uint8Array>; unsubscribe: () => void } | undefined;
  readonly notices: Notice[] = [];
  readonly completed = new Set<string>();
  /** Faults of later handshakes; then of later connections. */
  handshakeFaults: Fault[] = [];
  connectionFaults: Fault[] = [];
  status!: Status;
  /** The ledger after the last step. */
  ledger!: AudioLedger;
  steps = 0;
  transcripts = 0;
  statuses = 0;
  isPaused = false;
  isClosing = false;
  report: SessionReport | undefined;
  broken: Breach | undefined;
  readonly #hooks = new Hooks();
  /** The page is told that nothing of it will run: it gives its connection back at once. */
  isFreezing = false;
  ailments = 0;
  /** Longest time between two frames of one connection, less the time in which the client could do nothing. */
  worstAwakeSilenceMs = 0;
  /** The deadline of `close()`. */
  deadlineMs = Infinity;
  /** A result of the present connection has confirmed audio. */
  isProven = false;
  /** The action of the app in a status callback. */
  readonly reactions: { to: string; run: () => void }[] = [];
  #isReacting = false;
  #isStirred = false;
  #confirmed = 0;
  readonly #narrate: WorldOptions['narrate'];

  constructor(setting: Setting, { guarantees, inspect, narrate }: WorldOptions) {
    this.setting = setting;
    this.#narrate = narrate;
    this.desk = new TokenDesk(this.loop, () => this.stir());
    this.speaker = new Speaker(setting.rate);
    this.server = new Emulator(serverOf(this, () => this.#nextFaults()));
    const { latencyMs, jitterMs, platform, lateEvents, seed } = setting;
    this.network = new VirtualNetwork(this.server, { latencyMs, jitterMs, platform, lateEvents, seed });
    this.wire = new Wire(
      this.loop.guard(this.network.transport),
      this.clock,
      () => this.blockedMs,
      wireListener(this, this.#hooks),
    );
    this.limit = setting.isLimited ? connectionLimit(1) : undefined;
    const options = optionsOf(this, inspect);
    if (setting.face === 'operator') {
      const source = new Subject<Uint8Array>();
      let live: LiveTranscription | undefined;
      const subscription = source.pipe(transcribe(options, (started) => (live = started))).subscribe({
        error: () => this.completed.add('operator'),
        complete: () => this.completed.add('operator'),
      });
      this.live = live as unknown as LiveTranscription;
      this.operator = { source, unsubscribe: () => subscription.unsubscribe() };
    } else this.live = createLiveTranscription(options);
    this.ledger = this.live.ledger;
    for (const guarantee of guarantees) this.#hooks.admit(guarantee.watch(this));
    this.#listen();
  }

  get now(): number {
    return this.clock.now();
  }

  /** The total time in which the client could not run. */
  get blockedMs(): number {
    return this.standstill.totalMs;
  }

  get hasEnded(): boolean {
    return this.report !== undefined;
  }

  /** A network with too little bandwidth. */
  get isSlow(): boolean {
    return this.network.conditions.uplinkBytesPerSecond < Infinity;
  }

  /** The present connection or later ones have a lasting fault. */
  ail(): void {
    this.ailments += 1;
    if (this.wire.present) this.wire.present.isSick = true;
  }

  /** A connection is open, has given results, and no fault is planned. */
  get isHealthy(): boolean {
    const link = this.wire.present;
    const { latencyMs, jitterMs } = this.network.conditions;
    return (
      link?.state === 'open' &&
      this.isProven &&
      !link.isSick &&
      !this.isSlow &&
      !this.loop.isBlocked &&
      latencyMs + jitterMs < 300 &&
      this.setting.processingDelayMs < 500 &&
      this.setting.drainMs >= 10_000 &&
      this.handshakeFaults.length + this.connectionFaults.length + this.desk.arranged === 0 &&
      !this.network.offline
    );
  }

  /** Only the first counts: what follows may follow from it. */
  breach(id: Breach['id'], what: string): void {
    if (this.broken) return;
    this.broken = { id, what, atMs: this.now };
    this.tell(`✗ [${id}] ${what}`);
  }

  tell(line: string): void {
    this.#narrate?.(line, this.now);
  }

  /** The session is closing before its deadline, and sends the rest. */
  get isDraining(): boolean {
    return this.isClosing && this.now < this.deadlineMs && !this.isFreezing;
  }

  get isNarrated(): boolean {
    return this.#narrate !== undefined;
  }

  /** A promise may be about to settle. */
  stir(): void {
    this.#isStirred = true;
  }

  // Time.

  /** Time goes on, event by event. A promise only where promises are under way. */
  advance(ms: number): Promise<void> | undefined {
    return this.#advanceTo(this.now + ms);
  }

  #advanceTo(untilMs: number): Promise<void> | undefined {
    if (this.#mustSettle()) return this.#settleThenAdvanceTo(untilMs);
    let firedAtMs = NaN;
    let fired = 0;
    while (this.clock.fireNext(untilMs)) {
      fired = firedAtMs === this.now ? fired + 1 : 0;
      firedAtMs = this.now;
      if (fired > MOST_AT_ONCE)
        this.breach('crash', 'Time stands still: a timer sets itself anew, for now, for ever.');
      this.check();
      if (this.broken) return undefined;
      if (this.#mustSettle()) return this.#settleThenAdvanceTo(untilMs);
    }
    if (untilMs > this.now) this.clock.advance(untilMs - this.now);
    return undefined;
  }

  #mustSettle(): boolean {
    return this.#isStirred;
  }

  async #settleThenAdvanceTo(untilMs: number): Promise<void> {
    await this.settle();
    if (!this.broken) await this.#advanceTo(untilMs);
  }

  /** Promises have their say: those of credentials, `finalize()` and `close()` take a handful of turns. */
  async settle(): Promise<void> {
    this.#isStirred = false;
    for (let turn = 0; turn < 12; turn += 1) await SETTLED;
    this.check();
  }

  /** Everything is looked at. */
  check(): void {
    // In the middle of an event nothing need be settled.
    if (this.#isReacting) return;
    this.ledger = this.live.ledger;
    this.steps += 1;
    const { confirmed } = this.ledger;
    if (confirmed > this.#confirmed && this.wire.present?.state === 'open') this.isProven = true;
    this.#confirmed = confirmed;
    for (const look of this.#hooks.step) look();
  }

  // What an app does.

  /** Hands a chunk in; `bytes` of it are audio. */
  send(
    chunk: Uint8Array | ArrayBuffer | DataView,
    bytes: number,
    kind: 'speech' | 'silence' | 'header',
  ): SendResult {
    const expected = this.#expectation(bytes);
    // Before it is sent, since an app may be told of something within, and go on speaking.
    if (expected.accepted && kind === 'speech') this.speaker.accept(bytes, this.loop.wallTime());
    else if (expected.accepted && kind === 'silence') this.speaker.acceptSilence(bytes);
    if (this.operator) this.operator.source.next(chunk as Uint8Array);
    const result = this.operator ? expected : this.live.send(chunk);
    if (expected.accepted && !result.accepted) this.speaker.takeBack(bytes, kind === 'speech');
    if (kind !== 'header')
      for (const look of this.#hooks.sent)
        look(bytes, result, expected.accepted ? undefined : expected.reason);
    this.check();
    return result;
  }

  /** The expected answer of `send()`, if the log has room. */
  #expectation(bytes: number): SendResult {
    const reason =
      this.isClosing || this.hasEnded
        ? 'closed'
        : this.isPaused
          ? 'paused'
          : bytes === 0
            ? 'empty'
            : undefined;
    return reason
      ? { accepted: false, reason, backlogMs: 0 }
      : { accepted: true, backlogMs: 0, droppedMs: 0 };
  }

  close(): void {
    if (this.isClosing || this.hasEnded) return;
    const { drainMs, catchUpRate, rate } = this.setting;
    this.deadlineMs = this.now + 3 * drainMs + (this.live.ledger.pending * 1000) / rate / catchUpRate;
    this.act('close');
    this.isClosing = true;
    if (this.operator) this.operator.source.complete();
    void this.live.close().then((report) => (this.report = report));
    this.stir();
    this.check();
  }

  abort(): void {
    if (this.hasEnded) return;
    this.act('abort');
    this.deadlineMs = this.now;
    if (this.operator) this.operator.unsubscribe();
    else this.live.abort();
    // The report of a session that was aborted is there for whoever asks.
    void this.live.close().then((report) => (this.report = report));
    this.isClosing = true;
    this.stir();
    this.check();
  }

  act(what: string): void {
    for (const look of this.#hooks.act) look(what);
    this.tell(what);
  }

  over(report: SessionReport): void {
    for (const look of this.#hooks.over) look(report);
  }

  // Wiring.

  #nextFaults(): Fault[] {
    const fault = this.handshakeFaults.shift();
    const faults = this.connectionFaults;
    this.connectionFaults = [];
    if (faults.length > 0 && this.wire.present) this.wire.present.isSick = true;
    return fault ? [...faults, fault] : faults;
  }

  #listen(): void {
    const { live } = this;
    const complete = (name: string) => () => this.completed.add(name);
    live.status$.subscribe({
      next: (status) => {
        this.status = status;
        this.statuses += 1;
        // A fixed key is a promise, too.
        this.stir();
        if (this.isNarrated) this.tell(`  → ${status.state}`);
        for (const look of this.#hooks.status) look(status);
        this.#react(status);
        if (status.phase === 'closed' || status.phase === 'failed') this.#ended();
      },
      complete: complete('status'),
    });
    live.transcripts$.subscribe({
      next: (transcript) => {
        this.transcripts += 1;
        if (this.isNarrated && transcript.final) this.tell(`  final: ${transcript.text || '(silence)'}`);
        for (const look of this.#hooks.transcript) look(transcript);
      },
      complete: complete('transcripts'),
    });
    if (this.setting.flux) {
      live.turns$.subscribe({
        next: (turn) => {
          if (this.isNarrated) this.tell(`  turn ${turn.id} ${turn.type}: ${turn.text}`);
          for (const look of this.#hooks.turn) look(turn);
        },
        complete: complete('turns'),
      });
    }
    live.notices$.subscribe({
      next: (notice) => {
        this.notices.push(notice);
        if (this.isNarrated) this.tell(`  notice: ${notice.code} ${JSON.stringify(notice.evidence)}`);
        for (const look of this.#hooks.notice) look(notice);
      },
      complete: complete('notices'),
    });
  }

  #react({ state }: Status): void {
    const reaction = this.reactions.findIndex(({ to }) => to === state);
    if (reaction < 0) return;
    const [chosen] = this.reactions.splice(reaction, 1);
    const wasReacting = this.#isReacting;
    this.#isReacting = true;
    chosen?.run();
    this.#isReacting = wasReacting;
  }

  /** A failed session ends by itself, and has a report. */
  #ended(): void {
    if (!this.isClosing) void this.live.close().then((report) => (this.report = report));
    this.isClosing = true;
    this.stir();
    queueMicrotask(() => {
      for (const look of this.#hooks.finished) look();
    });
  }
}
