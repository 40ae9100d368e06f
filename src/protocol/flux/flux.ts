/** `/v2/listen`: turns of a speaker, with updates until each has ended. Loaded with the first session that needs it. */
import { listenV1 } from '../listen-v1/listen-v1.ts';
import type { Protocol } from '../protocol.ts';
import { classifyFluxEnd } from './close-reasons.ts';
import { decodeTurn } from './decode.ts';
import { keepTurns } from './keep-turns.ts';
import { fluxApi } from './api.ts';

export const flux: Protocol = {
  ...fluxApi,
  readyMs: 10_000,
  keep: keepTurns,
  windowMs: 60_000,
  endStream: listenV1.endStream,
  cleanCloseCodes: listenV1.cleanCloseCodes,
  decode: decodeTurn,
  classifyEnd: classifyFluxEnd,
};
