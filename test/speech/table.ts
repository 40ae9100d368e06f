/** The comparison as a table: one line for each fault, then the changed words. */
import { asPercent, type Comparison, textsOf } from './comparison.ts';

const HEADINGS = [
  'trouble',
  'words',
  'differ',
  'WER',
  'moved',
  'reconnects',
  'at seams',
  'elsewhere',
  'verdict',
];

export function tableOf(title: string, comparisons: readonly Comparison[]): string {
  const rows = [HEADINGS, ...comparisons.map(cellsOf)];
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => aligned(cell, column, widths))
      .join('  ')
      .trimEnd(),
  );
  const rule = '─'.repeat(lines[0]?.length ?? 0);
  return [title, rule, lines[0], rule, ...lines.slice(1), rule, ...changesIn(comparisons)].join('\n');
}

function cellsOf(comparison: Comparison): string[] {
  const { trouble, words, errors, errorRate, movedMs, reconnects, differences, failures } = comparison;
  const atSeams = differences.filter(({ seam }) => seam !== undefined).length;
  return [
    trouble,
    String(words),
    String(errors),
    asPercent(errorRate),
    `${Math.round(movedMs)} ms`,
    String(reconnects),
    String(atSeams),
    String(differences.length - atSeams),
    failures.length === 0 ? 'nothing lost' : failures.join(' '),
  ];
}

/** Text to the left, numbers to the right. */
function aligned(cell: string, column: number, widths: readonly number[]): string {
  const isText = column === 0 || column === HEADINGS.length - 1;
  const width = widths[column] ?? 0;
  return isText ? cell.padEnd(width) : cell.padStart(width);
}

/** `… than he [-was-] {+wars+} still …`, each once, with how many troubles have led to it. */
function changesIn(comparisons: readonly Comparison[]): string[] {
  const text = (words: readonly { word: string }[]) => textsOf(words).join(' ');
  const changes = comparisons.flatMap(({ differences }) =>
    differences.map(({ before, expected, actual, after }) => {
      const removed = expected.length > 0 ? ` [-${text(expected)}-]` : '';
      const added = actual.length > 0 ? ` {+${text(actual)}+}` : '';
      return `…${text(before)}${removed}${added} ${text(after)}…`;
    }),
  );
  return [...new Set(changes)].map((change) => {
    const times = changes.filter((other) => other === change).length;
    return `${String(times).padStart(3)} × ${change}`;
  });
}
