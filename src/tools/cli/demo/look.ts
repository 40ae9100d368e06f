/** Colours and letters of the states, and the mark of each kind of entry. */
import type { ConnectionState } from '../../../index.ts';
import type { Kind } from '../../viewer/statechart/layout.ts';
import { clockTime } from '../terminal/clock-time.ts';
import { type Line, type Span, span, type Style, widthOf, wordsOf, wrap } from '../terminal/span.ts';
import type { Entry, EntryKind } from './story.ts';

interface StateLook {
  /** The kind of state, which decides the colour, as in the viewer. */
  kind: Kind;
  /** Shown for the state without colour. */
  letter: string;
  /** Shown for it in its colour, which it may share. */
  cell?: string;
  /** One cell of the band shows the state with the highest weight. */
  weight: number;
}

/** The colour of each kind of state, as in the viewer. */
const COLOURS: Record<Kind, Style> = {
  resting: 'grey',
  opening: 'blue',
  live: 'green',
  waiting: 'amber',
  closed: 'grey',
  failed: 'red',
};

const LOOKS: Record<ConnectionState, StateLook> = {
  dormant: { kind: 'resting', letter: '·', weight: 0 },
  connecting: { kind: 'opening', letter: 'C', weight: 4 },
  queued: { kind: 'waiting', letter: 'Q', weight: 8 },
  streaming: { kind: 'live', letter: 'S', weight: 1 },
  'idle-keepalive': { kind: 'live', letter: 'K', cell: '▒', weight: 2 },
  'closed-1011': { kind: 'waiting', letter: 'X', weight: 9 },
  backoff: { kind: 'waiting', letter: 'B', cell: '▒', weight: 5 },
  suspended: { kind: 'waiting', letter: 'P', cell: '▒', weight: 6 },
  reconnecting: { kind: 'opening', letter: 'R', weight: 7 },
  draining: { kind: 'live', letter: 'D', cell: '▓', weight: 3 },
  closed: { kind: 'closed', letter: ' ', weight: 0 },
  failed: { kind: 'failed', letter: 'F', weight: 10 },
};

export const STATES = Object.fromEntries(
  Object.entries(LOOKS).map(([state, look]) => [state, { cell: '█', ...look, styles: [COLOURS[look.kind]] }]),
) as unknown as Record<ConnectionState, Required<StateLook> & { styles: readonly Style[] }>;

const ENTRIES: Record<EntryKind, { mark: string; styles: readonly Style[] }> = {
  opened: { mark: '●', styles: ['green'] },
  paused: { mark: '‖', styles: ['blue'] },
  resumed: { mark: '▶', styles: ['green'] },
  'kept-alive': { mark: '♥', styles: ['blue'] },
  lost: { mark: '✂', styles: ['red'] },
  recovered: { mark: '↺', styles: ['amber'] },
  ending: { mark: '■', styles: ['teal'] },
  warning: { mark: '!', styles: ['amber'] },
};

export function markOf(kind: EntryKind): Span {
  const { mark, styles } = ENTRIES[kind];
  return span(mark, ...styles);
}

/** `✂ 00:24.1 TCP cut → reconnected in 84 ms, 3.4 s of audio replayed`. */
export function entryLine({ atMs, kind, text, outcome }: Entry): Line {
  const line = [markOf(kind), span(` ${clockTime(atMs)} `, 'dim'), span(text)];
  return outcome ? [...line, span(' → ', 'dim'), span(outcome.text, 'green')] : line;
}

/** An entry wrapped under its own text. */
export function entryLines(entry: Entry, width: number, indent = ''): Line[] {
  const [mark, time, ...rest] = entryLine(entry);
  if (!mark || !time) return [];
  const lead: Line = [span(indent), mark, time];
  const words = rest.flatMap(({ text, styles }) => wordsOf(text, ...styles));
  const lines = wrap(words, width, ' '.repeat(widthOf(lead)));
  return lines.map((line, i) => (i === 0 ? [...lead, ...line.slice(1)] : line));
}
