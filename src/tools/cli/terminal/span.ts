/**
 * Text with styles, for a terminal. Colour codes are added last, so that the layout is the same with and without colour.
 */

/**
 * The terminal's own colours. Instead of yellow and cyan, which are hard to read on a light background, colours of the 256 that
 * are readable on both.
 */
const CODES = {
  bold: [1, 22],
  dim: [2, 22],
  underline: [4, 24],
  red: [31, 39],
  green: [32, 39],
  amber: ['38;5;130', 39],
  blue: [34, 39],
  magenta: [35, 39],
  teal: ['38;5;30', 39],
  grey: [90, 39],
} as const;

export type Style = keyof typeof CODES;

/** A piece of a line. Every character counts as one column. */
export interface Span {
  text: string;
  styles: readonly Style[];
}

/** One line of a terminal. */
export type Line = readonly Span[];

/** Characters that would move the cursor, forge a line or change the direction of text: shown as a replacement character. */
const FORGING = /[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu;

export function span(text: string, ...styles: Style[]): Span {
  return { text: text.replace(FORGING, '\ufffd'), styles };
}

export function widthOf(line: Line): number {
  return line.reduce((width, { text }) => width + text.length, 0);
}

/** The line as text, with colour or without. */
export function paint(line: Line, colour: boolean): string {
  if (!colour)
    return line
      .map(({ text }) => text)
      .join('')
      .trimEnd();
  return joined(line)
    .map(({ text, styles }) => {
      const opening = styles.map((style) => `\x1b[${CODES[style][0]}m`).join('');
      const closing = styles
        .toReversed()
        .map((style) => `\x1b[${CODES[style][1]}m`)
        .join('');
      return opening + text + closing;
    })
    .join('');
}

/** Joins neighbours of one style, to save escape codes. */
function joined(line: Line): Line {
  const spans: Span[] = [];
  for (const next of line) {
    const last = spans.at(-1);
    if (last && isSameStyle(last, next)) {
      spans[spans.length - 1] = { text: last.text + next.text, styles: last.styles };
    } else spans.push(next);
  }
  return spans;
}

function isSameStyle(a: Span, b: Span): boolean {
  return a.styles.join() === b.styles.join();
}

/** Truncates the line to a width, with an ellipsis. */
export function fit(line: Line, width: number): Line {
  if (widthOf(line) <= width) return line;
  const fitted: Span[] = [];
  let left = width - 1;
  for (const { text, styles } of line) {
    if (left <= 0) break;
    fitted.push({ text: text.slice(0, left), styles });
    left -= text.length;
  }
  return [...fitted, span('…', 'dim')];
}

/** Two pieces at the two edges; without room the right one is omitted. */
export function justify(left: Line, right: Line, width: number): Line {
  const gap = width - widthOf(left) - widthOf(right);
  return gap < 2 ? fit(left, width) : [...left, span(' '.repeat(gap)), ...right];
}

/** Each word of a text as a span of its own. */
export function wordsOf(text: string, ...styles: readonly Style[]): Span[] {
  return text
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => span(word, ...styles));
}

/** Words set in lines of at most `width`, each line begun with `indent`. A word is one span; wider ones are cut. */
export function wrap(words: readonly Span[], width: number, indent = ''): Line[] {
  const room = Math.max(1, width - indent.length);
  const lines: Span[][] = [];
  let used = Infinity;
  for (const word of words) {
    if (word.text === '') continue;
    const length = Math.min(word.text.length, room);
    if (used + 1 + length > room) {
      lines.push([span(indent)]);
      used = 0;
    } else {
      const last = lines.at(-1)?.at(-1);
      lines.at(-1)?.push(last && isSameStyle(last, word) ? span(' ', ...word.styles) : span(' '));
      used += 1;
    }
    lines.at(-1)?.push(...fit([word], room));
    used += length;
  }
  return lines;
}

/** Groups of spans that stay together, set in as few lines as they fit. */
export function flow(groups: readonly Line[], width: number, indent = '', gap = '   '): Line[] {
  const lines: Span[][] = [];
  let used = Infinity;
  for (const group of groups) {
    const length = widthOf(group);
    if (used + gap.length + length > width) {
      lines.push([span(indent), ...group]);
      used = indent.length + length;
    } else {
      lines.at(-1)?.push(span(gap), ...group);
      used += gap.length + length;
    }
  }
  return lines.map((line) => [...fit(line, width)]);
}
