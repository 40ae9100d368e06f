/** The frames of one track that wait to be released, in order, and its ranges that were filled with silence. */

/** Positions are samples since the start of the call. */
export interface Frame {
  start: number;
  end: number;
  bytes: Uint8Array;
}

interface Stretch {
  start: number;
  end: number;
}

/** The number of filled ranges that are remembered: a frame for an older one counts as doubled. */
const MAX_FILLS = 32;

export class TrackFrames {
  /** Position in the call of the provider's time zero. */
  origin = 0;
  /** Position after the last sample that came. */
  end = 0;
  /** In order; no two begin at the same position. */
  readonly waiting: Frame[] = [];
  readonly #fills: Stretch[] = [];

  /** Position of a frame with the timestamp `at`. Small errors of timestamps make neither holes nor overlaps. */
  place(at: number, toleranceSamples: number): number {
    const before = this.waiting.findLast(({ start }) => start < at);
    const end = before ? before.end : this.end;
    return Math.abs(at - end) <= toleranceSamples ? end : at;
  }

  /** Whether a waiting frame begins at this position. */
  has(start: number, toleranceSamples: number): boolean {
    return this.waiting.some((frame) => Math.abs(frame.start - start) <= toleranceSamples);
  }

  add(frame: Frame): void {
    const after = this.waiting.findLastIndex(({ start }) => start < frame.start) + 1;
    this.waiting.splice(after, 0, frame);
    this.end = Math.max(this.end, frame.end);
  }

  /** Where the audio that begins at or before `from` ends without a hole. */
  contiguousTo(from: number): number {
    let to = from;
    for (const { start, end } of this.waiting) {
      if (start > to) break;
      to = Math.max(to, end);
    }
    return to;
  }

  /** Passes on the waiting bytes in a range, removes them, and returns how many samples were missing. */
  release(from: number, to: number, copy: (frame: Frame, start: number, end: number) => void): number {
    let covered = from;
    let missing = 0;
    for (const frame of this.waiting) {
      if (frame.start >= to) break;
      const start = Math.max(frame.start, covered);
      const end = Math.min(frame.end, to);
      if (end <= start) continue;
      missing += this.#fill(covered, start);
      copy(frame, start, end);
      covered = end;
    }
    missing += this.#fill(covered, to);
    const kept = this.waiting.findIndex(({ end }) => end > to);
    this.waiting.splice(0, kept === -1 ? this.waiting.length : kept);
    return missing;
  }

  /** Whether some of this range was filled with silence. */
  wasFilled(start: number, end: number): boolean {
    return this.#fills.some((fill) => fill.start < end && fill.end > start);
  }

  #fill(start: number, end: number): number {
    if (end <= start) return 0;
    const last = this.#fills.at(-1);
    if (last?.end === start) last.end = end;
    else this.#fills.push({ start, end });
    if (this.#fills.length > MAX_FILLS) this.#fills.shift();
    return end - start;
  }
}
