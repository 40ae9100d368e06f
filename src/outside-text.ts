/** Text from outside, without secrets that it may repeat and without characters that forge printed output. */
import { MIN_SECRET_LENGTH } from './errors.ts';

/** The longest evidence or reason that is kept, in characters. Otherwise a server could fill the memory. */
const MAX_LINE = 1_000;

/**
 * Control characters of terminals (except tab and newline), line separators, and characters that change the direction of text.
 */
const FORGING = /(?![\t\n])[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu;

/** The same characters, and the two that begin an escape: `\` in JSON and `%` in an address. */
const SUSPECT = /[\\%\p{Cc}\u2028-\u202e\u2066-\u2069]/u;

/** The same characters as JSON escapes; two backslashes are an escaped backslash. */
const FORGING_IN_JSON =
  /\\(?:\\|[bfr]|u00(?:0[0-8bcdef]|1[0-9a-f]|7f|[89][0-9a-f])|u20(?:2[89a-e]|6[6-9]))/gi;

/**
 * Text without the secret, in any form, and without characters that forge printed output: almost every message. Where it is
 * `false`, the text may still be harmless.
 */
export function isHarmless(text: string, secret: string): boolean {
  return !SUSPECT.test(text) && !text.includes(secret);
}

/** Returns a function that removes a secret from text: as it is, in JSON, in JSON within JSON, or in an address. */
export function secretRemover(secret: string): (text: string) => string {
  if (secret.length < MIN_SECRET_LENGTH) return (text) => text;
  let pattern: RegExp | undefined;
  return (text) => {
    if (!/[\\%]/.test(text)) return text.replaceAll(secret, '[secret]');
    pattern ??= new RegExp(Array.from(secret, anyFormOf).join(''), 'g');
    return text.replace(pattern, '[secret]');
  };
}

function anyFormOf(character: string): string {
  const code = character.charCodeAt(0).toString(16).padStart(2, '0');
  const hex = code.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
  const plain = character.replace(/[^\w]/, '\\$&');
  const escaped = /["\\/]/.test(character) ? `|\\\\+${plain}` : '';
  return `(?:${plain}${escaped}|\\\\+u00${hex}|%${hex})`;
}

/** JSON whose texts contain no characters that forge printed output: they are escaped. */
export function readableJson(json: string): string {
  return !SUSPECT.test(json)
    ? json
    : json
        .replace(FORGING_IN_JSON, (escape) => (escape === '\\\\' ? escape : `\\${escape}`))
        .replace(FORGING, (character) => `\\${writtenOut(character)}`);
}

/** One line of text that is safe to print, and not too long. */
export function oneLine(text: string): string {
  const line = text
    .slice(0, MAX_LINE)
    .replace(FORGING, writtenOut)
    .replace(/[\t\n]/g, writtenOut)
    .slice(0, MAX_LINE);
  return text.length > MAX_LINE ? `${line}…` : line;
}

function writtenOut(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
