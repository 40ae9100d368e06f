/** Ranges of audio, kept sorted and disjoint. */

/** A range of audio, `end` not included. */
export interface SampleRange {
  start: number;
  end: number;
}

/** The ranges with one more, merged with those that it overlaps or touches. */
export function addRange(ranges: readonly SampleRange[], { start, end }: SampleRange): SampleRange[] {
  const joined = { start, end };
  let from = 0;
  while (from < ranges.length && (ranges[from] as SampleRange).end < start) from += 1;
  let to = from;
  for (let next = ranges[to]; next && next.start <= end; next = ranges[to]) {
    joined.start = Math.min(joined.start, next.start);
    joined.end = Math.max(joined.end, next.end);
    to += 1;
  }
  // A spread would allocate room for seventeen more ranges, and mostly there is one.
  return ranges.slice(0, from).concat(joined, ranges.slice(to));
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
