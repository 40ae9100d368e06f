/** Kinds of sessions: all guarantees at once, or the sessions that put one guarantee at the greatest risk. */
import * as fc from 'fast-check';
import { GUARANTEES } from './guarantees/all.ts';
import type { Guarantee, GuaranteeId } from './guarantees/guarantee.ts';
import { fluxScenario } from './flux/generators.ts';
import { FLUX_TURNS } from './flux/turns.ts';
import { machine, network, scenario, server, setting, speech, step, wishes } from './generators.ts';
import type { Scenario, Setting, Step } from './scenario.ts';

export interface Ground {
  scenarios: fc.Arbitrary<Scenario>;
  guarantees: readonly Guarantee[];
}

/** Steps of one kind among all others, and settings that matter. */
function focus(kinds: fc.Arbitrary<Step>, changes: Partial<Setting> = {}): fc.Arbitrary<Scenario> {
  return fc.record({
    setting: setting.map((drawn) => ({ ...drawn, ...changes })),
    steps: fc.array(
      fc.oneof(
        { weight: 5, arbitrary: speech },
        { weight: 4, arbitrary: kinds },
        { weight: 1, arbitrary: step },
      ),
      { minLength: 2, maxLength: 10 },
    ),
  });
}

const only = (steps: fc.Arbitrary<Step>, ...kinds: Step['do'][]): fc.Arbitrary<Step> =>
  steps.filter((drawn) => kinds.includes(drawn.do));

/** Ten seconds of speech and more, as it takes to tell that nobody answers. */
const monologue: fc.Arbitrary<Step> = fc.integer({ min: 12_000, max: 30_000 }).map((ms) => ({
  do: 'speak',
  ms,
  frameMs: 100,
  form: 'view',
}));

const slowUplink: fc.Arbitrary<Step> = fc.constantFrom(500, 2_000, 6_000).map((uplinkBytesPerSecond) => ({
  do: 'weather',
  latencyMs: 20,
  jitterMs: 0,
  uplinkBytesPerSecond,
}));

const DANGERS: Record<GuaranteeId, fc.Arbitrary<Scenario>> = {
  G1: fc.oneof(
    {
      weight: 5,
      arbitrary: focus(fc.oneof(only(machine, 'block', 'sleep'), only(wishes, 'connect', 'pause', 'resume'))),
    },
    // A socket that takes no more audio, and is open.
    {
      weight: 1,
      arbitrary: focus(fc.oneof(only(network, 'halfOpen'), slowUplink, monologue), {
        rate: 4_000,
        interim: false,
      }),
    },
  ),
  G2: focus(only(network, 'outage', 'cut', 'cutAfter'), { maxSeconds: 10 }),
  G3: focus(fc.oneof(only(network, 'cut', 'cutAfter', 'halfOpen'), only(server, 'duplicate', 'serverClose'))),
  G4: focus(fc.oneof(only(wishes, 'finalize', 'close'), only(network, 'cut', 'cutAfter'))),
  G5: focus(fc.oneof(only(wishes, 'connect', 'close', 'abort'), network, server), { lateEvents: true }),
  G6: fc.oneof(
    focus(fc.oneof(only(network, 'outage'), only(server, 'stall', 'refuse'), monologue), {
      maxSeconds: 10,
      overflow: 'drop-oldest',
    }),
    // Only a higher rate fills a socket's buffer.
    focus(fc.oneof(slowUplink, monologue), { rate: 4_000, overflow: 'drop-oldest' }),
  ),
  G7: focus(fc.oneof(only(server, 'refuse', 'flap', 'hang', 'serverClose'), only(network, 'outage'))),
  G8: focus(fc.oneof(only(server, 'refuse', 'serverClose'), only(machine, 'token'))),
  G9: focus(fc.oneof(only(server, 'dropOnCloseStream'), only(network, 'cut'), only(wishes, 'close')), {
    drainMs: 10_000,
  }),
  G10: focus(fc.oneof(only(network, 'outage', 'cut'), monologue)),
  G11: focus(fc.oneof(only(network, 'halfOpen'), only(server, 'stall'), monologue)),
};

/** By the names that `npm run soak -- --trial` takes. */
export const TRIALS: Record<string, Ground> = {
  all: {
    scenarios: fc.oneof({ weight: 4, arbitrary: scenario }, { weight: 1, arbitrary: fluxScenario }),
    guarantees: [...GUARANTEES, FLUX_TURNS],
  },
  flux: { scenarios: fluxScenario, guarantees: [...GUARANTEES, FLUX_TURNS] },
  ...Object.fromEntries(
    GUARANTEES.map((guarantee) => [
      `flux-${guarantee.id}`,
      {
        scenarios: fluxScenario,
        guarantees: guarantee.id === 'G3' ? [guarantee, FLUX_TURNS] : [guarantee],
      },
    ]),
  ),
  ...Object.fromEntries(
    GUARANTEES.map((guarantee) => [
      guarantee.id,
      { scenarios: DANGERS[guarantee.id], guarantees: [guarantee] },
    ]),
  ),
};
