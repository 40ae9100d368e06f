/**
 * The tone code, used by speaker and recogniser: a word is a number from 0 to 9999, as eight pure tones.
 *
 *     START  d1 d2 d3 d4  c1 c2  END        8 × 40 ms = 320 ms
 *
 * `c1 c2` is a checksum, so that two halves of different words never make a third. The tones lie inside the
 * telephone band, and at odd multiples of 12.5 Hz: a 20 ms block repeated, dropped or swapped inside a tone then
 * breaks its phase, which the recogniser sees as impurity, even where the digits would still agree.
 */

export const SYMBOL_SECONDS = 0.04;
export const SYMBOLS_PER_WORD = 8;
export const WORD_SECONDS = SYMBOL_SECONDS * SYMBOLS_PER_WORD;
/** Largest number plus one. */
export const WORD_COUNT = 10_000;

const LOWEST_TONE_HZ = 612.5;
const TONE_SPACING_HZ = 175;
const START = 10;
const END = 11;
/** One tone for each digit, and the two marks. */
export const TONES_HZ = Array.from({ length: 12 }, (_, i) => LOWEST_TONE_HZ + TONE_SPACING_HZ * i);

export function symbolsOf(number: number): number[] {
  const check = checksum(number);
  return [START, ...digits(number, 4), ...digits(check, 2), END];
}

/** The number of these symbols, or `undefined` if they are no word. */
export function numberOf(symbols: readonly number[]): number | undefined {
  if (symbols.length !== SYMBOLS_PER_WORD || symbols[0] !== START || symbols[7] !== END) return undefined;
  const inner = symbols.slice(1, 7);
  if (inner.some((symbol) => symbol > 9)) return undefined;
  const number = Number(inner.slice(0, 4).join(''));
  return Number(inner.slice(4).join('')) === checksum(number) ? number : undefined;
}

/** A number as a word: `42` is `0042`. */
export function spell(number: number): string {
  return String(number).padStart(4, '0');
}

function digits(value: number, count: number): number[] {
  return Array.from(String(value).padStart(count, '0'), Number);
}

function checksum(number: number): number {
  return (number * 37 + 11) % 97;
}
