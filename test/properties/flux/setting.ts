/** The settings of a session with Flux: values that can be drawn, shrunk and printed. */
import * as fluxCode from '../../../src/client/flux-code.ts';
import { provideFlux } from '../../../src/client/flux.ts';
import type { EmulatorOptions } from '../../../src/testing/index.ts';
import type { Setting } from '../scenario.ts';

// Loaded on demand, it would take turns of the real event loop.
provideFlux(fluxCode);

export interface FluxSetting {
  eager: number | undefined;
  /** Whether the server knows it. */
  forceEndTurn: boolean;
  fillSilence: boolean;
  /** Whether an Update comes for the last quarter of a second. */
  tail: 'withheld' | 'sent';
}

/** The options for Flux. */
export function fluxOptions({ eager, forceEndTurn, fillSilence }: FluxSetting) {
  const listen = {
    model: 'flux-general-en',
    ...(eager === undefined ? {} : { eager_eot_threshold: eager }),
  } as const;
  return { listen, forceEndTurn, fillSilence };
}

export function fluxServer({ flux }: Setting): Partial<EmulatorOptions> {
  if (!flux) return {};
  return { fluxSampleRate: 'any', fluxTail: flux.tail };
}
