/** Which of Deepgram's streaming APIs serves a model. */
import { isFlux, refuseFluxParameters } from './flux/parameters.ts';
import { fluxApi } from './flux/api.ts';
import { listenApi } from './listen-v1/api.ts';
import type { Api, Parameters } from './protocol.ts';

/** @throws TranscriptionError `invalid-option` for a parameter of Flux with another model. */
export function chooseApi(parameters: Parameters): Api {
  if (isFlux(parameters)) return fluxApi;
  refuseFluxParameters(parameters);
  return listenApi;
}
