/**
 * A mutant is tried by the same properties, but in a tenth of a second each: fewer runs, from one seed, and no smaller example is
 * looked for where the first is enough to know.
 */
import { configureGlobal, type Parameters } from 'fast-check';
import { vi } from 'vitest';

const MOST_RUNS = 300;

vi.mock(import('fast-check'), async (original) => {
  const real = await original();
  const assert = <Values>(property: never, parameters: Parameters<Values> = {}) =>
    real.assert(property, {
      ...parameters,
      numRuns: Math.min(parameters.numRuns ?? MOST_RUNS, MOST_RUNS),
    } as never);
  return { ...real, assert: assert as typeof real.assert };
});

configureGlobal({ seed: 20_261_121, endOnFailure: true });
