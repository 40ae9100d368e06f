/** A performance at a glance: how loud it was, in which state the machine stood and what happened, side by side over time. */
import type { ConnectionState } from '../../index.ts';
import { type Line, type Span, span } from '../terminal/span.ts';
import { markOf, STATES } from './look.ts';
import type { Story } from './story.ts';

export interface BandPlace {
  /** Cells there are room for. */
  cells: number;
  /** How long the whole performance is expected to take: the cells are made to hold it all. */
  lengthMs: number;
  colour: boolean;
}

/** One cell is half a second, or more where the terminal is narrow. */
const CELL_MS = 500;

const LEVELS = '▁▂▃▄▅▆▇';

/** Over half a second, speech at a normal distance seldom gets louder than this on average. */
const LOUD = 0.08;

const TICKS_SECONDS = [5, 10, 15, 20, 30, 60];

function cellMsOf({ cells, lengthMs }: BandPlace, nowMs: number): number {
  // One cell more than needed: the moment that is just over is in none of the cells before it.
  return Math.max(CELL_MS, Math.max(lengthMs, nowMs) / Math.max(1, cells - 1));
}

/** The loudness of the audio given to the session. */
export function soundBand(story: Story, place: BandPlace, nowMs: number): Line {
  const cellMs = cellMsOf(place, nowMs);
  const cells: (number[] | undefined)[] = [];
  for (const { atMs, level } of story.loudness) (cells[Math.floor(atMs / cellMs)] ??= []).push(level);
  // Not map: it would pass over the cells in which nothing was heard.
  const text = Array.from(cells, (levels = []) => {
    if (levels.length === 0) return ' ';
    const mean = levels.reduce((sum, level) => sum + level, 0) / levels.length;
    const index = Math.round(Math.min(1, mean / LOUD) * (LEVELS.length - 1));
    return LEVELS[index] ?? ' ';
  });
  return [span(text.join(''), 'cyan')];
}

/** The state of each cell, told by colour, or by letter where there is none. */
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
    const { letter, styles } = STATES[state];
    return place.colour && letter.trim() ? span('█', ...styles) : span(letter, ...styles);
  });
}

/** What happened, each thing under its time. */
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

/** States that every performance comes through: named from the start, so that the picture does not grow. */
const EXPECTED: readonly ConnectionState[] = [
  'connecting',
  'streaming',
  'idle-keepalive',
  'closed-1011',
  'backoff',
  'reconnecting',
  'draining',
];

/** What stands for each state, for those that are expected and those that came. */
export function legend(story: Story, colour: boolean): Line[] {
  const seen = story.states.map(({ state }) => state).filter((state) => STATES[state].weight > 0);
  return [...new Set([...EXPECTED, ...seen])].map((state) => {
    const { letter, styles } = STATES[state];
    return [span(colour ? '█' : letter, ...styles), span(` ${state}`, 'dim')];
  });
}
