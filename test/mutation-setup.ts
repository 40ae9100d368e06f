/** For mutants each property runs for a tenth of a second: fewer runs, one seed, and no search for a smaller example. */
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
