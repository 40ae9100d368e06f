/** What is done to the audio and the network, and when. Positions are seconds of audio, not of the clock. */

/** What breaks a connection: the network without a word, or the server with a close frame. */
export type FaultName = 'cut' | 'close-1011';

export interface Plan {
  /** Here no audio comes for a while, and none is missing. */
  pause: { at: number; seconds: number };
  strikes: readonly { at: number; fault: FaultName }[];
}

/** Each in the middle of a sentence, so that there are words under way to be lost. */
const PAUSE = { at: 9.2, seconds: 12 };
const CUT = { at: 12.9, fault: 'cut' } as const;
const CLOSE = { at: 21.4, fault: 'close-1011' } as const;

export const LOCAL_PLAN: Plan = { pause: PAUSE, strikes: [CUT, CLOSE] };

/** Nobody can make the hosted service close with 1011 by wish. */
export const HOSTED_PLAN: Plan = { pause: PAUSE, strikes: [CUT] };
