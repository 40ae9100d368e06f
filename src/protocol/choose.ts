/** Which of Deepgram's streaming APIs serves a model. */
import { flux } from './flux/flux.ts';
import { isFlux, refuseFluxParameters } from './flux/parameters.ts';
import { listenV1 } from './listen-v1/listen-v1.ts';
import type { Parameters, Protocol } from './protocol.ts';

/** @throws TranscriptionError `invalid-option` for a parameter of Flux with another model. */
export function chooseProtocol(parameters: Parameters): Protocol {
  if (isFlux(parameters)) return flux;
  refuseFluxParameters(parameters);
  return listenV1;
}
