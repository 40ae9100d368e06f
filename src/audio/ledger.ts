/**
 * The ledger: the state of every accepted sample. Positions are samples since the session began.
 *
 *   0 ────── confirmed or dropped ──────┤frontier├────── pending, but for holes dropped ahead ──────┤accepted
 *
 * Always: accepted = confirmed + pending + dropped. The frontier never goes back.
 */

import { addRange, gapsIn, type SampleRange } from './sample-ranges.ts';

/** The state of the audio, in samples of one channel. */
export interface LedgerSnapshot {
  accepted: number;
  /** Covered by a final result, on every channel. */
  confirmed: number;
  /** Not yet sent, or sent and not yet covered. */
  pending: number;
  /** Dropped and announced. */
  dropped: number;
}

export class Ledger {
  #accepted = 0;
  #confirmed = 0;
  #dropped = 0;
  #frontier = 0;
  /** Dropped ranges beyond the frontier, sorted and disjoint. */
  #holes: SampleRange[] = [];

  /** Everything before it is confirmed or dropped. */
  get frontier(): number {
    return this.#frontier;
  }

  get accepted(): number {
    return this.#accepted;
  }

  get dropped(): number {
    return this.#dropped;
  }

  get pending(): number {
    return this.#accepted - this.#confirmed - this.#dropped;
  }

  accept(samples: number): void {
    this.#accepted += samples;
  }

  /** Confirms everything pending before `position`; returns whether that was anything. */
  confirm(position: number): boolean {
    const before = this.#confirmed;
    const limit = Math.min(position, this.#accepted);
    while (this.#frontier < limit) {
      const end = Math.min(limit, this.#holes[0]?.start ?? limit);
      this.#confirmed += end - this.#frontier;
      this.#frontier = end;
      this.#stepOverHole();
    }
    return this.#confirmed > before;
  }

  /** Drops the pending samples within the range, and returns their ranges. */
  drop(range: SampleRange): SampleRange[] {
    const start = Math.max(range.start, this.#frontier);
    const end = Math.min(range.end, this.#accepted);
    const dropped = gapsIn(this.#holes, start, end);
    for (const gap of dropped) this.#dropped += gap.end - gap.start;
    if (dropped.length > 0) this.#holes = addRange(this.#holes, { start, end });
    this.#stepOverHole();
    return dropped;
  }

  snapshot(): LedgerSnapshot {
    return {
      accepted: this.#accepted,
      confirmed: this.#confirmed,
      pending: this.pending,
      dropped: this.#dropped,
    };
  }

  #stepOverHole(): void {
    if (this.#holes[0]?.start !== this.#frontier) return;
    this.#frontier = this.#holes[0].end;
    this.#holes.shift();
  }
}
