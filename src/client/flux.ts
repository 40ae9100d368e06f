/** Loads the code for Flux with the first session that needs it: most apps do not. */
import type * as FluxCode from './flux-code.ts';

let provided: typeof FluxCode | undefined;

/** For platforms that refuse `import()`. */
export function provideFlux(code: typeof FluxCode): void {
  provided = code;
}

export async function loadFlux(): Promise<typeof FluxCode> {
  return (provided ??= await import('./flux-code.ts'));
}

export function fluxCode(): typeof FluxCode | undefined {
  return provided;
}
