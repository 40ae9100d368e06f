/** Whether the network is read. There may be several reasons to stop; reading continues when none is left. */

export interface ReadingWire {
  pause(): void;
  resume(): void;
}

export class ReadingGate {
  readonly #wire: ReadingWire;
  readonly #changed: (isOpen: boolean) => void;
  readonly #objections = new Set<string>();

  constructor(wire: ReadingWire, changed: (isOpen: boolean) => void) {
    this.#wire = wire;
    this.#changed = changed;
  }

  /** Whether the server itself stopped reading; a black hole belongs to the network. */
  get isServersDoing(): boolean {
    return this.#objections.has('backlog') || this.#objections.has('congestion');
  }

  set(objection: 'backlog' | 'congestion' | 'blackhole', stands: boolean): void {
    const wasOpen = this.#objections.size === 0;
    if (stands) this.#objections.add(objection);
    else this.#objections.delete(objection);
    const isOpen = this.#objections.size === 0;
    if (isOpen === wasOpen) return;
    if (isOpen) this.#wire.resume();
    else this.#wire.pause();
    this.#changed(isOpen);
  }
}
