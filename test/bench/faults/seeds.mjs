/** Of what is said, and of when faults strike. */
export const WORD_SEEDS = [1, 2, 3];
export const RECOVERY_SEEDS = Array.from({ length: 40 }, (_, index) => 101 + index);
