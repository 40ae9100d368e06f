/** What the commands themselves have to know of Deepgram: where it is, how long it waits, and what it says. */

export const HOSTED_URL = 'wss://api.deepgram.com';

/** Deepgram closes a connection on which nothing came for so long (developers.deepgram.com/docs/audio-keep-alive). */
export const WINDOW_MS = 10_000;

/** Deepgram's own words for a server that has nothing to say; on the hosted service they come out of the blue. */
export const NET_0000 =
  'Deepgram did not provide a response message within the timeout window. See https://dpgr.am/net0000';
