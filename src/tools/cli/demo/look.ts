/** Colours, letters and texts of the states, and the mark of each kind of entry. */
import type { ConnectionState } from '../../../index.ts';
import { clockTime } from '../terminal/clock-time.ts';
import { type Line, type Span, span, type Style, widthOf, wordsOf, wrap } from '../terminal/span.ts';
import type { Entry, EntryKind } from './story.ts';

interface StateLook {
  /** Shown for the state without colour. */
  letter: string;
  styles: readonly Style[];
  meaning: string;
  /** One cell of the band shows the state with the highest weight. */
  weight: number;
}

export const STATES: Record<ConnectionState, StateLook> = {
  dormant: { letter: '·', styles: ['grey'], meaning: 'waits for the first audio', weight: 0 },
  connecting: { letter: 'C', styles: ['yellow'], meaning: 'opens the first connection', weight: 4 },
  queued: { letter: 'Q', styles: ['yellow'], meaning: 'waits for a place among the connections', weight: 8 },
  streaming: { letter: 'S', styles: ['green'], meaning: 'audio flows', weight: 1 },
  'idle-keepalive': { letter: 'K', styles: ['blue'], meaning: 'no audio: KeepAlive every 3 s', weight: 2 },
  'closed-1011': {
    letter: 'X',
    styles: ['red'],
    meaning: 'the server has closed; what follows is decided',
    weight: 9,
  },
  backoff: { letter: 'B', styles: ['magenta'], meaning: 'waits a moment; audio is kept', weight: 5 },
  suspended: { letter: 'P', styles: ['magenta'], meaning: 'a long outage: probes now and then', weight: 6 },
  reconnecting: {
    letter: 'R',
    styles: ['yellow'],
    meaning: 'opens a new connection; audio is kept',
    weight: 7,
  },
  draining: {
    letter: 'D',
    styles: ['cyan'],
    meaning: 'sends the rest and takes the last results',
    weight: 3,
  },
  closed: { letter: ' ', styles: ['grey'], meaning: 'everything is said', weight: 0 },
  failed: { letter: 'F', styles: ['red'], meaning: 'given up', weight: 10 },
};

const ENTRIES: Record<EntryKind, { mark: string; styles: readonly Style[] }> = {
  opened: { mark: '●', styles: ['green'] },
  paused: { mark: '‖', styles: ['blue'] },
  resumed: { mark: '▶', styles: ['green'] },
  'kept-alive': { mark: '♥', styles: ['blue'] },
  lost: { mark: '✂', styles: ['red'] },
  recovered: { mark: '↺', styles: ['yellow'] },
  ending: { mark: '■', styles: ['cyan'] },
  warning: { mark: '!', styles: ['yellow'] },
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
