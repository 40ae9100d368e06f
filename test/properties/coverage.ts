/** Counts the reached cells of the machine's table: a state, an event and the next state. */
import type { InspectionEvent } from 'xstate';
import { leafState } from '../../src/connection/status.ts';

export class Coverage {
  /** `state event → state`, and how often. */
  readonly cells = new Map<string, number>();
  #before: string | undefined;

  /** To be called before each session. */
  begin(): void {
    this.#before = undefined;
  }

  /** For the option `inspect`. */
  readonly inspect = (event: InspectionEvent): void => {
    if (event.type !== '@xstate.snapshot') return;
    const { snapshot } = event as unknown as { snapshot: { value?: string | Record<string, unknown> } };
    // The socket's own snapshots have no value.
    if (snapshot.value === undefined) return;
    const state = leafState(snapshot.value);
    if (this.#before !== undefined) {
      this.add(`${this.#before} ${nameOf(event.event.type)} ${state === this.#before ? 'stay' : state}`);
    }
    this.#before = state;
  };

  add(cell: string, times = 1): void {
    this.cells.set(cell, (this.cells.get(cell) ?? 0) + times);
  }

  get states(): Set<string> {
    return new Set(
      [...this.cells.keys()].flatMap((cell) =>
        [cell.split(' ')[0] as string, cell.split(' ')[2] as string].filter((name) => name !== 'stay'),
      ),
    );
  }
}

/** `xstate.after.backoff.connection.backoff` is `after.backoff`. */
const nameOf = (type: string): string => type.replace(/^xstate\.(after\.[^.]+)\..*$/, '$1');
