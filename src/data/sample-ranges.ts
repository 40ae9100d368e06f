/** Stretches of audio, and how they are kept in order and apart. */

/** A stretch of audio, `end` not included. */
export interface SampleRange {
  start: number;
  end: number;
}

/** The ranges with one more, joined with those it meets or touches. */
export function addRange(ranges: readonly SampleRange[], { start, end }: SampleRange): SampleRange[] {
  const joined = { start, end };
  const apart = ranges.filter((other) => {
    if (other.end < start || other.start > end) return true;
    joined.start = Math.min(joined.start, other.start);
    joined.end = Math.max(joined.end, other.end);
    return false;
  });
  return [...apart, joined].sort((a, b) => a.start - b.start);
}

/** How much of the stretch from `start` to `end` the ranges cover. */
export function coveredLength(ranges: readonly SampleRange[], start: number, end: number): number {
  return ranges.reduce(
    (sum, range) => sum + Math.max(0, Math.min(end, range.end) - Math.max(start, range.start)),
    0,
  );
}
