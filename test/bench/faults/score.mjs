/** Counts lost, doubled and disordered words. */

/**
 * @typedef {object} Score
 * @property {number} spoken
 * @property {number} lost Never heard.
 * @property {number} doubled Heard again: each time counts.
 * @property {number} disordered Heard after a word that was said later.
 * @property {number} broken Pieces of words, and words that nobody said.
 */

/**
 * @param {number} spoken Words said: the numbers from 1 to this.
 * @param {readonly string[]} heard
 * @returns {Score}
 */
export function scoreOf(spoken, heard) {
  /** @type {Set<number>} */
  const known = new Set();
  let [doubled, disordered, broken, last] = [0, 0, 0, 0];
  for (const word of heard) {
    const number = /^\d{4}$/.test(word) ? Number(word) : 0;
    if (number < 1 || number > spoken) broken += 1;
    else if (known.has(number)) doubled += 1;
    else if (number < last) disordered += 1;
    if (number >= 1 && number <= spoken) {
      known.add(number);
      last = Math.max(last, number);
    }
  }
  return { spoken, lost: spoken - known.size, doubled, disordered, broken };
}

/** @param {readonly Score[]} scores @returns {Score} */
export function sumOf(scores) {
  const sum = (/** @type {keyof Score} */ key) => scores.reduce((total, score) => total + score[key], 0);
  return {
    spoken: sum('spoken'),
    lost: sum('lost'),
    doubled: sum('doubled'),
    disordered: sum('disordered'),
    broken: sum('broken'),
  };
}
