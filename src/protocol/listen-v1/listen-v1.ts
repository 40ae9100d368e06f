/** `/v1/listen`: transcripts of segments, interim and final, held open by KeepAlives. */
import { classifyEnd } from './close-reasons.ts';
import { TIMEOUT_WINDOW_MS } from '../limits.ts';
import type { Protocol } from '../protocol.ts';
import { CLOSE_STREAM, finalizeMessage, KEEP_ALIVE } from './client-messages.ts';
import { decodeEvent } from './decode.ts';
import { audioFormatOf, checkListenParameters, listenUrl } from './parameters.ts';

export const listenV1: Protocol = {
  checkParameters: checkListenParameters,
  address: listenUrl,
  audioFormat: audioFormatOf,
  // Without interim results only finals can be waited for.
  silenceFactor: ({ interim_results }) => (String(interim_results) === 'true' ? 1 : 2),
  windowMs: TIMEOUT_WINDOW_MS,
  keepAlive: KEEP_ALIVE,
  endStream: CLOSE_STREAM,
  finalize: finalizeMessage,
  cleanCloseCodes: [1000, 1005],
  decode: decodeEvent,
  classifyEnd,
};
