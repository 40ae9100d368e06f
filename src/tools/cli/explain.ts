/** Explains a flight recording or a log: causes and remedies. */
import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import {
  type Flight,
  type FlightStory,
  readFlight,
  replayFlight,
  tellFlight,
  explain,
  type Explanation,
} from '../../diagnosis/index.ts';
import { clockTime } from './terminal/clock-time.ts';
import { fit, type Line, paint, span, type Style, wordsOf, wrap } from './terminal/span.ts';

export const EXPLAIN_USAGE = `Usage: rx-deepgram explain FILE [--replay]
       rx-deepgram explain --text 'error message'

Tells a flight recording (see recordFlight) in words, and names what ended its
connections. Of any other file, such as the log of another SDK, it explains
every failure that it recognises. FILE may be -, for standard input.

Options:
  --text TEXT    explains a close code, an HTTP status, or a line of a log
  --replay       lives the recording through again, in virtual time, and says
                 whether the machine arrives at the same states
  --json         one JSON object, for machines
  -h, --help     shows this text

Exit codes:
  0    explained
  1    nothing was recognised, or the replay went another way
  2    the command line is not right, or the file cannot be read`;

export interface ExplainOptions {
  /** The input: a file or a text. */
  source: { file: string } | { text: string };
  replay: boolean;
  json: boolean;
}

export type ExplainArguments = { options: ExplainOptions } | { refusal: string } | { help: true };

interface Page {
  columns: number;
  colour: boolean;
}

/** Maximum of failures from one log. */
const MAX_FAILURES = 20;
const WIDEST = 96;

const TONES: Record<FlightStory['incidents'][number]['tone'], readonly Style[]> = {
  good: ['green'],
  bad: ['red'],
  plain: [],
};

/** @throws an error of `parseArgs` for unknown options. */
export function readExplainArguments(args: readonly string[]): ExplainArguments {
  const options = {
    text: { type: 'string' },
    replay: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  } as const satisfies ParseArgsOptionsConfig;
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
  if (values.help) return { help: true };
  const { text, replay, json } = values;
  const [file, ...others] = positionals;
  if (others.length > 0 || (file === undefined) === (text === undefined)) {
    return { refusal: 'Pass one file, or --text.' };
  }
  if (text !== undefined && replay) return { refusal: '--replay needs a flight recording.' };
  return { options: { source: text === undefined ? { file: file as string } : { text }, replay, json } };
}

/** @returns the output and the exit code. */
export function explainText(
  content: string,
  { replay, json }: Pick<ExplainOptions, 'replay' | 'json'>,
  page: Page,
): { text: string; code: number } {
  const flight = /^\s*\{"kind":"flight"/.test(content) ? readFlight(content) : undefined;
  if (flight) return explainFlight(flight, replay, json, page);
  if (replay) return { text: 'This is not a flight recording and cannot be replayed.\n', code: 1 };
  const failures = failuresIn(content);
  const isLog = content.trimEnd().includes('\n');
  if (json) return { text: asJson({ failures }), code: failures.length > 0 ? 0 : 1 };
  if (content.trim() === '') return { text: 'There is nothing in it to explain.\n', code: 1 };
  if (failures.length === 0) {
    const { cause, remedy } = explain(undefined);
    return {
      text: show([...paragraph(cause, page), ...paragraph(`→ ${remedy}`, page, 'teal')], page),
      code: 1,
    };
  }
  return {
    text: show(
      failures.flatMap(({ line, times, ...failure }) =>
        failureLines(failure, page, isLog ? placeOf(line, times) : ''),
      ),
      page,
    ),
    code: 0,
  };
}

function explainFlight(
  flight: Flight,
  replay: boolean,
  json: boolean,
  page: Page,
): { text: string; code: number } {
  const story = tellFlight(flight);
  const again = replay ? replayFlight(flight) : undefined;
  const code = again?.agrees === false ? 1 : 0;
  if (json) {
    return { text: asJson({ header: flight.header, ...story, ...(again && { replay: again }) }), code };
  }
  const { startedAt, dropped } = flight.header;
  const title: Line = [
    span('Flight', 'bold'),
    span(` of ${startedAt.replace('T', ' ').slice(0, 19)} UTC`, 'dim'),
  ];
  const lost =
    dropped > 0
      ? paragraph(`Its first ${dropped} lines were dropped to stay within its limit.`, page, 'amber')
      : [];
  const incidents = story.incidents.flatMap(({ at, tone, text }) => {
    const [first = [], ...further] = wrap(wordsOf(text, ...TONES[tone]), widthOf(page), ' '.repeat(11));
    return [[span(`${clockTime(at).padStart(9)}  `, 'dim'), ...first.slice(1)], ...further];
  });
  const causes =
    story.causes.length === 0
      ? []
      : story.causes.flatMap(({ times, isFatal, ...cause }) =>
          failureLines(cause, page, isFatal ? 'this ended the session' : times > 1 ? `${times} times` : ''),
        );
  const outcome = [[], ...paragraph(story.outcome, page, 'bold')];
  return {
    text: show([title, ...lost, [], ...incidents, ...outcome, ...causes, ...replayLines(again, page)], page),
    code,
  };
}

function replayLines(again: ReturnType<typeof replayFlight> | undefined, page: Page): Line[] {
  if (!again) return [];
  const { agrees, states, events, disagreements, longestDelayMs } = again;
  const late = longestDelayMs > 50 ? ` A timer came ${Math.round(longestDelayMs)} ms late.` : '';
  if (agrees) {
    const text = `Replayed ${events} events: the machine reaches the same ${states.length} states.${late}`;
    return [[], ...paragraph(text, page, 'green')];
  }
  const all = disagreements.flatMap((each) => paragraph(each, page, 'red'));
  return [
    [],
    ...paragraph(`Replayed ${events} events: the machine reaches other states.`, page, 'red', 'bold'),
    ...all,
  ];
}

/** A failure, and its place in the log. */
interface Sighting extends Explanation {
  /** Number of the first line with it; `undefined` if only all lines together show it. */
  line: number | undefined;
  /** The number of lines with it. */
  times: number;
}

/** Each kind of failure in a log, once, in order. */
function failuresIn(content: string): Sighting[] {
  const found = new Map<string, Sighting>();
  const lines = content.split('\n');
  lines.forEach((text, i) => {
    const failure = explain(text);
    const known = found.get(failure.kind);
    if (known) known.times += 1;
    else if (failure.kind !== 'unrecognised' && found.size < MAX_FAILURES)
      found.set(failure.kind, { ...failure, line: i + 1, times: 1 });
  });
  const whole = explain(content);
  if (whole.kind !== 'unrecognised' && !found.has(whole.kind) && found.size < MAX_FAILURES)
    found.set(whole.kind, { ...whole, line: undefined, times: 1 });
  return [...found.values()];
}

/** The text of its place in the log. */
function placeOf(line: number | undefined, times: number): string {
  if (line === undefined) return 'in all lines together';
  return times === 1 ? `line ${line}` : `line ${line}, and ${times - 1} more like it`;
}

function failureLines(failure: Explanation, page: Page, remark = ''): Line[] {
  const { kind, code, status, cause, why, remedy, worthRetrying, requestId, docs } = failure;
  const number = status === undefined ? code : `HTTP ${status}`;
  const title = [span(kind, 'bold'), ...(number === undefined ? [] : [span(` · ${number}`, 'dim')])];
  const rows: [string, string, ...Style[]][] = [
    ['Cause', cause],
    ['Retry', `${worthRetrying ? 'Yes.' : 'No.'} ${why}`],
    ['Remedy', remedy, 'teal'],
    ...(requestId === undefined ? [] : ([['Request', requestId]] as [string, string][])),
    ['More', docs],
  ];
  return [
    [],
    remark === '' ? title : [...title, span(` · ${remark}`, 'amber')],
    ...rows.flatMap(([name, text, ...styles]) => {
      const [first = [], ...further] = wrap(wordsOf(text, ...styles), widthOf(page), ' '.repeat(10));
      return [[span(`  ${name.padEnd(8)}`, 'dim'), ...first.slice(1)], ...further];
    }),
  ];
}

function paragraph(text: string, page: Page, ...styles: Style[]): Line[] {
  return wrap(wordsOf(text, ...styles), widthOf(page));
}

function show(lines: readonly Line[], page: Page): string {
  return lines.map((line) => `${paint(fit(line, widthOf(page)), page.colour)}\n`).join('');
}

function widthOf({ columns }: Page): number {
  return Math.min(WIDEST, columns - 1);
}

function asJson(value: object): string {
  return `${JSON.stringify({ version: 1, ...value }, undefined, 2)}\n`;
}
