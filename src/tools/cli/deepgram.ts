/** Constants of Deepgram: address, idle window and texts. */

export const HOSTED_URL = 'wss://api.deepgram.com';

/** Deepgram closes a connection after this time without a message (developers.deepgram.com/docs/audio-keep-alive). */
export const WINDOW_MS = 10_000;

/** Deepgram's text for a server that sends no response. */
export const NET_0000 =
  'Deepgram did not provide a response message within the timeout window. See https://dpgr.am/net0000';
