/**
 * The words that Flux shows of the current turn. Every word may still change: here every fifth word is first shown wrong, and
 * every seventh changes an earlier one for a moment. After 0.24 s all words are shown right.
 */
import type { HeardWord } from '../../recognisers/recogniser.ts';

/** Steps for which new words are unsure: 0.24 s, so that one Update at least shows them. */
const UNSURE_STEPS = 3;
const WRONG_EVERY = 5;
const CHANGES_EARLIER_EVERY = 7;
/** How far the word that changes is before the new ones. */
const EARLIER = 2;

export class Revision {
  #known = 0;
  #newFrom = 0;
  #newSince = -Infinity;

  /** The words of the turn as they are to be shown at this step. */
  shown(words: readonly HeardWord[], step: number): HeardWord[] {
    if (words.length > this.#known) {
      this.#newFrom = this.#known;
      this.#newSince = step;
    }
    this.#known = words.length;
    if (step - this.#newSince >= UNSURE_STEPS) return [...words];
    const isNew = (index: number) => index >= this.#newFrom;
    const changesEarlier = words.some(
      (_, index) => isNew(index) && (index + 1) % CHANGES_EARLIER_EVERY === 0,
    );
    return words.map((word, index) => {
      const isWrong = isNew(index) && (index + 1) % WRONG_EVERY === 0;
      const isChanged = changesEarlier && index === this.#newFrom - EARLIER;
      return isWrong || isChanged ? nearMiss(word) : word;
    });
  }

  endTurn(): void {
    this.#known = 0;
    this.#newSince = -Infinity;
  }
}

function nearMiss(heard: HeardWord): HeardWord {
  const { word } = heard;
  const isNumber = /^\d+$/.test(word);
  const wrong = isNumber ? String(Number(word) + 10).padStart(word.length, '0') : `${word}s`;
  return { ...heard, word: wrong, confidence: 0.55 };
}
