/** Loads the code for Flux with the first session that needs it: most apps do not. */
import { provideFluxProtocol } from '../protocol/flux/flux.ts';
import type * as FluxCode from './flux-code.ts';

let provided: typeof FluxCode | undefined;

/** For platforms that refuse `import()`. */
export function provideFlux(code: typeof FluxCode): void {
  provided = code;
  provideFluxProtocol(code);
}

/** `undefined`: the code is loaded. */
export function loadFlux(): Promise<void> | undefined {
  return provided ? undefined : import('./flux-code.ts').then(provideFlux);
}

export function fluxCode(): typeof FluxCode | undefined {
  return provided;
}
