/** Formats findings for people and for machines. */
import { fit, type Line, paint, span, type Style, wordsOf, wrap } from '../terminal/span.ts';
import { CHECKLIST, type Finding, type Verdict } from './finding.ts';

export interface Page {
  columns: number;
  colour: boolean;
}

const LOOKS: Record<Verdict, { mark: string; styles: readonly Style[] }> = {
  pass: { mark: '✔', styles: ['green'] },
  warn: { mark: '!', styles: ['amber', 'bold'] },
  fail: { mark: '✘', styles: ['red', 'bold'] },
  skipped: { mark: '–', styles: ['grey'] },
};

/** Of the names in `CHECKLIST`; “This machine” is “Machine”. */
const GROUP_WIDTH = 'Deepgram'.length;
const TITLE_WIDTH = Math.max(...Object.values(CHECKLIST).map(([, title]) => title.length));
/** Part of the checklist, mark, name, and the gaps around them. */
const INDENT = ' '.repeat(GROUP_WIDTH + 2 + 2 + TITLE_WIDTH + 2);
/** Maximum length of a line. */
const WIDEST = 96;

export function titleLine(place: string): Line {
  return [span('rx-deepgram doctor', 'bold'), span(` · ${place}`, 'dim')];
}

/** All findings: failures first, then warnings and the rest in the order of the checklist. */
export function findingLines(findings: readonly Finding[], page: Page): string[] {
  const failed = findings.filter(({ verdict }) => verdict === 'fail');
  const done = findings.filter(({ verdict }) => verdict === 'pass' || verdict === 'warn');
  const gap = failed.length > 0 && done.length > 0 ? [''] : [];
  return [...rows(failed, page), ...gap, ...rows(done, page), ...skippedLines(findings, page)];
}

function rows(findings: readonly Finding[], { columns, colour }: Page): string[] {
  const width = Math.min(WIDEST, columns - 1);
  return findings.flatMap((finding, i) => {
    const [group, title] = CHECKLIST[finding.id];
    const before = findings[i - 1];
    const isNew = before === undefined || CHECKLIST[before.id][0] !== group;
    const { mark, styles } = LOOKS[finding.verdict];
    const [first = [], ...further] = wrap(wordsOf(finding.summary), width, INDENT);
    const lead = [
      span((isNew ? group.replace('This machine', 'Machine') : '').padEnd(GROUP_WIDTH + 2), 'dim'),
      span(mark, ...styles),
      span(` ${title.padEnd(TITLE_WIDTH)}  `),
    ];
    const remedy =
      finding.remedy === undefined ? [] : wrap(wordsOf(`→ ${finding.remedy}`, 'teal'), width, INDENT);
    return [[...lead, ...first.slice(1)], ...further, ...remedy].map((line) =>
      paint(fit(line, width), colour),
    );
  });
}

/** One line for each reason: a skipped check has no other information. */
function skippedLines(findings: readonly Finding[], { columns, colour }: Page): string[] {
  const width = Math.min(WIDEST, columns - 1);
  const byReason = new Map<string, string[]>();
  for (const { id, verdict, summary } of findings) {
    if (verdict !== 'skipped') continue;
    byReason.set(summary, [...(byReason.get(summary) ?? []), CHECKLIST[id][1]]);
  }
  return [...byReason].flatMap(([reason, titles]) => {
    const words = wordsOf(`– not checked (${reason}): ${titles.join(', ')}`, 'grey');
    return wrap(words, width, '  ').map((line) => paint(fit(line, width), colour));
  });
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
