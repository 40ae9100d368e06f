/** Code that only sessions with Flux need. */
export { classifyFluxEnd } from '../protocol/flux/close-reasons.ts';
export { decodeTurn } from '../protocol/flux/decode.ts';
export { keepTurns } from '../protocol/flux/keep-turns.ts';
export { keptLink } from '../link/kept-link.ts';
export { TurnTracker } from '../transcript/turns.ts';
