/** What a client may say on `/v2/listen`, beside audio, CloseStream and Configure. There is no KeepAlive: a server that cannot read a text closes. */

/** Ends the open turn with what is decoded by now. Not every self-hosted server knows it. */
export const FORCE_END_TURN = '{"type":"ForceEndTurn"}';
