/**
 * Replays a recording: sends the same events in the same order to the machine, with delays on the recording's clock. The states
 * must be the same; otherwise the recording is of another version, or was edited.
 */
import { type SnapshotFrom, transition } from 'xstate';
import type { ConnectionState } from '../../index.ts';
import { connectionMachine, leafState } from '../../connection/index.ts';
import { type Flight, type FlightEntry, type MachineEvent, stateAt } from './flight.ts';

/** The result of a replay. */
export interface Replay {
  /** Every state was the recorded one, and no delay ended early. */
  agrees: boolean;
  /** States in the order of their entry. */
  states: readonly ConnectionState[];
  /** Number of replayed events. */
  events: number;
  /** Differences from the recording. */
  disagreements: readonly string[];
  /** The longest delay of a timer: a blocked event loop, a throttled tab, a sleeping machine. */
  longestDelayMs: number;
}

type Snapshot = SnapshotFrom<typeof connectionMachine>;
type Entry<Kind extends FlightEntry['kind']> = Extract<FlightEntry, { kind: Kind }>;

/** Two clocks were rounded to a tenth of a millisecond, and timers may come a millisecond early. */
const TOLERANCE_MS = 1.5;

/** Replays a recording in virtual time: hours take milliseconds. */
export function replayFlight({ entries }: Flight): Replay {
  const from = entries.findIndex(({ kind }) => kind === 'checkpoint');
  const checkpoint = entries[from] as Entry<'checkpoint'> | undefined;
  if (!checkpoint) {
    return { agrees: true, states: [], events: 0, disagreements: [], longestDelayMs: 0 };
  }
  const pilot = new Pilot(checkpoint);
  for (const entry of entries.slice(from + 1)) {
    if (entry.kind === 'event') pilot.hear(entry);
    else if (entry.kind === 'state') pilot.expect(entry);
    else if (entry.kind === 'checkpoint')
      pilot.expect({ at: entry.at, kind: 'state', state: stateAt(entry) });
  }
  return pilot.report();
}

/** The machine without its socket, and its pending delays. */
class Pilot {
  #snapshot: Snapshot;
  /** End time of each delay, by its event. */
  readonly #due = new Map<string, { type: string; at: number }>();
  /** Delays that began before the recording or its remaining part. */
  readonly #mayBeUnknown: boolean;
  readonly #states: ConnectionState[];
  /** The first of these that the recording has not shown yet. */
  #confirmed = 0;
  #events = 0;
  readonly #disagreements: string[] = [];
  #longestDelayMs = 0;

  constructor(checkpoint: Entry<'checkpoint'>) {
    const { value, context } = checkpoint;
    this.#snapshot = connectionMachine.resolveState({ value, context });
    this.#states = [stateAt(checkpoint)];
    this.#mayBeUnknown = context.attempts > 0;
  }

  hear({ at, event }: Entry<'event'>): void {
    this.#events += 1;
    // A finished machine ignores events; XState's pure function does not check that.
    if (this.#snapshot.status !== 'active') return;
    this.#endWait(at, event);
    const [next, actions] = this.#step(at, event);
    this.#snapshot = next;
    for (const { type, params } of actions as { type: string; params: unknown }[]) {
      if (type === 'xstate.raise') this.#beginWait(at, params as Wait);
      if (type === 'xstate.cancel') this.#due.delete((params as { sendId: string }).sendId);
    }
    const state = leafState(next.value);
    if (state !== this.#states.at(-1)) this.#states.push(state);
  }

  /** XState throws if an event lacks a field that a guard reads; no session produces such an event. */
  #step(at: number, event: MachineEvent): [Snapshot, unknown[]] {
    try {
      return transition(connectionMachine, this.#snapshot, event as never);
    } catch {
      this.#disagreements.push(`at ${at} ms the machine cannot handle the recorded ${event.type}`);
      return [this.#snapshot, []];
    }
  }

  /** Compares the state with the recorded one. */
  expect({ at, state }: Entry<'state'>): void {
    const found = this.#states.indexOf(state, this.#confirmed);
    if (found !== -1 && found <= this.#confirmed + 1) {
      this.#confirmed = found;
      return;
    }
    const arrived = this.#states.slice(this.#confirmed).join(', ');
    this.#disagreements.push(`at ${at} ms the recording is in ${state}, the machine in ${arrived}`);
    // Continue from the machine's state, so that one difference is reported once.
    this.#confirmed = this.#states.length - 1;
  }

  report(): Replay {
    const unseen = this.#states.slice(this.#confirmed + 1);
    if (unseen.length > 0) {
      this.#disagreements.push(`the machine continues to ${unseen.join(', ')}, the recording does not`);
    }
    return {
      agrees: this.#disagreements.length === 0,
      states: this.#states,
      events: this.#events,
      disagreements: this.#disagreements,
      longestDelayMs: this.#longestDelayMs,
    };
  }

  #beginWait(at: number, { id, delay, event }: Wait): void {
    if (delay !== undefined) this.#due.set(id ?? event.type, { type: event.type, at: at + delay });
  }

  /** Only events that the machine raises end delays, and not early. */
  #endWait(at: number, { type }: MachineEvent): void {
    for (const [id, wait] of this.#due) {
      if (wait.type !== type) continue;
      this.#due.delete(id);
      if (at < wait.at - TOLERANCE_MS) {
        this.#disagreements.push(
          `at ${at} ms a delay (${type}) ended ${Math.round(wait.at - at)} ms too early`,
        );
      }
      this.#longestDelayMs = Math.max(this.#longestDelayMs, at - wait.at);
      return;
    }
    if (isOwn(type) && !this.#mayBeUnknown) {
      this.#disagreements.push(`at ${at} ms a delay (${type}) ended that had not begun`);
    }
  }
}

interface Wait {
  id?: string;
  delay?: number;
  event: { type: string };
}

function isOwn(type: string): boolean {
  return type.startsWith('xstate.after.') || /^(idle|online)\.elapsed$|^deadline\.passed$/.test(type);
}
