/** Code that only sessions with Flux need. */
export { flux } from '../protocol/flux/flux.ts';
export { keptLink } from '../link/kept-link.ts';
export { TurnTracker } from '../transcript/turns.ts';
