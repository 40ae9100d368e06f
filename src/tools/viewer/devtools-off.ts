/** `rx-deepgram/devtools` in production: the same names, and nothing behind them. */
import type { Devtools, DevtoolsOptions, DevtoolsSessions } from './devtools-options.ts';

export type { Devtools, DevtoolsOptions, DevtoolsSessions };

/** Shows nothing: the devtools are there under the condition `development`, which bundlers set while you develop. */
export function mountDevtools(_sessions: DevtoolsSessions, _options: DevtoolsOptions = {}): Devtools {
  return { note: () => undefined, unmount: () => undefined };
}
