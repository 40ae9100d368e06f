/** `/v1/listen` before there is a connection. */
import type { Api } from '../protocol.ts';
import { finalizeMessage } from './client-messages.ts';
import { audioFormatOf, checkListenParameters, listenUrl } from './parameters.ts';

export const listenApi: Api = {
  checkParameters: checkListenParameters,
  address: listenUrl,
  audioFormat: audioFormatOf,
  // Without interim results only finals can be waited for.
  silenceFactor: ({ interim_results }) => (String(interim_results) === 'true' ? 1 : 2),
  finalize: finalizeMessage,
};
