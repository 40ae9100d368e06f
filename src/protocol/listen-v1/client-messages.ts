/** What a client may say on `/v1/listen`, beside audio. All of it is text: in a binary frame it would be heard as audio. */

/** Holds an open connection through silence. Deepgram gives no answer to it. */
export const KEEP_ALIVE = '{"type":"KeepAlive"}';

/** Asks for the remaining results, the Metadata, and a close with code 1000. */
export const CLOSE_STREAM = '{"type":"CloseStream"}';

/** Asks for a final result of everything heard so far, on one zero-based channel or on all of them. */
export function finalizeMessage(channel?: number): string {
  return JSON.stringify(channel === undefined ? { type: 'Finalize' } : { type: 'Finalize', channel });
}
