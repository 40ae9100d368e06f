/**
 * The confidence of Flux that the turn has ended: it follows from the silence since the last sound, with noise, so that it
 * crosses a threshold back and forth. A pause within a sentence can give more than 0.5; the default threshold of 0.7 needs 0.72
 * s. No threshold is reached before 0.56 s: by then every recogniser has reported the words before the silence.
 */

const IN_SPEECH = 0.01;
/** Seconds of silence, and the confidence they give. */
const CURVE = [
  [0, IN_SPEECH],
  [0.16, 0.06],
  [0.32, 0.22],
  [0.48, 0.42],
  [0.56, 0.54],
  [0.72, 0.74],
  [0.88, 0.84],
  [1.2, 0.93],
  [1.6, 0.97],
] as const;
const NOISE = 0.015;
/** After the end of a turn it stays high for a while, and falls. */
const AFTER_TURN = 0.7;
const AFTER_TURN_STEPS = 16;
const BETWEEN_TURNS = 0.25;

export interface Situation {
  /** The seed of the connection's noise, so that two runs agree. */
  step: number;
  stepsInTurn: number;
  turnIndex: number;
  hasWords: boolean;
  silenceSeconds: number;
}

export function endOfTurnConfidence(situation: Situation): number {
  const { step, stepsInTurn, turnIndex, hasWords, silenceSeconds } = situation;
  const noise = noiseAt(step);
  const isSpeech = hasWords || silenceSeconds === 0;
  const followsTurn = turnIndex > 0 && stepsInTurn <= AFTER_TURN_STEPS;
  const value = isSpeech
    ? onCurve(silenceSeconds) + noise * NOISE
    : (followsTurn ? AFTER_TURN : BETWEEN_TURNS) + noise * 0.1;
  return Math.round(Math.min(0.99, Math.max(0.001, value)) * 1e4) / 1e4;
}

function onCurve(seconds: number): number {
  const next = CURVE.findIndex(([at]) => at > seconds);
  const [, last] = CURVE.at(-1)!;
  if (next === -1) return last;
  const [fromSeconds, from] = CURVE[next - 1]!;
  const [toSeconds, to] = CURVE[next]!;
  return from + ((to - from) * (seconds - fromSeconds)) / (toSeconds - fromSeconds);
}

/** From -1 to 1. */
function noiseAt(step: number): number {
  const mixed = Math.imul(step + 1, 0x9e3779b1) >>> 0;
  return ((Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b) >>> 0) / 0xffffffff) * 2 - 1;
}
