/** Ranges of audio, kept sorted and disjoint. */

/** A range of audio, `end` not included. */
export interface SampleRange {
  start: number;
  end: number;
}

/** The ranges with one more, merged with those that it overlaps or touches. */
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

/** The parts from `start` to `end` that the sorted, disjoint ranges do not cover. */
export function gapsIn(ranges: readonly SampleRange[], start: number, end: number): SampleRange[] {
  const gaps: SampleRange[] = [];
  let from = start;
  for (const range of ranges) {
    if (range.start > from) gaps.push({ start: from, end: Math.min(range.start, end) });
    from = Math.max(from, range.end);
    if (from >= end) return gaps.filter((gap) => gap.end > gap.start);
  }
  return [...gaps, { start: from, end }].filter((gap) => gap.end > gap.start);
}
