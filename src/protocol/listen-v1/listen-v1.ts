/** `/v1/listen`: transcripts of segments, interim and final, held open by KeepAlives. */
import { classifyEnd } from './close-reasons.ts';
import { TIMEOUT_WINDOW_MS } from '../limits.ts';
import type { Protocol } from '../protocol.ts';
import { CLOSE_STREAM, KEEP_ALIVE } from './client-messages.ts';
import { decodeEvent } from './decode.ts';
import { listenApi } from './api.ts';

export const listenV1: Protocol = {
  ...listenApi,
  windowMs: TIMEOUT_WINDOW_MS,
  keepAlive: KEEP_ALIVE,
  endStream: CLOSE_STREAM,
  cleanCloseCodes: [1000, 1005],
  decode: decodeEvent,
  classifyEnd,
};
