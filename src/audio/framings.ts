/** Loads the framing of audio that is not raw: most apps send raw audio and do not need it. */
import type * as Framings from './container-framing.ts';

let provided: typeof Framings | undefined;

export async function loadFramings(): Promise<typeof Framings> {
  return provided ?? (await import('./container-framing.ts'));
}

/** For platforms that refuse `import()`. */
export function provideFramings(framings: typeof Framings): void {
  provided = framings;
}
