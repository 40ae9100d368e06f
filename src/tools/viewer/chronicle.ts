/** The history of a live session. It reads the machine's inspection events. */
import { concat, defer, ignoreElements, tap } from 'rxjs';
import type { InspectedMicrostepEvent, InspectionEvent } from 'xstate';
import type { Clock } from '../../clock.ts';
import { type FlightRecorder, recordFlight } from '../../diagnosis/index.ts';
import type { AudioLedger, ConnectionState, LiveTranscription, Status, Transcript } from '../../index.ts';
import { leafState } from '../../connection/index.ts';
import { History, keep, type News } from './history.ts';
import { type Definition, transitionOf } from './statechart/graph.ts';
import { type OutboundMessage, recorderOf, type Wire } from './wire.ts';
import { endingOf } from './words.ts';

/** Shown time after the end; then the picture stops. */
const AFTERMATH_MS = 3_000;

export class Chronicle extends History {
  readonly live: LiveTranscription;
  readonly wire: Wire | undefined;
  readonly #clock: Clock;
  readonly #beganAt: number;
  readonly #stops: (() => void)[] = [];
  readonly #listener: (news: News) => void;
  readonly #recorder: FlightRecorder;
  #taken: string[] = [];
  #status: Status | undefined;

  constructor(
    live: LiveTranscription,
    { wire, clock }: { wire: Wire | undefined; clock: Clock },
    listener: (news: News) => void,
  ) {
    super();
    this.live = live;
    this.wire = wire;
    this.#clock = clock;
    this.#beganAt = clock.now();
    this.#listener = listener;
    this.#recorder = (wire && recorderOf(wire)) ?? recordFlight({ auth: { apiKey: '' }, clock });
    this.#record();
    this.enter(this.#state, this.nowMs);
    const inspection = live.actor.system.inspect((event) => this.#inspect(event));
    const transcripts = live.transcripts$.subscribe((transcript) => {
      this.#measure(transcript);
      this.hear(transcript, this.nowMs);
    });
    const notices = live.notices$.subscribe(({ code, severity, message, remedy }) => {
      // Its event was added already.
      if (code === 'connection-lost') return;
      const atMs = this.nowMs;
      if (code === 'audio-dropped') this.mark('dropped', message, atMs);
      this.add({ atMs, kind: severity, name: code, detail: [message, remedy].filter(Boolean).join(' ') });
    });
    // After the end of a session, close() only returns the report.
    const report$ = concat(
      live.status$.pipe(
        tap((status) => (this.#status = status)),
        ignoreElements(),
      ),
      defer(() => live.close()),
    );
    const ending = report$.subscribe((report) => {
      this.ending = endingOf(report);
      this.tell({ type: 'ended' });
    });
    for (const each of [inspection, transcripts, notices, ending]) this.#stops.push(() => each.unsubscribe());
    if (wire) this.#stops.push(wire.listen((message) => this.#hear(message)));
  }

  /** Milliseconds since the viewer opened. */
  get nowMs(): number {
    return this.#clock.now() - this.#beganAt;
  }

  /** Soon after the end of the session, so that it stays visible. */
  override get presentMs(): number {
    return Math.min(this.nowMs, this.#endMs);
  }

  override get isStill(): boolean {
    return this.nowMs > this.#endMs;
  }

  override get attempt(): number | undefined {
    const status = this.#status;
    if (status?.phase === 'recovering') return status.attempt;
    return status?.phase === 'connecting' && status.attempt > 1 ? status.attempt : undefined;
  }

  override get retryInMs(): number | undefined {
    const { retryAt } = this.live.actor.getSnapshot().context;
    return retryAt === undefined ? undefined : Math.max(0, retryAt - this.#clock.now());
  }

  /** A line of the app's own. */
  note(text: string): void {
    const atMs = this.nowMs;
    this.mark('note', text, atMs);
    this.add({ atMs, kind: 'note', name: text, detail: '' });
  }

  /** The recording so far; without a wire it has no messages and no frames. */
  toNDJSON(): string {
    return this.#recorder.toNDJSON();
  }

  /** Stops watching. */
  stop(): void {
    for (const stop of this.#stops) stop();
  }

  protected override get ledger(): AudioLedger {
    return this.live.ledger;
  }

  protected override tell(news: News): void {
    this.#listener(news);
  }

  get #state(): ConnectionState {
    return leafState(this.live.actor.getSnapshot().value);
  }

  get #endMs(): number {
    const last = this.spans.at(-1);
    const hasEnded = last?.state === 'closed' || last?.state === 'failed';
    return hasEnded ? last.atMs + AFTERMATH_MS : Infinity;
  }

  /** A recording begins with a snapshot, which the machine does not show again. */
  #record(): void {
    const { actor } = this.live;
    const inspect = this.#recorder.options.inspect as (event: InspectionEvent) => void;
    inspect({
      type: '@xstate.snapshot',
      rootId: actor.sessionId,
      actorRef: actor,
      event: { type: 'xstate.init' },
      snapshot: actor.getSnapshot(),
    });
    const recording = actor.system.inspect(inspect);
    this.#stops.push(() => recording.unsubscribe());
  }

  #inspect(event: InspectionEvent): void {
    if (event.actorRef !== this.live.actor) return;
    if (event.type === '@xstate.microstep') this.#taken.push(...this.#transitionsIn(event));
    if (event.type !== '@xstate.snapshot') return;
    const ids = this.#taken;
    this.#taken = [];
    this.conclude(event.event, {
      atMs: this.nowMs,
      state: this.#state,
      ids,
      isIgnored: ids.length === 0,
    });
  }

  #transitionsIn({ _transitions }: InspectedMicrostepEvent): string[] {
    const { root } = this.live.actor.logic;
    // The first step has a transition without source.
    const taken = (_transitions as unknown as Partial<Definition>[]).filter(({ source }) => source);
    return taken.map((definition) => transitionOf(definition as Definition, root).id);
  }

  #hear({ kind, level }: OutboundMessage): void {
    if (kind === 'keep-alive') this.mark('keep-alive', 'KeepAlive', this.nowMs);
    if (kind === 'audio') this.hearSound(level, this.nowMs);
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
}
