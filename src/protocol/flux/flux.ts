/**
 * `/v2/listen`: turns of a speaker, each told again and again until it has ended. Most apps do not use it: this much of it is in
 * every app, and the rest is loaded before the first connection.
 */
import { listenV1 } from '../listen-v1/listen-v1.ts';
import type { Protocol } from '../protocol.ts';
import { checkFluxParameters, fluxAddress } from './parameters.ts';
import type * as Turns from './turns.ts';

let loaded: typeof Turns | undefined;

/** For platforms that refuse `import()`. */
export function provideFlux(turns: typeof Turns): void {
  loaded = turns;
}

const turns = () => loaded as typeof Turns;

export const flux: Protocol = {
  checkParameters: checkFluxParameters,
  address: fluxAddress,
  audioFormat: (parameters) => listenV1.audioFormat(parameters),
  silenceFactor: () => 1,
  load: () => (loaded ? undefined : import('./turns.ts').then(provideFlux)),
  // Pings every 5 s, of a server that waits for 60; an Update comes with each 0.24 s of audio; a turn may take minutes.
  defaults: { keepAliveMs: 5_000, stallMs: 4_000, logSeconds: 240 },
  readyMs: 10_000,
  keep: (link, parameters) => turns().keepTurns(link, parameters),
  windowMs: 60_000,
  endStream: listenV1.endStream,
  finalize: () => '{"type":"ForceEndTurn"}',
  cleanCloseCodes: listenV1.cleanCloseCodes,
  decode: (text) => turns().decodeTurn(text),
  classifyEnd: (end, error) => turns().classifyFluxEnd(end, error),
};
