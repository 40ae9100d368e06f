/** The final report: transcript, log, ledger and result. */
import { type Line, paint, span, type Span, wordsOf, wrap } from '../terminal/span.ts';
import type { Difference } from './comparison.ts';
import { entryLines } from './look.ts';
import type { Outcome } from './performance.ts';
import { inSeconds, plural, secondsOf, type Story } from './story.ts';
import { transcriptLines } from './transcript-view.ts';
import { textOf, type Verdict } from './verdict.ts';

export interface Page {
  columns: number;
  colour: boolean;
}

const INDENT = '  ';

/** Maximum width of a line. */
const WIDEST = 100;

/** The log and the transcript, if they were not printed line by line. */
export function record(story: Story, { columns, colour }: Page): string[] {
  const width = Math.min(WIDEST, columns - 1);
  const note = colour ? 'in colour: recovered by a replay' : '‹ ›: recovered by a replay';
  const log = story.entries.flatMap((entry) =>
    entryLines(entry, width, INDENT).map((line) => paint(line, colour)),
  );
  const text = transcriptLines(story, width, colour, INDENT).map((line) => paint(line, colour));
  const heading = wrap([span('Transcript', 'bold'), ...wordsOf(`(${note})`, 'dim')], width, INDENT);
  return ['', ...log, '', ...heading.map((line) => paint(line, colour)), ...text];
}

/** After Ctrl-C: the events until then. */
export function interrupted(story: Story, afterMs: number, { columns, colour }: Page): string[] {
  const { accepted, confirmed, dropped } = story.seconds;
  const words = story.finals.reduce((count, final) => count + final.words.length, 0);
  const sentence =
    `Interrupted after ${inSeconds(afterMs / 1000)}: ${inSeconds(confirmed)} of ${inSeconds(accepted)} of audio confirmed, ` +
    `${inSeconds(dropped)} dropped, ${plural(words, 'word')}, ${plural(story.reconnects, 'reconnect')}.`;
  return wrap(wordsOf(sentence), Math.min(WIDEST, columns - 1)).map((line) => paint(line, colour));
}

export function report(
  story: Story,
  outcome: Outcome,
  verdict: Verdict,
  { columns, colour }: Page,
): string[] {
  const width = Math.min(WIDEST, columns - 1);
  const rows = tableRows(story, outcome, verdict);
  const labelWidth = Math.max(...rows.map(([label]) => label.length));
  const isNarrow = width < 60;
  const table = rows.flatMap(([label, value, note = '']) => {
    const lead: Line = [
      span(`${INDENT}${label.padEnd(labelWidth)}  `, 'dim'),
      span(value.padStart(6), 'bold'),
    ];
    const room = width - INDENT.length - labelWidth - 10;
    if (note === '') return [lead];
    return isNarrow || note.length > room
      ? [lead, ...wrap(wordsOf(note, 'dim'), width, INDENT.repeat(2))]
      : [[...lead, span(`  ${note}`, 'dim')]];
  });
  return [
    [],
    [span(`${INDENT}Report`, 'bold')],
    ...table,
    [],
    ...(verdict.undisturbedWords > 0 ? [...differenceLines(story, verdict.differences, width), []] : []),
    ...verdictLines(verdict, width),
  ].map((line) => paint(line, colour));
}

type TableRow = [label: string, value: string, note?: string];

function tableRows(story: Story, { report, measuredSilenceMs }: Outcome, verdict: Verdict): TableRow[] {
  const { accepted, confirmed, dropped, pending } = secondsOf(report.ledger);
  const causes = story.recoveries.flatMap(({ entry, replay }) => (replay ? entry.text : [])).join(', ');
  const silence = inSeconds(report.longestOutboundSilenceMs / 1000);
  const measured =
    measuredSilenceMs === undefined ? '' : `; the server measured ${inSeconds(measuredSilenceMs / 1000)}`;
  return [
    ['audio accepted', inSeconds(accepted)],
    ['audio confirmed', inSeconds(confirmed), 'covered by final results'],
    ...(pending > 0 ? [['audio not confirmed', inSeconds(pending)] satisfies TableRow] : []),
    ['audio dropped', inSeconds(dropped)],
    ['words', String(verdict.words), `the undisturbed run has ${verdict.undisturbedWords}`],
    ['words recovered', String(verdict.recoveredWords), 'reached the server by replay only'],
    ['reconnects', String(story.reconnects), causes],
    ['KeepAlives', String(report.keepAlives)],
    ['longest silence', silence, `outbound, of 10 s allowed${measured}`],
  ];
}

/** Differences of the words, at the seams that have some. */
function differenceLines(story: Story, differences: readonly Difference[], width: number): Line[] {
  const sum = differences.length === 0 ? '(the same words)' : `(${plural(differences.length, 'difference')})`;
  const title = wordsOf('Against the undisturbed run', 'bold');
  const heading = wrap([...title, ...wordsOf(sum, 'dim')], width, INDENT);
  const seams = story.seams.flatMap(({ from, to }, i) => {
    const here = differences.filter(({ seam }) => seam === i);
    if (here.length === 0) return [];
    const range = to < Infinity ? `${from.toFixed(1)}–${to.toFixed(1)} s` : `from ${from.toFixed(1)} s`;
    const label = wordsOf(`seam ${i + 1}, ${range}:`, 'dim');
    return here.flatMap((difference) => wrap([...label, ...diffSpans(difference)], width, INDENT));
  });
  const strays = differences
    .filter(({ seam }) => seam === undefined)
    .flatMap((difference) =>
      wrap([...wordsOf('away from any seam:', 'red'), ...diffSpans(difference)], width, INDENT),
    );
  return [...heading, ...seams, ...strays];
}

/** `… than he [-was-] {+wars+} still …`, in the manner of word diffs. */
function diffSpans({ expected, actual, before, after }: Difference): Span[] {
  return [
    ...wordsOf(`…${textOf(before)}`, 'dim'),
    ...(expected.length > 0 ? wordsOf(`[-${textOf(expected)}-]`, 'red') : []),
    ...(actual.length > 0 ? wordsOf(`{+${textOf(actual)}+}`, 'green') : []),
    ...wordsOf(`${textOf(after)}…`, 'dim'),
  ];
}

function verdictLines({ failures }: Verdict, width: number): Line[] {
  if (failures.length === 0) return [[span(`${INDENT}✔ No word was lost.`, 'bold', 'green')]];
  return [
    [span(`${INDENT}✖ The demonstration failed.`, 'bold', 'red')],
    ...failures.flatMap((failure) => wrap(wordsOf(failure, 'red'), width, INDENT.repeat(2))),
  ];
}
