/** Client messages of `/v1/listen`, besides audio. They are text frames: a binary frame would be decoded as audio. */

/** Holds an open connection in silence. Deepgram does not answer it. */
export const KEEP_ALIVE = '{"type":"KeepAlive"}';

/** Requests the remaining results, the Metadata, and a close with code 1000. */
export const CLOSE_STREAM = '{"type":"CloseStream"}';

/** Requests a final result of all audio so far, on one channel (from 0) or on all. */
export function finalizeMessage(channel?: number): string {
  return JSON.stringify(channel === undefined ? { type: 'Finalize' } : { type: 'Finalize', channel });
}
