/**
 * The ends that Deepgram gives a connection, with its texts if known. Clients match these texts, so they are written here a
 * second time from the protocol, not shared with a client.
 */

export interface CloseReason {
  code: number;
  reason: string;
}

/** Bytes for the text of a close frame. */
export const LONGEST_REASON_BYTES = 123;

/**
 * The codes a connection may be closed with. 1005 is a close frame that holds no code, as Flux sends it; no frame can hold 1006
 * or 1015, which break the connection on a real socket.
 */
export function isCloseCode(code: number): boolean {
  if (!Number.isInteger(code)) return false;
  return (code >= 1000 && code <= 1015 && code !== 1004) || (code >= 3000 && code <= 4999);
}

export const CLOSE_CODES_SAY = 'one of 1000 to 1003, 1005 to 1015, 3000 to 4999';

export const CLOSE = {
  /** After CloseStream and its Metadata. */
  normal: { code: 1000, reason: '' },
  /** The server had no result to send within its timeout. */
  net0000: {
    code: 1011,
    reason:
      'Deepgram did not provide a response message within the timeout window. See https://dpgr.am/net0000',
  },
  /** The client sent neither audio nor text within the timeout. */
  net0001: {
    code: 1011,
    reason:
      'Deepgram did not receive audio data or a text message within the timeout window. See https://dpgr.am/net0001',
  },
  /** Text held the connection, but no audio came for too long. The true text is not published. */
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

/** Audio in a format that the service knows and this emulator does not. The text says so. */
export function undecodedHere(codec: string): CloseReason {
  return {
    code: 1008,
    reason: `DATA-0000: no decoder for ${codec} in this emulator. Send raw audio, WAV, Ogg or WebM.`,
  };
}
