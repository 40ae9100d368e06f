/** The planned faults of later connections. It only stores numbers and faults, and applies none. */
import { type Fault, type HandshakeFault, isHandshakeFault } from './faults.ts';

export class FaultPlan {
  readonly #numbered = new Map<number, Fault[]>();
  #every: Fault[] = [];
  /** Each applies to one handshake. */
  #nextHandshakes: HandshakeFault[] = [];
  /** Each applies to one accepted connection. */
  #nextConnections: Fault[] = [];

  onNumber(attempt: number, faults: readonly Fault[]): void {
    this.#numbered.set(attempt, [...(this.#numbered.get(attempt) ?? []), ...faults]);
  }

  onEvery(fault: Fault): void {
    this.#every.push(fault);
  }

  onNext(fault: Fault, times: number): void {
    for (let i = 0; i < times; i += 1) {
      if (isHandshakeFault(fault)) this.#nextHandshakes.push(fault);
      else this.#nextConnections.push(fault);
    }
  }

  clear(): void {
    this.#numbered.clear();
    this.#every = [];
    this.#nextHandshakes = [];
    this.#nextConnections = [];
  }

  /** Faults that were not applied yet. */
  get waiting(): { fault: Fault; on: number | 'every' | 'next' }[] {
    const numbered = [...this.#numbered].flatMap(([on, faults]) => faults.map((fault) => ({ fault, on })));
    const next = [...this.#nextHandshakes, ...this.#nextConnections];
    return [
      ...numbered,
      ...this.#every.map((fault) => ({ fault, on: 'every' as const })),
      ...next.map((fault) => ({ fault, on: 'next' as const })),
    ];
  }

  /** Takes the faults of this handshake: one of its own, and those of its connection. */
  take(attempt: number, drawn: readonly Fault[]): { handshake?: HandshakeFault; connection: Fault[] } {
    const planned = [...(this.#numbered.get(attempt) ?? []), ...drawn, ...this.#every];
    this.#numbered.delete(attempt);
    // A fault planned for this handshake comes first; otherwise the next one ordered without a number.
    const handshake = planned.find(isHandshakeFault) ?? this.#nextHandshakes.shift();
    return {
      ...(handshake && { handshake }),
      connection: planned.filter((fault) => !isHandshakeFault(fault)),
    };
  }

  /** Takes the faults ordered for the next accepted connection. */
  takeForAccepted(): Fault[] {
    const fault = this.#nextConnections.shift();
    return fault ? [fault] : [];
  }
}
