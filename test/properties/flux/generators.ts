/** Random sessions with Flux: those of `/v1/listen`, with silence that ends turns, and faults that only Flux detects. */
import * as fc from 'fast-check';
import { network, setting, speech, step } from '../generators.ts';
import type { Scenario, Step } from '../scenario.ts';
import type { FluxSetting } from './setting.ts';

const flux: fc.Arbitrary<FluxSetting> = fc.record({
  eager: fc.constantFrom(undefined, 0.3, 0.4, 0.6),
  forceEndTurn: fc.boolean(),
  fillSilence: fc.constantFrom(true, true, true, true, false),
  tail: fc.constantFrom('withheld' as const, 'sent' as const),
});

/** Said, and then silence enough for the end of the turn, or nearly. */
const turn: fc.Arbitrary<Step> = fc.record({
  do: fc.constant('hush' as const),
  ms: fc.oneof(fc.integer({ min: 300, max: 1_500 }), fc.integer({ min: 1_500, max: 6_000 })),
});

const faults: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('lose' as const), count: fc.integer({ min: 1, max: 9 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('mute' as const) }) },
);

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: speech },
  { weight: 6, arbitrary: turn },
  { weight: 3, arbitrary: network },
  { weight: 2, arbitrary: faults },
  // The end of the turn, by order.
  { weight: 1, arbitrary: fc.record({ do: fc.constant('finalize' as const) }) },
  { weight: 10, arbitrary: step },
);

export const fluxScenario: fc.Arbitrary<Scenario> = fc.record({
  setting: fc.record({ setting, flux }).map((drawn) => ({ ...drawn.setting, flux: drawn.flux })),
  steps: fc.oneof(
    { weight: 6, arbitrary: fc.array(anyStep, { minLength: 1, maxLength: 8 }) },
    { weight: 1, arbitrary: fc.array(anyStep, { minLength: 6, maxLength: 18 }) },
  ),
});
