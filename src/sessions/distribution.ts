/** The distribution of values, for histograms. */

/** A histogram, in seconds. */
export interface Distribution {
  count: number;
  sum: number;
  /** 0 where there is none. */
  max: number;
  /** How many values were at most each of {@link BOUNDARIES}; the last: how many were more. */
  buckets: readonly number[];
}

/** Upper limits of the buckets, in seconds. */
export const BOUNDARIES: readonly number[] = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

export class Histogram implements Distribution {
  count = 0;
  sum = 0;
  max = 0;
  readonly #buckets = Array.from({ length: BOUNDARIES.length + 1 }, () => 0);

  get buckets(): readonly number[] {
    return [...this.#buckets];
  }

  record(seconds: number): void {
    this.count += 1;
    this.sum += seconds;
    this.max = Math.max(this.max, seconds);
    const found = BOUNDARIES.findIndex((most) => seconds <= most);
    const bucket = found < 0 ? BOUNDARIES.length : found;
    this.#buckets[bucket] = (this.#buckets[bucket] as number) + 1;
  }

  snapshot(): Distribution {
    const { count, sum, max, buckets } = this;
    return { count, sum, max, buckets };
  }
}
