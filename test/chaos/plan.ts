/** A random call, drawn from a seed: the number of words, and the failures with their times. */
import { seededRandom } from '../../src/testing/index.ts';

export type Failure =
  /** The owner is killed; others wait, and a new one starts. */
  | { kind: 'kill' }
  /** It is asked to end, and hands over. */
  | { kind: 'terminate' }
  /** It is stopped, replaced, and continued after its lease has expired. */
  | { kind: 'freeze'; forMs: number }
  /** Redis is killed and started again, with all that it has acknowledged. */
  | { kind: 'restart-redis' }
  /** Redis stands still. */
  | { kind: 'pause-redis'; forMs: number }
  /** The process with the caller's socket is killed. A new one takes the speech from then on. */
  | { kind: 'kill-ingest' };

export interface Plan {
  seed: number;
  words: number;
  failures: readonly (Failure & { atMs: number })[];
  /** The error of the wall clock of each process, in the order of their start. */
  skewsMs: readonly number[];
}

const KINDS = ['kill', 'kill', 'terminate', 'freeze', 'restart-redis', 'pause-redis', 'kill-ingest'] as const;
/** Longer than the lease, so that the next failure meets an owner. */
const APART_MS = 6_000;

export function planOf(seed: number): Plan {
  const random = seededRandom(seed);
  const between = (least: number, most: number) => Math.round(least + random() * (most - least));
  const count = between(1, 3);
  const failures: (Failure & { atMs: number })[] = [];
  let atMs = 0;
  for (let i = 0; i < count; i += 1) {
    atMs += i === 0 ? between(500, 4_000) : between(APART_MS, APART_MS + 3_000);
    const kind = KINDS[between(0, KINDS.length - 1)] as (typeof KINDS)[number];
    if (kind === 'freeze') failures.push({ kind, atMs, forMs: 10_000 });
    else if (kind === 'pause-redis') failures.push({ kind, atMs, forMs: between(500, 5_000) });
    else failures.push({ kind, atMs });
  }
  return {
    seed,
    words: Math.ceil((atMs + 4_000) / 500),
    failures,
    skewsMs: Array.from({ length: 8 }, () => between(-60_000, 60_000)),
  };
}
