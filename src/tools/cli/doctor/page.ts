/** Formats findings for people and for machines. */
import { fit, type Line, paint, span, type Style, wordsOf, wrap } from '../terminal/span.ts';
import { CHECKLIST, type CheckId, type Finding, type Verdict } from './finding.ts';

export interface Page {
  columns: number;
  colour: boolean;
}

const LOOKS: Record<Verdict, { mark: string; styles: readonly Style[] }> = {
  pass: { mark: '✔', styles: ['green'] },
  warn: { mark: '!', styles: ['yellow', 'bold'] },
  fail: { mark: '✘', styles: ['red', 'bold'] },
  skipped: { mark: '–', styles: ['grey'] },
};

const TITLE_WIDTH = Math.max(...Object.values(CHECKLIST).map(([, title]) => title.length));
/** Mark, name, and the gaps around them. */
const INDENT = ' '.repeat(2 + 2 + TITLE_WIDTH + 2);
/** Maximum length of a line. */
const WIDEST = 96;

export function titleLine(place: string): Line {
  return [span('rx-deepgram doctor', 'bold'), span(` · ${place}`, 'dim')];
}

/** The finding, with a heading if a new part of the checklist begins. */
export function findingLines(
  finding: Finding,
  previous: CheckId | undefined,
  { columns, colour }: Page,
): string[] {
  const width = Math.min(WIDEST, columns - 1);
  const [group, title] = CHECKLIST[finding.id];
  const heading: Line[] =
    previous !== undefined && CHECKLIST[previous][0] === group ? [] : [[], [span(group, 'bold')]];
  const { mark, styles } = LOOKS[finding.verdict];
  const isQuiet = finding.verdict === 'skipped';
  const summary = wordsOf(finding.summary, ...(isQuiet ? (['grey'] as const) : []));
  const [first = [], ...further] = wrap(summary, width, INDENT);
  const lead = [
    span('  '),
    span(mark, ...styles),
    span(` ${title.padEnd(TITLE_WIDTH)}  `, ...(isQuiet ? (['grey'] as const) : [])),
  ];
  const remedy =
    finding.remedy === undefined ? [] : wrap(wordsOf(`→ ${finding.remedy}`, 'cyan'), width, INDENT);
  return [...heading, [...lead, ...first.slice(1)], ...further, ...remedy].map((line) =>
    paint(fit(line, width), colour),
  );
}

/** The summary. */
export function closingLines(findings: readonly Finding[], { colour }: Page): string[] {
  const count = (verdict: Verdict) => findings.filter((each) => each.verdict === verdict).length;
  const failed = count('fail');
  const warnings = count('warn');
  const counts = `${count('pass')} passed, ${warnings} ${warnings === 1 ? 'warning' : 'warnings'}, ${failed} failed, ${count('skipped')} skipped`;
  const verdict =
    failed > 0 ? span('Some checks failed.', 'red', 'bold') : span('No check failed.', 'green', 'bold');
  return ['', paint([verdict, span(` ${counts}.`, 'dim')], colour)];
}

/** JSON: one object with all findings and their numbers. */
export function asJson(place: string, findings: readonly Finding[]): string {
  const checks = findings.map(({ id, ...finding }) => {
    const [group, title] = CHECKLIST[id];
    return { id, group, title, ...finding };
  });
  const isHealthy = findings.every(({ verdict }) => verdict !== 'fail');
  return `${JSON.stringify({ version: 1, url: place, healthy: isHealthy, checks }, undefined, 2)}\n`;
}
