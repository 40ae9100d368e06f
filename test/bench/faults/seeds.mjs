/** The seeds of the speech and of the times of faults. */
export const WORD_SEEDS = [1, 2, 3];
export const RECOVERY_SEEDS = Array.from({ length: 40 }, (_, index) => 101 + index);
