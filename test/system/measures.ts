/** Measurements of a connection, and arithmetic of ranges. */
import type { VirtualLink } from '../../src/testing/index.ts';

export interface Range {
  start: number;
  end: number;
}

/** Longest time between two frames, up to CloseStream: after it, the client has nothing more to say. */
export function longestSilenceMs({ frames, end }: VirtualLink): number {
  const last = frames.findIndex(({ text }) => text?.includes('CloseStream') === true);
  const said = last < 0 ? frames : frames.slice(0, last + 1);
  const times = said.map(({ atMs }) => atMs);
  if (last < 0 && end && frames.length > 0) times.push(end.atMs);
  return times.reduce((longest, atMs, index) => Math.max(longest, atMs - (times[index - 1] ?? atMs)), 0);
}

/** The window over which the pace is judged, in milliseconds. */
const PACE_WINDOW_MS = 4_000;

/** The most audio sent within any window, as a multiple of real time. */
export function fastestPace(link: VirtualLink, bytesPerSecond: number): number {
  const audio = link.frames.filter(({ kind }) => kind === 'audio');
  let most = 0;
  let bytes = 0;
  let first = 0;
  for (const frame of audio) {
    bytes += frame.bytes;
    while ((audio[first]?.atMs ?? 0) < frame.atMs - PACE_WINDOW_MS) bytes -= audio[first++]?.bytes ?? 0;
    most = Math.max(most, bytes);
  }
  return most / bytesPerSecond / (PACE_WINDOW_MS / 1000);
}

export function union(ranges: Range[]): Range[] {
  const joined: Range[] = [];
  for (const range of [...ranges].sort((a, b) => a.start - b.start)) {
    const last = joined.at(-1);
    if (last && range.start <= last.end + 1e-9) last.end = Math.max(last.end, range.end);
    else joined.push({ ...range });
  }
  return joined;
}

export function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
