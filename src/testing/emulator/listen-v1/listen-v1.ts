/** `/v1/listen`: live transcription with Nova and the models before it. */
import type { Admitted, ListenApi } from '../session.ts';
import { readListenQuery } from './listen-query.ts';
import { ListenV1Session } from './session.ts';

export const listenV1: ListenApi = (query, settings): Admitted => {
  const listen = readListenQuery(query, settings);
  return {
    model: listen.model,
    isDiarized: listen.diarize,
    pingsHold: false,
    begin: (context) => new ListenV1Session(context, listen),
  };
};
