/**
 * `/v2/listen`: turns of a speaker, each told again and again until it has ended. Most apps do not use it: this much of it is in
 * every app, and the rest is loaded before the first connection.
 */
import { listenV1 } from '../listen-v1/listen-v1.ts';
import type { Protocol } from '../protocol.ts';
import type { classifyFluxEnd } from './close-reasons.ts';
import type { decodeTurn } from './decode.ts';
import type { keepTurns } from './keep-turns.ts';
import { FORCE_END_TURN } from './client-messages.ts';
import { checkFluxParameters, fluxAddress } from './parameters.ts';

interface FluxCode {
  keepTurns: typeof keepTurns;
  decodeTurn: typeof decodeTurn;
  classifyFluxEnd: typeof classifyFluxEnd;
}

let code: FluxCode;

/** To be called before the first connection. */
export function provideFluxProtocol(loaded: FluxCode): void {
  code = loaded;
}

export const flux: Protocol = {
  checkParameters: checkFluxParameters,
  address: fluxAddress,
  audioFormat: (parameters) => listenV1.audioFormat(parameters),
  silenceFactor: () => 1,
  // Pings every 5 s, of a server that waits for 60; an Update comes with each 0.24 s of audio; a turn may take minutes.
  defaults: { keepAliveMs: 5_000, stallMs: 4_000, logSeconds: 240 },
  readyMs: 10_000,
  keep: (link, parameters, options) => code.keepTurns(link, parameters, options),
  windowMs: 60_000,
  endStream: listenV1.endStream,
  endTurn: FORCE_END_TURN,
  cleanCloseCodes: listenV1.cleanCloseCodes,
  decode: (text) => code.decodeTurn(text),
  classifyEnd: (end, error) => code.classifyFluxEnd(end, error),
};
