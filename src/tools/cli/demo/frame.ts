/**
 * One frame of the running demonstration: a pure function of the story, the time and the terminal's size. In a small terminal
 * the least important rows are omitted first.
 */
import { clockTime } from '../terminal/clock-time.ts';
import { fit, flow, justify, type Line, paint, span, widthOf } from '../terminal/span.ts';
import { axis, type BandPlace, legend, markBand, soundBand, stateBand } from './band.ts';
import { ledgerBar, ledgerNumbers, silenceGauge, wordCount } from './gauges.ts';
import { MEANINGS } from '../../viewer/meanings.ts';
import { entryLines, STATES } from './look.ts';
import type { Recording } from './recording.ts';
import { inSeconds, type Story } from './story.ts';
import { transcriptLines } from './transcript-view.ts';

/** Inputs beside the story. */
export interface Programme {
  /** The receiver of the audio. */
  place: string;
  sound: Recording['sound'];
  audioSeconds: number;
  /** Expected length of the run. */
  lengthMs: number;
}

export interface Room {
  columns: number;
  rows: number;
  colour: boolean;
}

/** Margin on both sides. */
const MARGIN = ' ';

/** Width of the row names. */
const LABEL_WIDTH = 9;

/** Maximum rows of text and of log, which share the rest. */
const MOST_TEXT_LINES = 6;
const MOST_LOG_LINES = 16;

/** With fewer rows, blank rows are omitted first, then the optional ones. */
const CRAMPED_LINES = 8;
const LEAST_LINES = 4;

/** A row of the frame; rows of the highest rank are omitted first. */
interface Row {
  line: Line;
  rank: number;
}

export function frame(story: Story, programme: Programme, room: Room, nowMs: number): string[] {
  const { columns, rows, colour } = room;
  // The last column stays free: some terminals wrap the line there.
  const width = Math.max(20, columns - MARGIN.length - 1);
  const height = Math.max(4, rows - 1);
  const fixed = fixedRows(story, programme, { width, colour }, nowMs);
  while (fixed.length > height - CRAMPED_LINES && fixed.some(isBlank)) dropLeast(fixed);
  while (fixed.length > Math.max(2, height - LEAST_LINES)) dropLeast(fixed);
  const left = height - fixed.length;
  const textLines = Math.max(1, Math.min(MOST_TEXT_LINES, Math.floor((left - 1) / 2)));
  const logLines = Math.max(0, Math.min(MOST_LOG_LINES, left - textLines - 1));
  const text = transcriptLines(story, width, colour);
  if (text.length === 0) text.push([span('no words yet …', 'dim')]);
  const log = story.entries.flatMap((entry) => entryLines(entry, width));
  const lines = [
    ...fixed.map(({ line }) => line),
    ...padTo(textLines, text.slice(-textLines)),
    ...(logLines > 0 ? [[], ...padTo(logLines, log.slice(-logLines))] : []),
  ];
  return lines.slice(0, height).map((line) => paint([span(MARGIN), ...fit(line, width)], colour));
}

/** All rows except the transcript and the log, which vary in size. */
function fixedRows(
  story: Story,
  { place, sound, audioSeconds, lengthMs }: Programme,
  { width, colour }: { width: number; colour: boolean },
  nowMs: number,
): Row[] {
  const { state, atMs } = story.state;
  const { styles } = STATES[state];
  const meaning = MEANINGS[state];
  const isNarrow = width < 60;
  const labelWidth = isNarrow ? 0 : LABEL_WIDTH;
  const inner = width - labelWidth;
  const indent = ' '.repeat(labelWidth);
  const labelled = (name: string, line: Line): Line => [
    ...(isNarrow ? [] : [span(name.padEnd(labelWidth), 'dim')]),
    ...line,
  ];
  const band: BandPlace = { cells: inner, lengthMs, colour };
  const blank = (rank: number): Row => ({ line: [], rank });
  const title: Line = [
    span('rx-deepgram', 'bold'),
    span(` · ${Math.round(audioSeconds)} s of ${sound} · ${place}`, 'dim'),
  ];
  const whole = nowMs <= lengthMs ? ` of ${clockTime(lengthMs).slice(0, 5)}` : '';
  const time: Line = [span(`${clockTime(nowMs).slice(0, 5)}${whole}`, 'dim')];
  const dot: Line = [
    span('● ', ...styles),
    span(state, 'bold', ...styles),
    span(` ${inSeconds((nowMs - atMs) / 1000)}`),
  ];
  const bar = ledgerBar(story.seconds, audioSeconds, inner);
  const spare = width - widthOf(dot) - 3;
  return [
    { line: justify(title, time, width), rank: 2 },
    blank(9),
    { line: spare > meaning.length ? [...dot, span(`   ${meaning}`, 'dim')] : dot, rank: 0 },
    blank(8),
    { line: labelled('sound', soundBand(story, band, nowMs)), rank: 4 },
    { line: labelled('state', stateBand(story, band, nowMs)), rank: 1 },
    { line: labelled('events', markBand(story, band, nowMs)), rank: 3 },
    { line: labelled('', axis(band, nowMs)), rank: 5 },
    ...flow(legend(story, colour), width, indent, '  ').map((line) => ({ line, rank: 6 })),
    blank(8),
    { line: labelled('silence', silenceGauge(story, inner, nowMs)), rank: 1 },
    { line: labelled('audio', isNarrow ? bar : [...bar, ...wordCount(story)]), rank: 5 },
    ...flow(ledgerNumbers(story.seconds), width, indent).map((line) => ({ line, rank: 2 })),
    blank(7),
  ];
}

function isBlank({ line }: Row): boolean {
  return line.length === 0;
}

/** Removes the last row of the highest rank. */
function dropLeast(rows: Row[]): void {
  const rank = Math.max(...rows.map((row) => row.rank));
  rows.splice(
    rows.findLastIndex((row) => row.rank === rank),
    1,
  );
}

/** Adds blank lines below, so that the frame does not move. */
function padTo(count: number, lines: readonly Line[]): Line[] {
  return [...lines, ...Array.from({ length: Math.max(0, count - lines.length) }, (): Line => [])];
}
