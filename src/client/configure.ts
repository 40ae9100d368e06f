/** Loads the code of `configure()` when it is called: most apps never do. */
import type * as Requests from './configure-requests.ts';

let provided: typeof Requests | undefined;

/** For platforms that refuse `import()`. */
export function provideConfigure(requests: typeof Requests): void {
  provided = requests;
}

export async function loadConfigure(): Promise<typeof Requests> {
  return provided ?? (await import('./configure-requests.ts'));
}
