/** `/v2/listen`: Flux, which reports when a speaker's turn begins and ends. */
import type { Admitted, ListenApi } from '../session.ts';
import { readFluxQuery } from './flux-query.ts';
import { FluxSession } from './session.ts';

export const flux: ListenApi = (query, settings): Admitted => {
  const asked = readFluxQuery(query, settings);
  return {
    model: asked.model,
    isDiarized: false,
    pingsHold: true,
    begin: (context) => new FluxSession(context, asked),
  };
};
