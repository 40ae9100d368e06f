/**
 * Maps a session position to the time when that audio was captured. Pauses have no audio, so the two drift apart. A new anchor is
 * set when they differ by more than the jitter of delivery.
 */
import type { Clock } from '../clock.ts';

/** A smaller difference is jitter of timers and networks. */
export const JITTER_MS = 250;

/** Capture times from the source differ only by rounding. */
const ROUNDING_MS = 20;

/** An anchor takes three numbers of the list. */
const FIELDS = 3;

/** The number of anchors kept: more than the pauses of a usual log. */
const MAX_ANCHORS = 256;

export class CaptureClock {
  readonly #clock: Clock;
  /**
   * Of each anchor its position, its time on the session's clock, and the wall-clock time then minus that. One flat list: as objects
   * they would take three times as much.
   */
  #anchors: readonly number[] = [];
  /** The last anchor: session clock minus audio, in milliseconds. */
  #offsetMs = NaN;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Audio up to `end`, `samples` long, came at `cameAt` on the session's clock. */
  mark(end: number, samples: number, rate: number, cameAt: number): void {
    const offsetMs = cameAt - (end * 1000) / rate;
    if (Math.abs(offsetMs - this.#offsetMs) < JITTER_MS) return;
    this.#offsetMs = offsetMs;
    const at = cameAt - (samples * 1000) / rate;
    this.#add(end - samples, at, this.#wallOffsetMs);
  }

  /** Sets the time from the source at which the sample at `position` was captured, in milliseconds since 1970. */
  place(position: number, rate: number, capturedAt: number): void {
    const wallOffsetMs = this.#wallOffsetMs;
    const at = capturedAt - wallOffsetMs;
    const offsetMs = at - (position * 1000) / rate;
    if (Math.abs(offsetMs - this.#offsetMs) < ROUNDING_MS) return;
    this.#offsetMs = offsetMs;
    this.#add(position, at, wallOffsetMs);
  }

  /** When audio up to `end` is due, by the last anchor, on the session's clock. */
  dueAt(end: number, rate: number): number {
    return this.#offsetMs + (end * 1000) / rate;
  }

  get #wallOffsetMs(): number {
    return this.#clock.wallTime() - this.#clock.now();
  }

  #add(position: number, at: number, wallOffsetMs: number): void {
    // An array that `push` fills has room for more numbers at once, and most sessions have few anchors.
    this.#anchors = this.#anchors.slice(FIELDS * (1 - MAX_ANCHORS)).concat(position, at, wallOffsetMs);
  }

  /** For how many milliseconds no audio came before the sample at `position`. */
  pauseMsAt(position: number, rate: number): number {
    const index = this.#indexAt(position);
    if (index === 0 || this.#number(index) !== position) return 0;
    const before = index - FIELDS;
    const audioMs = ((position - this.#number(before)) * 1000) / rate;
    return this.#number(index + 1) - this.#number(before + 1) - audioMs;
  }

  /** Milliseconds since 1970 at which the sample at `position` was captured. */
  wallTimeOf(position: number, rate: number): number | undefined {
    if (this.#anchors.length === 0) return undefined;
    const index = this.#indexAt(position);
    const audioMs = ((position - this.#number(index)) * 1000) / rate;
    return this.#number(index + 1) + this.#number(index + 2) + audioMs;
  }

  /** The index of the last anchor that is not after `position`; otherwise of the first anchor. */
  #indexAt(position: number): number {
    let index = Math.max(0, this.#anchors.length - FIELDS);
    while (index > 0 && this.#number(index) > position) index -= FIELDS;
    return index;
  }

  #number(index: number): number {
    return this.#anchors[index] as number;
  }
}
