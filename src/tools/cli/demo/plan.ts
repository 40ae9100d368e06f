/** The faults of the demonstration and their times. Positions are seconds of audio, not of the clock. */

/** A broken connection: a cut without a close frame, or a close by the server. */
export type FaultName = 'cut' | 'close-1011';

export interface Plan {
  /** Position of the pause. */
  pause: { at: number; seconds: number };
  strikes: readonly { at: number; fault: FaultName }[];
}

/** Each is in the middle of a sentence, where words can be lost. */
const PAUSE = { at: 9.2, seconds: 12 };
const CUT = { at: 12.9, fault: 'cut' } as const;
const CLOSE = { at: 21.4, fault: 'close-1011' } as const;

export const LOCAL_PLAN: Plan = { pause: PAUSE, strikes: [CUT, CLOSE] };

/** The hosted service cannot be made to close with 1011. */
export const HOSTED_PLAN: Plan = { pause: PAUSE, strikes: [CUT] };
