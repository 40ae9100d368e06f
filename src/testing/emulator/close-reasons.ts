/**
 * The ends Deepgram gives a connection, in its own words where those are known. Clients match these texts, so
 * they are written out here a second time, from the protocol, and not shared with any client.
 */

export interface CloseReason {
  code: number;
  reason: string;
}

export const CLOSE = {
  /** After CloseStream and its Metadata. */
  normal: { code: 1000, reason: '' },
  /** The server had no text to send for its whole window. */
  net0000: {
    code: 1011,
    reason:
      'Deepgram did not provide a response message within the timeout window. See https://dpgr.am/net0000',
  },
  /** The client sent neither audio nor text for its whole window. */
  net0001: {
    code: 1011,
    reason:
      'Deepgram did not receive audio data or a text message within the timeout window. See https://dpgr.am/net0001',
  },
  /** Text held the connection, but no audio came for too long. The true wording is not published. */
  net0002: {
    code: 1011,
    reason: 'Session closed: no_audio_timeout. See https://dpgr.am/net0002',
  },
  /** The bytes are not audio in the declared, or any known, format. */
  data0000: {
    code: 1008,
    reason:
      'DATA-0000: The payload cannot be decoded as audio. It is not audio data or its codec is unsupported.',
  },
} as const satisfies Record<string, CloseReason>;
