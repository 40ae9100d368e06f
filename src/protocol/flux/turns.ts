/** What is loaded when a session speaks with Flux. */
export { classifyFluxEnd } from './close-reasons.ts';
export { decodeTurn } from './decode.ts';
export { keepTurns } from './keep-turns.ts';
