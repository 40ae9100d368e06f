/**
 * Client messages of `/v2/listen`, besides audio, CloseStream and Configure. There is no KeepAlive: the server closes after an
 * unknown text.
 */

/** Ends the open turn with the audio decoded so far. Not every self-hosted server knows it. */
export const FORCE_END_TURN = '{"type":"ForceEndTurn"}';
