/** A black hole in the network: while it is active, nothing passes on any connection. */
import type { Clock } from '../../clock.ts';

export interface Darkenable {
  blackout(isDark: boolean): void;
}

export class Outage {
  readonly #clock: Clock;
  readonly #openNow: () => Iterable<Darkenable>;
  readonly #dark = new Set<Darkenable>();
  #timer: unknown;
  isOn = false;

  constructor(clock: Clock, openNow: () => Iterable<Darkenable>) {
    this.#clock = clock;
    this.#openNow = openNow;
  }

  /** Default: for ever. */
  begin(forMs: number | undefined): void {
    this.isOn = true;
    this.#clock.clearTimeout(this.#timer);
    for (const connection of this.#openNow()) {
      this.#dark.add(connection);
      connection.blackout(true);
    }
    this.#timer = forMs === undefined ? undefined : this.#clock.setTimeout(() => this.end(), forMs);
  }

  /** Data kept by TCP passes now; connections that ended meanwhile deliver their close. */
  end(): void {
    this.isOn = false;
    this.#clock.clearTimeout(this.#timer);
    const dark = [...this.#dark];
    this.#dark.clear();
    for (const connection of dark) connection.blackout(false);
  }
}
