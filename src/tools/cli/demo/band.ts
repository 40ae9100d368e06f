/** The time bands: loudness, states and events. */
import type { ConnectionState } from '../../../index.ts';
import { type Line, type Span, span } from '../terminal/span.ts';
import { markOf, STATES } from './look.ts';
import type { Story } from './story.ts';

export interface BandPlace {
  /** Number of cells. */
  cells: number;
  /** Expected length of the whole run; the cells cover it. */
  lengthMs: number;
  colour: boolean;
}

/** One cell is half a second, or more in a narrow terminal. */
const CELL_MS = 500;

const LEVELS = '▁▂▃▄▅▆▇';

/** Speech at a normal distance is seldom louder than this over half a second. */
const LOUD = 0.08;

const TICKS_SECONDS = [5, 10, 15, 20, 30, 60];

function cellMsOf({ cells, lengthMs }: BandPlace, nowMs: number): number {
  // One more cell, for the current moment.
  return Math.max(CELL_MS, Math.max(lengthMs, nowMs) / Math.max(1, cells - 1));
}

/** The loudness of the audio given to the session. */
export function soundBand(story: Story, place: BandPlace, nowMs: number): Line {
  const cellMs = cellMsOf(place, nowMs);
  const cells: (number[] | undefined)[] = [];
  for (const { atMs, level } of story.loudness) (cells[Math.floor(atMs / cellMs)] ??= []).push(level);
  // Not map, which skips empty cells.
  const text = Array.from(cells, (levels = []) => {
    if (levels.length === 0) return ' ';
    const mean = levels.reduce((sum, level) => sum + level, 0) / levels.length;
    const index = Math.round(Math.min(1, mean / LOUD) * (LEVELS.length - 1));
    return LEVELS[index] ?? ' ';
  });
  return [span(text.join(''), 'teal')];
}

/** The state of each cell, by colour, or by letter without colour. */
export function stateBand(story: Story, place: BandPlace, nowMs: number): Line {
  const cellMs = cellMsOf(place, nowMs);
  const cells: ConnectionState[] = [];
  story.states.forEach(({ atMs, state }, i) => {
    const untilMs = story.states[i + 1]?.atMs ?? nowMs;
    for (let cell = Math.floor(atMs / cellMs); cell <= Math.floor(untilMs / cellMs); cell += 1) {
      const shown = cells[cell];
      if (shown === undefined || STATES[state].weight > STATES[shown].weight) cells[cell] = state;
    }
  });
  return cells.map((state) => {
    const { letter, cell, styles } = STATES[state];
    return place.colour && letter.trim() ? span(cell, ...styles) : span(letter, ...styles);
  });
}

/** Marks of events, each under its time. */
export function markBand(story: Story, place: BandPlace, nowMs: number): Line {
  const cellMs = cellMsOf(place, nowMs);
  const marks: (Span | undefined)[] = [];
  for (const { atMs, kind } of story.entries) {
    if (kind === 'recovered') continue;
    marks[Math.floor(atMs / cellMs)] = markOf(kind);
  }
  return Array.from(marks, (mark = span(' ')) => mark);
}

/** `0s        10s       20s`. */
export function axis(place: BandPlace, nowMs: number): Line {
  const cellMs = cellMsOf(place, nowMs);
  const everySeconds = TICKS_SECONDS.find((seconds) => (seconds * 1000) / cellMs >= 7) ?? 60;
  let text = '';
  for (let seconds = 0; ; seconds += everySeconds) {
    const at = Math.round((seconds * 1000) / cellMs);
    const label = `${seconds}s`;
    if (at + label.length > place.cells) return [span(text, 'dim')];
    text = text.padEnd(at) + label;
  }
}

/** States of every run: shown from the start, so that the frame does not grow. */
const EXPECTED: readonly ConnectionState[] = [
  'connecting',
  'streaming',
  'idle-keepalive',
  'closed-1011',
  'backoff',
  'reconnecting',
  'draining',
];

/** Legend of the expected and the seen states. */
export function legend(story: Story, colour: boolean): Line[] {
  const seen = story.states.map(({ state }) => state).filter((state) => STATES[state].weight > 0);
  return [...new Set([...EXPECTED, ...seen])].map((state) => {
    const { letter, cell, styles } = STATES[state];
    return [span(colour ? cell : letter, ...styles), span(` ${state}`, 'dim')];
  });
}
