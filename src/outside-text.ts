/** Text that comes from outside: without the secret that it may say back, and without characters that forge what is printed. */

/** Deepgram's keys are 40 characters and more; what is shorter, in a test, may well be a word that was spoken. */
export const MIN_SECRET_LENGTH = 16;

/** The longest evidence or reason that is kept, in characters. A server could fill the memory otherwise. */
const MAX_LINE = 1_000;

/** Control characters of terminals but tab and newline, line separators, and what turns the direction of writing. */
const FORGING = /(?![\t\n])[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu;

/** Text without any of these is as it should be, as almost all of it is. */
const SUSPECT = /[\\\p{Cc}\u2028-\u202e\u2066-\u2069]/u;

/** The same, as JSON may write them; a pair of backslashes is one that is meant. */
const FORGING_IN_JSON =
  /\\(?:\\|[bfr]|u00(?:0[0-8bcdef]|1[0-9a-f]|7f|[89][0-9a-f])|u20(?:2[89a-e]|6[6-9]))/gi;

/** Answers with a function that takes a secret out of text: as it is, in JSON, in JSON within JSON, or in an address. */
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

/** JSON whose texts hold none of the characters that forge what is printed: they are written out. */
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
