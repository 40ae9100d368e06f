/**
 * Text for a terminal before it is one: pieces that know their style and their width. Colour is put on at the very end, so
 * that what is laid out for a coloured terminal is laid out for any.
 */

/** The sixteen colours every theme defines, so that the user's own palette stays in charge. */
const CODES = {
  bold: [1, 22],
  dim: [2, 22],
  underline: [4, 24],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
  magenta: [35, 39],
  cyan: [36, 39],
  grey: [90, 39],
} as const;

export type Style = keyof typeof CODES;

/** A piece of a line. Every character is taken to be one column wide. */
export interface Span {
  text: string;
  styles: readonly Style[];
}

/** One line of a terminal. */
export type Line = readonly Span[];

/** What would move the cursor, forge a line or turn the direction of writing: shown as what cannot be shown. */
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

/** Neighbours of one style become one span, so that a line is not mostly escape codes. */
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

/** The line cut to a width, with an ellipsis where something is missing. */
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

/** Two pieces at the two edges; the right one gives way where there is no room. */
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
