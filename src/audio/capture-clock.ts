/**
 * Maps a session position to the time when that audio was captured. Pauses have no audio, so the two drift apart. A new anchor is
 * set when they differ by more than the jitter of delivery.
 */
import type { Clock } from '../clock.ts';

interface Anchor {
  position: number;
  /** Milliseconds on the session's clock. */
  at: number;
  /** The wall-clock time then, minus `at`. */
  wallOffsetMs: number;
}

/** A smaller difference is jitter of timers and networks. */
export const JITTER_MS = 250;

/** Capture times from the source differ only by rounding. */
const ROUNDING_MS = 20;

/** The number of anchors kept: more than the pauses of a usual log. */
const MAX_ANCHORS = 256;

export class CaptureClock {
  readonly #clock: Clock;
  #anchors: Anchor[] = [];
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
    this.#add({ position: end - samples, at, wallOffsetMs: this.#wallOffsetMs });
  }

  /** Sets the time from the source at which the sample at `position` was captured, in milliseconds since 1970. */
  place(position: number, rate: number, capturedAt: number): void {
    const wallOffsetMs = this.#wallOffsetMs;
    const at = capturedAt - wallOffsetMs;
    const offsetMs = at - (position * 1000) / rate;
    if (Math.abs(offsetMs - this.#offsetMs) < ROUNDING_MS) return;
    this.#offsetMs = offsetMs;
    this.#add({ position, at, wallOffsetMs });
  }

  /** When audio up to `end` is due, by the last anchor, on the session's clock. */
  dueAt(end: number, rate: number): number {
    return this.#offsetMs + (end * 1000) / rate;
  }

  get #wallOffsetMs(): number {
    return this.#clock.wallTime() - this.#clock.now();
  }

  #add(anchor: Anchor): void {
    // `push` would allocate room for seventeen anchors, and mostly there are few.
    this.#anchors = this.#anchors.slice(1 - MAX_ANCHORS).concat(anchor);
  }

  /** For how many milliseconds no audio came before the sample at `position`. */
  pauseMsAt(position: number, rate: number): number {
    const index = this.#anchors.findIndex((anchor) => anchor.position === position);
    const before = this.#anchors[index - 1];
    const after = this.#anchors[index];
    return before && after ? after.at - before.at - ((position - before.position) * 1000) / rate : 0;
  }

  /** Milliseconds since 1970 at which the sample at `position` was captured. */
  wallTimeOf(position: number, rate: number): number | undefined {
    const anchor = this.#anchors.findLast((candidate) => candidate.position <= position) ?? this.#anchors[0];
    if (!anchor) return undefined;
    return anchor.at + anchor.wallOffsetMs + ((position - anchor.position) * 1000) / rate;
  }
}
