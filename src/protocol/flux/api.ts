/** `/v2/listen` before there is a connection. Every app has this file, so it is short. */
import { audioFormatOf } from '../listen-v1/parameters.ts';
import type { Api } from '../protocol.ts';
import { FORCE_END_TURN } from './client-messages.ts';
import { checkFluxParameters, fluxAddress } from './parameters.ts';

export const fluxApi: Api = {
  checkParameters: checkFluxParameters,
  address: fluxAddress,
  audioFormat: audioFormatOf,
  silenceFactor: () => 1,
  // A ping every 5 s, where the server waits 60 s. An Update comes every 0.24 s of audio. A turn may take minutes.
  defaults: { keepAliveMs: 5_000, stallMs: 4_000, logSeconds: 240 },
  endTurn: FORCE_END_TURN,
};
