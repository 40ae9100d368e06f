/**
 * `/v2/listen`: turns of a speaker, with updates until each has ended. Most apps do not use it, so every app has only this file;
 * the rest is loaded before the first connection.
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
  // A ping every 5 s, where the server waits 60 s. An Update comes every 0.24 s of audio. A turn may take minutes.
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
