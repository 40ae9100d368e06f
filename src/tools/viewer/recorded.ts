/** The history of a recording: its session as the viewer would have shown it, as far as a recording knows. */
import { type Flight, type FlightEntry, followFlight } from '../../diagnosis/index.ts';
import type { AudioLedger, ConnectionState } from '../../index.ts';
import { connectionMachine, leafState } from '../../connection/index.ts';
import { History } from './history.ts';
import { graphOf } from './statechart/graph.ts';

/** The level shown for audio that was sent and not recorded. */
const UNKNOWN_LEVEL = 0.25;

type Entry<Kind extends FlightEntry['kind']> = Extract<FlightEntry, { kind: Kind }>;

export class RecordedHistory extends History {
  /** The end of the recording. */
  override readonly presentMs: number;
  override readonly isStill = true;
  override readonly attempt = undefined;
  override readonly retryInMs = undefined;
  readonly keepAliveMs: number | undefined;
  protected override ledger: AudioLedger = ledgerOf(undefined, 0);

  constructor(flight: Flight) {
    super();
    const { entries } = flight;
    const steps: { at: number; take: () => void }[] = [];
    entries.forEach((entry, i) => steps.push({ at: entry.at, take: () => this.#take(entry, entries, i) }));
    for (const { at, sent, confirmed, transcript } of followFlight(flight)) {
      const take = () => {
        this.ledger = ledgerOf(sent, confirmed);
        if (transcript) this.hear(transcript, at);
        else this.weigh(at);
      };
      steps.push({ at, take });
    }
    steps.sort((a, b) => a.at - b.at);
    for (const { take } of steps) take();
    this.presentMs = steps.at(-1)?.at ?? 0;
    const first = entries.find((entry) => entry.kind === 'checkpoint');
    const keepAliveMs: unknown = first?.context.settings.keepAliveMs;
    this.keepAliveMs = typeof keepAliveMs === 'number' ? keepAliveMs : undefined;
  }

  protected override tell(): void {
    // No listener: the whole recording is there from the beginning.
  }

  #take(entry: FlightEntry, entries: readonly FlightEntry[], i: number): void {
    switch (entry.kind) {
      case 'checkpoint':
        return this.#arrive(leafState(entry.value), entry.at);
      case 'state':
        return this.#arrive(entry.state, entry.at);
      case 'event':
        return this.#hearEvent(entry, stateAfter(entries, i));
      case 'sent':
        if (entry.text.includes('"KeepAlive"')) this.mark('keep-alive', 'KeepAlive', entry.at);
        return;
      case 'frames':
        for (const [afterMs] of entry.frames) this.hearSound(UNKNOWN_LEVEL, entry.at + afterMs);
        return;
      case 'audio':
        return this.hearSound(UNKNOWN_LEVEL, entry.at);
      default:
    }
  }

  /** Mostly there already: with the event that led to it. */
  #arrive(state: ConnectionState, atMs: number): void {
    if (this.spans.length === 0 || state !== this.stateAt()) this.enter(state, atMs);
  }

  #hearEvent({ at: atMs, event }: Entry<'event'>, to: ConnectionState | undefined): void {
    const from = this.stateAt();
    const state = to ?? from;
    const ids = waysOf(from, event.type, state);
    this.conclude(event, { atMs, state, ids, isIgnored: ids.length === 0 && state === from });
  }
}

/** The state that the recording tells of before the next event. */
function stateAfter(entries: readonly FlightEntry[], i: number): ConnectionState | undefined {
  for (const entry of entries.slice(i + 1)) {
    if (entry.kind === 'event') return undefined;
    if (entry.kind === 'state') return entry.state;
  }
  return undefined;
}

const graph = graphOf(connectionMachine);
const parentOf = new Map(graph.states.map(({ name, parent }) => [name, parent]));

/** The transitions that lead from one state to another by an event, over the state in which the machine decides. */
function waysOf(from: string, type: string, to: string): string[] {
  const event = type.replace(/^xstate\./, '');
  const sources = [from, parentOf.get(from), 'anywhere'];
  const leads = (target: string | undefined) => (target ?? from) === to;
  const direct = graph.transitions.filter(
    (each) => sources.includes(each.source) && (event === each.event || event.startsWith(`${each.event}.`)),
  );
  const whole = direct.find(({ target }) => leads(target));
  if (whole) return [whole.id];
  for (const first of direct) {
    const second = graph.transitions.find(
      ({ source, event: next, target }) => source === first.target && next === 'always' && leads(target),
    );
    if (second) return [first.id, second.id];
  }
  return [];
}

/** In milliseconds. A recording does not know of audio that was dropped. */
function ledgerOf(sent: number | undefined, confirmed: number): AudioLedger {
  return {
    sampleRate: 1000,
    accepted: sent === undefined ? NaN : sent * 1000,
    confirmed: confirmed * 1000,
    pending: sent === undefined ? NaN : Math.max(0, sent - confirmed) * 1000,
    dropped: NaN,
  };
}
